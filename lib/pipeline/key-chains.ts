import { parseEnvelope } from '../attestation/envelope.ts'
import { extendChains, fingerprintOf, type KeyChains, type KeyKind, pemOf } from '../attestation/key-chain.ts'
import { identityOfTransition, parseStatement } from '../attestation/statement.ts'
import { KeyUnsafe, OdvError } from '../errors.ts'
import type { AttestationSigner, Ledger, LogSigner } from '../ports.ts'

type Logged = { seq: number; envelope: Uint8Array }
type ReadableLedger = Pick<Ledger, 'find'>

/** How many keys of a kind gave their duty to another one: the key with this number, from 0, is in force. */
export async function countTransitions(ledger: ReadableLedger, key: KeyKind): Promise<number> {
  return (await readTransitions(ledger, key)).length
}

async function readTransitions(ledger: ReadableLedger, key: KeyKind): Promise<Logged[]> {
  const logged: Logged[] = []
  for (;;) {
    const found = await ledger.find(identityOfTransition(key, logged.length + 1))
    if (found?.seq === undefined) return logged
    logged.push({ seq: found.seq, envelope: found.envelope })
  }
}

/**
 * Which keys were in force where, from the first ones to the two that this deployment signs with. What the ledger says is
 * believed only as far as the keys themselves have signed it.
 * @throws KeyUnsafe when its transitions do not lead to these keys
 */
export async function readKeyChains(ports: {
  ledger: ReadableLedger
  attestationSigner: Pick<AttestationSigner, 'publicKey'>
  logSigner: Pick<LogSigner, 'publicKey'>
}): Promise<KeyChains> {
  const current = { attestation: await ports.attestationSigner.publicKey(), log: await ports.logSigner.publicKey() }
  const logged = {
    attestation: await readTransitions(ports.ledger, 'attestation'),
    log: await readTransitions(ports.ledger, 'log'),
  }
  let chains: KeyChains = {
    attestation: [{ pem: firstOf(logged.attestation) ?? current.attestation }],
    log: [{ pem: firstOf(logged.log) ?? current.log }],
  }
  const all = [...logged.attestation, ...logged.log].sort((a, b) => a.seq - b.seq)
  for (const each of all) chains = holding(() => extendChains(chains, each))
  for (const key of ['attestation', 'log'] as const) if (chains[key].at(-1)!.pem !== current[key]) throw strayed(key)
  return chains
}

/**
 * The attestation keys of the log, the last of which signs now: what another one signs would be in the log for good and
 * could not be verified.
 * @throws KeyUnsafe when the given key is not that one
 */
export async function readAttestationKeys(
  ledger: Pick<Ledger, 'find' | 'entries'>,
  current: string,
): Promise<KeyChains['attestation']> {
  const logged = await readTransitions(ledger, 'attestation')
  if (logged.length === 0) {
    const first = await firstSigner(ledger)
    if (first !== undefined && first !== fingerprintOf('attestation', current)) throw strayed('attestation')
    return [{ pem: current }]
  }
  let chains: KeyChains = { attestation: [{ pem: firstOf(logged)! }], log: [] }
  for (const each of logged) chains = holding(() => extendChains(chains, each))
  if (chains.attestation.at(-1)!.pem !== current) throw strayed('attestation')
  return chains.attestation
}

/** The key that the log began with, as its first entry names it; none before there is one. */
async function firstSigner(ledger: Pick<Ledger, 'entries'>): Promise<string | undefined> {
  for await (const { envelope } of ledger.entries(0, 1)) return holding(() => parseEnvelope(envelope).keyid)
  return undefined
}

function firstOf([first]: readonly Logged[]): string | undefined {
  if (first === undefined) return undefined
  const { from, key } = transitionIn(first.envelope)
  return holding(() => pemOf(key, from.spki))
}

function transitionIn(envelope: Uint8Array) {
  return holding(() => {
    const { predicate } = parseStatement(parseEnvelope(envelope).payload)
    if (predicate.phase !== 'key-transition') throw new KeyUnsafe('expected a key transition, got another statement')
    return predicate
  })
}

function holding<T>(read: () => T): T {
  try {
    return read()
  } catch (cause) {
    if (!(cause instanceof OdvError)) throw cause
    throw new KeyUnsafe(`keys: a transition in the log does not hold: ${cause.message}`, { cause })
  }
}

function strayed(key: KeyKind): KeyUnsafe {
  return new KeyUnsafe(
    `${key} key: expected the one that is in force in the log, got another: a key is changed by \`odv keys rotate\` alone`,
  )
}
