import { parseEnvelope, verifyEnvelope } from '../attestation/envelope.ts'
import { identityOfStatement, parseStatement } from '../attestation/statement.ts'
import { CheckpointRefused, OdvError } from '../errors.ts'
import {
  type Checkpoint,
  formatCheckpointText,
  joinSignature,
  type LogKey,
  verifyCheckpoint,
} from '../log/checkpoint.ts'
import { appendLeaves, emptyHead, isSameHash, leafHash } from '../log/merkle.ts'
import type { Anchor, AttestationSigner, Ledger, LogHead, LogSigner } from '../ports.ts'

/** Leaves that are added to the tree at once. */
const batch = 1024

export type SignCheckpointPorts = {
  ledger: Ledger
  logSigner: LogSigner
  anchor: Anchor
  /** This role can read the attestation key and not sign with it. */
  attestationSigner: Pick<AttestationSigner, 'publicKey'>
}

/**
 * Signs the head of the log, and only if the log follows from the last checkpoint in the anchor and every entry holds.
 * It is the only holder of the log key and believes nothing that the ledger says about itself. Durable steps:
 *
 * 1. `ledger.addCheckpoint`. A crash before it leaves nothing. Ed25519 is deterministic: the next attempt on the same
 *    log gives the same note.
 * 2. `anchor.add`. A crash between the two leaves a checkpoint that is not anchored; the next attempt holds the log to
 *    it as well and anchors it, or a larger one. A crash after it: the next attempt finds it and changes nothing.
 *
 * @throws CheckpointRefused naming what does not hold; never worth a retry, always worth an alarm.
 */
export async function signCheckpoint(
  ports: SignCheckpointPorts,
  { origin }: { origin: string },
): Promise<{ size: number; note: string }> {
  const { ledger, logSigner, anchor } = ports
  const key = { origin, publicKeyPem: await logSigner.publicKey() }
  const anchored = await readAnchored(anchor, key)
  const stored = await readStored(ledger, key, anchored?.size ?? 0)
  const head = await ledger.head()
  const signed = [...(anchored ? [anchored] : []), ...stored]
  if (signed.some(({ size }) => size > head.size))
    throw refused('rollback: the log is shorter than a signed checkpoint')
  await checkEntries(ports, head, signed, anchored?.size ?? 0)

  const { size, root } = head
  const text = formatCheckpointText({ origin, size, root })
  const known = signed.find((each) => each.size === size)
  const note = known?.note ?? joinSignature(text, key, await logSigner.sign(new TextEncoder().encode(text)))
  verifyCheckpoint(note, key)
  await ledger.addCheckpoint(size, note)
  if (anchored?.size !== size) await anchor.add(size, note)
  return { size, note }
}

type Signed = Checkpoint & { note: string }

async function readAnchored(anchor: Anchor, key: LogKey): Promise<Signed | undefined> {
  const note = await anchor.latest()
  return note === undefined ? undefined : readSigned(note, key, 'anchor')
}

/** Checkpoints that were signed and stored, and not anchored because of a crash. */
async function readStored(ledger: Ledger, key: LogKey, anchoredSize: number): Promise<Signed[]> {
  const later = (await ledger.checkpoints()).filter(({ size }) => size > anchoredSize)
  return later.map(({ size, note }) => {
    const signed = readSigned(note, key, 'ledger')
    if (signed.size !== size) throw refused('ledger: a checkpoint is stored under another size')
    return signed
  })
}

function readSigned(note: string, key: LogKey, where: string): Signed {
  return holding(`${where}: a checkpoint does not hold`, () => ({ ...verifyCheckpoint(note, key), note }))
}

/**
 * Recomputes the head from all entries. An entry that no anchored checkpoint covers is new: its signature is verified.
 * Every entry's identity is read from what was signed, not from what is stored beside it.
 */
async function checkEntries(
  { ledger, attestationSigner }: SignCheckpointPorts,
  head: LogHead,
  signed: readonly Signed[],
  anchoredSize: number,
): Promise<void> {
  const publicKey = await attestationSigner.publicKey()
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
    const attested = holding(`entry ${seq}: the envelope does not hold`, () => identityIn(envelope, isNew, publicKey))
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

function identityIn(envelope: Uint8Array, isNew: boolean, publicKey: string): string {
  return identityOfStatement(
    parseStatement((isNew ? verifyEnvelope(envelope, publicKey) : parseEnvelope(envelope)).payload),
  )
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
