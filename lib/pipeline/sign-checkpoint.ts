import { isDeepStrictEqual } from 'node:util'
import { parseEnvelope, verifyEnvelope } from '../attestation/envelope.ts'
import {
  attestationKeyAt,
  chainsAt,
  extendChains,
  isTransition,
  type KeyChains,
  logKeyAt,
  retiringAt,
} from '../attestation/key-chain.ts'
import { identityOfStatement, parseStatement } from '../attestation/statement.ts'
import { CheckpointRefused, KeyUnsafe, OdvError, ProofInvalid } from '../errors.ts'
import {
  addSignature,
  type Checkpoint,
  formatCheckpointText,
  joinSignature,
  parseCheckpoint,
  verifyCheckpoint,
} from '../log/checkpoint.ts'
import { appendLeaves, emptyHead, isSameHash, leafHash } from '../log/merkle.ts'
import { originOf } from '../log/origin.ts'
import type { Anchor, Ledger, LogHead, LogSigner, PublicKeys } from '../ports.ts'
import { readKeyChains } from './keys/key-chains.ts'
import { latestAnchored } from './log/require-whole-log.ts'

/** Leaves that are added to the tree at once. */
const batch = 1024

export type SignCheckpointPorts = {
  ledger: Ledger
  logSigner: LogSigner
  anchor: Anchor
  /** This role can read attestation keys and not sign with them. */
  attestationSigner: PublicKeys
}

/**
 * Signs the head of the log, and only if the log follows from the last checkpoint in the anchor and every entry holds.
 * It is the only holder of the log key and believes nothing that the ledger says about itself. Durable steps:
 *
 * 1. Once for a log, `anchor.add` of the checkpoint of the empty log: an anchor without any is not that of a log which has some.
 *    A crash after it leaves that alone.
 * 2. `ledger.addCheckpoint`. A crash before it leaves nothing. Ed25519 is deterministic: the next attempt on the same
 *    log gives the same note.
 * 3. `anchor.add`. A crash between the two leaves a checkpoint that is not anchored; the next attempt holds the log to
 *    it as well and anchors it, or a larger one. A crash after it: the next attempt finds it and changes nothing.
 *
 * Each entry and each checkpoint is held to the key that was in force there. The first checkpoint that covers the transition
 * of the log's key is signed by both keys.
 *
 * @throws CheckpointRefused naming what does not hold; never worth a retry, always worth an alarm.
 */
export async function signCheckpoint(ports: SignCheckpointPorts): Promise<{ size: number; note: string }> {
  const chains = await readChains(ports)
  try {
    return await signUnder(ports, chains)
  } catch (error) {
    // A key was changed meanwhile, and what does not hold under the old ones may hold under the new ones.
    const isChanged = error instanceof OdvError && !isDeepStrictEqual(await readChains(ports), chains)
    if (isChanged) return signCheckpoint(ports)
    throw error
  }
}

async function signUnder(ports: SignCheckpointPorts, chains: KeyChains): Promise<{ size: number; note: string }> {
  const { ledger, anchor } = ports
  const origin = originOf(chains.log[0]!.pem)
  const log = { origin, chains }
  const anchored = await readAnchored(ports, log)
  const stored = await readStored(ledger, log, anchored?.size ?? 0)
  const head = await ledger.head()
  const signed = [...(anchored ? [anchored] : []), ...stored]
  if (signed.some(({ size }) => size > head.size))
    throw refused('rollback: the log is shorter than a signed checkpoint')
  await checkEntries(ledger, chains, head, signed, anchored?.size ?? 0)

  const { size, root } = head
  const known = signed.find((each) => each.size === size)
  const before = Math.max(0, ...signed.map((each) => each.size))
  const note = known?.note ?? (await signNote(ports, log, { size, root }, retiringAt(chains, before, size)))
  if (!anchored) await anchor.add(0, await signNote(ports, log, emptyHead, []))
  await ledger.addCheckpoint(size, note)
  if (anchored?.size !== size) await anchor.add(size, note)
  return { size, note }
}

/** The log's name and keys. */
type Log = { origin: string; chains: KeyChains }

async function readChains(ports: SignCheckpointPorts): Promise<KeyChains> {
  try {
    return await readKeyChains(ports)
  } catch (cause) {
    throw cause instanceof KeyUnsafe ? refused(cause.message, cause) : cause
  }
}

/** The note, signed by the key in force and by those that it is the first to say are retired. */
async function signNote(
  { logSigner }: SignCheckpointPorts,
  { origin, chains }: Log,
  { size, root }: Pick<Checkpoint, 'size' | 'root'>,
  retiring: readonly string[],
): Promise<string> {
  const text = formatCheckpointText({ origin, size, root })
  const message = new TextEncoder().encode(text)
  const numberOf = (key: string) => 1 + chains.log.findIndex(({ pem }) => pem === key)
  const key = { origin, publicKeyPem: logKeyAt(chains, size) }
  let note = joinSignature(text, key, await logSigner.numbered(numberOf(key.publicKeyPem)).sign(message))
  verifyCheckpoint(note, key)
  for (const publicKeyPem of retiring.toReversed()) {
    const signature = await logSigner
      .numbered(numberOf(publicKeyPem))
      .sign(message)
      .catch((cause) => {
        if (!(cause instanceof KeyUnsafe)) throw cause
        throw refused(
          'key: the first checkpoint of a new key is signed by the old one too, which cannot be used',
          cause,
        )
      })
    note = addSignature(note, { origin, publicKeyPem }, signature)
    verifyCheckpoint(note, { origin, publicKeyPem })
  }
  return note
}

type Signed = Checkpoint & { note: string }

async function readAnchored(ports: SignCheckpointPorts, log: Log): Promise<Signed | undefined> {
  const note = await latestAnchored(ports)
  return note === undefined ? undefined : readSigned(note, log, 'anchor')
}

/** Checkpoints that were signed and stored, and not anchored because of a crash. */
async function readStored(ledger: Ledger, log: Log, anchoredSize: number): Promise<Signed[]> {
  const later = (await ledger.checkpoints()).filter(({ size }) => size > anchoredSize)
  return later.map(({ size, note }) => {
    const signed = readSigned(note, log, 'ledger')
    if (signed.size !== size) throw refused('ledger: a checkpoint is stored under another size')
    return signed
  })
}

function readSigned(note: string, { origin, chains }: Log, where: string): Signed {
  return holding(`${where}: a checkpoint does not hold`, () => {
    const publicKeyPem = logKeyAt(chains, parseCheckpoint(note).size)
    return { ...verifyCheckpoint(note, { origin, publicKeyPem }), note }
  })
}

/**
 * Recomputes the head from all entries. An entry that no anchored checkpoint covers is new: its signature is verified.
 * Every entry's identity is read from what was signed, not from what is stored beside it.
 */
async function checkEntries(
  ledger: Ledger,
  chains: KeyChains,
  head: LogHead,
  signed: readonly Signed[],
  anchoredSize: number,
): Promise<void> {
  if (!isDeepStrictEqual(chainsAt(chains, head.size), chains))
    throw refused('key: a transition is said to be in the log and is not')
  const rootsDue = new Map(signed.map((each) => [each.size, each.root]))
  const identities = new Set<string>()
  let computed = emptyHead
  let pending: Uint8Array[] = []
  const addPending = () => {
    computed = appendLeaves(computed, pending)
    pending = []
    requireRoot(rootsDue, computed)
  }
  addPending()
  for await (const { seq, identity, leaf, envelope } of ledger.entries(0, head.size)) {
    const due = computed.size + pending.length
    if (seq !== due) throw refused(`gap: expected entry ${due}, got ${seq}`)
    const hash = leafHash(envelope)
    if (!isSameHash(hash, leaf)) throw refused(`entry ${seq}: the leaf is not that of the envelope`)
    const isNew = seq >= anchoredSize
    const attested = holding(`entry ${seq}: the envelope does not hold`, () =>
      identityIn({ seq, envelope }, isNew, chains),
    )
    if (attested !== identity) throw refused(`entry ${seq}: the identity is not that of the envelope`)
    if (identities.has(attested)) throw refused(`entry ${seq}: its identity is in the log already`)
    identities.add(attested)
    pending.push(hash)
    if (pending.length === batch || rootsDue.has(due + 1)) addPending()
  }
  addPending()
  if (computed.size !== head.size) throw refused(`gap: expected ${head.size} entries, got ${computed.size}`)
  if (!isSameHash(computed.root, head.root)) throw refused('root: the head is not that of the entries')
}

/** A checkpoint that was signed for this size must have this root: otherwise the log was forked. */
function requireRoot(rootsDue: ReadonlyMap<number, Uint8Array>, { size, root }: LogHead): void {
  const due = rootsDue.get(size)
  if (due && !isSameHash(due, root)) throw refused(`fork: the first ${size} entries are not those that were signed`)
}

/** A transition is verified every time: all that comes behind it stands on it. */
function identityIn(entry: { seq: number; envelope: Uint8Array }, isNew: boolean, chains: KeyChains): string {
  const { seq, envelope } = entry
  const isKnown = isTransition(chains, seq)
  if (isKnown && !isDeepStrictEqual(extendChains(chainsAt(chains, seq), entry), chainsAt(chains, seq + 1)))
    throw new ProofInvalid('key transition: expected the one that the ledger names, got another')
  const { payload } =
    isNew && !isKnown ? verifyEnvelope(envelope, attestationKeyAt(chains, seq)) : parseEnvelope(envelope)
  const statement = parseStatement(payload)
  if (statement.predicate.phase === 'key-transition' && !isKnown)
    throw new ProofInvalid('key transition: expected it to be signed by both keys, got another')
  return identityOfStatement(statement)
}

function holding<T>(what: string, check: () => T): T {
  try {
    return check()
  } catch (cause) {
    throw cause instanceof OdvError ? refused(what, cause) : cause
  }
}

function refused(what: string, cause?: unknown): CheckpointRefused {
  return new CheckpointRefused(`sign checkpoint: ${what}`, { cause })
}
