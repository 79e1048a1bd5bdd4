import { parseEnvelope, verifyEnvelope } from '../attestation/envelope.ts'
import { type ChainKey, extendChains, type KeyChains, type KeyKind } from '../attestation/key-chain.ts'
import { claimOf, identityOfStatement, identityOfTransition, parseStatement } from '../attestation/statement.ts'
import { keyTransitionStatement, signTransition } from '../attestation/to-key-transition.ts'
import { EvidenceConflict, KeyUnsafe, OdvError } from '../errors.ts'
import { parseCheckpoint } from '../log/checkpoint.ts'
import type { AttestationSigner, Ledger, LogSigner, Ports, Reservation } from '../ports.ts'
import { appendReserved } from './append-attestation.ts'
import { readKeyChains } from './key-chains.ts'
import { signCheckpoint } from './sign-checkpoint.ts'

/** Whoever changes a key holds both signers for as long as it takes: people at a ceremony, not a task. */
export type RotatePorts = Pick<Ports, 'clock' | 'tool' | 'anchor'> & {
  ledger: Ledger
  attestationSigner: AttestationSigner
  logSigner: LogSigner
}

type Signer = Pick<LogSigner, 'publicKey' | 'sign'>

/** A change that is done: the entry of its transition, and the keys (PEM). `number` counts the changes of this kind from 1. */
export type Rotated = { key: KeyKind; number: number; seq: number; at: string; from: string; to: string; size: number }

/**
 * Gives the duty of a key to a new one. At no time does a key sign that nobody vouched for: which one is in force follows
 * from the log alone, and changes with the one transaction that appends the transition. Durable steps:
 *
 * 1. `makeNext` makes the new key, or finds the one that it made before. A crash leaves a key that signs nothing.
 * 2. What was reserved under the old key is appended: behind the transition it would not count. A crash leaves a log that is
 *    as it would have become.
 * 3. The transition is reserved, signed by both keys, and appended. A crash between the two: the old key is in force, and
 *    repeating goes on with what is reserved.
 * 4. A checkpoint that covers it, which for a log key both keys sign, is anchored. A crash before it: repeating makes no further
 *    change but finishes this one, unless the next checkpoint of a run has done so: then only who names `number` is sure of it.
 *
 * `number` is that of the change that is there in the end, made by this call or before it; without it see `changeToMake`.
 * No run may be under way: what it signs meanwhile is refused by `appendAttestation`, never logged.
 * @throws KeyUnsafe when a key is not the one in force, or the change of the other kind is not finished
 * @throws EvidenceConflict when what is reserved does not hold, or names a new key that is not there any more
 */
export async function rotateKey(
  ports: RotatePorts,
  key: KeyKind,
  makeNext: (number: number) => Promise<Signer>,
  number?: number,
): Promise<Rotated> {
  const wanted = number ?? (await changeToMake(ports, key))
  const chains = await readKeyChains(ports)
  if (wanted === chains[key].length) await logTransition(ports, chains, key, await makeNext(wanted + 1))
  const rotated = await describeChange(ports, key, wanted)
  const { size } = await signCheckpoint(ports)
  return { ...rotated, size }
}

/** The number of the next change of a key, or of the last one as long as no checkpoint covers it. */
export async function changeToMake(ports: RotatePorts, key: KeyKind): Promise<number> {
  const chain = (await readKeyChains(ports))[key]
  const last = chain.at(-2)?.until
  const anchored = await ports.anchor.latest()
  const covered = anchored === undefined ? 0 : parseCheckpoint(anchored).size
  return last === undefined || last < covered ? chain.length : chain.length - 1
}

/** Whether the log has this change. */
export async function isChanged(ports: RotatePorts, key: KeyKind, number: number): Promise<boolean> {
  return (await readKeyChains(ports))[key].length > number
}

async function logTransition(ports: RotatePorts, chains: KeyChains, key: KeyKind, next: Signer): Promise<void> {
  const { ledger } = ports
  const number = chains[key].length
  const identity = identityOfTransition(key, number)
  await appendPending(ledger, chains, identity)
  const to = await next.publicKey()
  const statement = keyTransitionStatement({
    organization: await organizationOf(ledger),
    key,
    number,
    from: chains[key].at(-1)!.pem,
    to,
    tool: ports.tool,
    createdAt: ports.clock().toISOString(),
  })
  const reserved = (await ledger.find(identity)) ?? (await reserve(ports, key, next, statement))
  const { size } = await ledger.head()
  const after = holding(() => extendChains(chains, { seq: size, envelope: reserved.envelope }))
  if (after[key].at(-1)!.pem !== to)
    throw new EvidenceConflict(`rotate key: ${key} key: expected the new key that was reserved, got another`)
  await appendReserved(ledger, reserved, chains.attestation.length - 1)
}

async function reserve(
  { ledger, attestationSigner, logSigner }: RotatePorts,
  key: KeyKind,
  next: Signer,
  statement: Parameters<typeof signTransition>[0],
): Promise<Reservation> {
  const about = { kind: key, signer: next }
  const envelope =
    key === 'attestation'
      ? await signTransition(statement, [attestationSigner, about])
      : await signTransition(statement, [attestationSigner, { kind: key, signer: logSigner }, about])
  return ledger.reserve(identityOfStatement(statement), claimOf(statement), envelope)
}

/** Appends every reservation but that of this transition, each only if the key in force signed it. */
async function appendPending(ledger: Ledger, chains: KeyChains, own: string): Promise<void> {
  const pending = (await ledger.pending()).filter(({ identity }) => identity !== own)
  for (const reserved of pending) {
    const statement = holding(() => parseStatement(parseEnvelope(reserved.envelope).payload))
    if (statement.predicate.phase === 'key-transition')
      throw new KeyUnsafe(
        `rotate key: expected no other change under way: go on with \`odv keys rotate ${statement.predicate.key}\``,
      )
    holding(() => verifyEnvelope(reserved.envelope, chains.attestation.at(-1)!.pem))
    if (identityOfStatement(statement) !== reserved.identity)
      throw new EvidenceConflict('rotate key: reservation: expected the identity of its statement, got another')
    await appendReserved(ledger, reserved, chains.attestation.length - 1)
  }
}

/** Whose log it is, as its last statement says. */
async function organizationOf(ledger: Ledger): Promise<string> {
  const { size } = await ledger.head()
  for await (const { envelope } of ledger.entries(Math.max(0, size - 1), size))
    return new URL(parseStatement(parseEnvelope(envelope).payload).predicateType).hostname
  return 'odv.example'
}

/** A change that the log has. */
async function describeChange(ports: RotatePorts, key: KeyKind, number: number): Promise<Omit<Rotated, 'size'>> {
  const [from, to] = (await readKeyChains(ports))[key].slice(number - 1) as [ChainKey, ChainKey]
  const reserved = await ports.ledger.find(identityOfTransition(key, number))
  const { times } = parseStatement(parseEnvelope(reserved!.envelope).payload).predicate
  return { key, number, seq: from.until!, at: times.statementCreatedAt, from: from.pem, to: to.pem }
}

function holding<T>(read: () => T): T {
  try {
    return read()
  } catch (cause) {
    if (!(cause instanceof OdvError)) throw cause
    throw new EvidenceConflict('rotate key: reservation: expected an envelope that holds, got another', { cause })
  }
}
