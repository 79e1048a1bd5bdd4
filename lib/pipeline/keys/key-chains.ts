import { parseEnvelope } from '../../attestation/envelope.ts'
import { extendChains, fingerprintOf, type KeyChains, type KeyKind, pemOf } from '../../attestation/key-chain.ts'
import { identityOfTransition, parseStatement } from '../../attestation/statement.ts'
import { KeyUnsafe, OdvError } from '../../errors.ts'
import type { Ledger, PublicKeys } from '../../ports.ts'

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

/** What says which keys are in force: the log, and the keys that this deployment has. */
export type ChainPorts = { ledger: ReadableLedger; attestationSigner: PublicKeys; logSigner: PublicKeys }

/**
 * Which keys were in force where, from the first ones to those that sign now. What the ledger says is believed only as far as the
 * keys themselves have signed it. Keys out of force are read from the log: the deployment may not have them any more.
 * @throws KeyUnsafe when its transitions do not lead to keys of this deployment
 */
export async function readKeyChains({ ledger, attestationSigner, logSigner }: ChainPorts): Promise<KeyChains> {
  const keys = { attestation: attestationSigner, log: logSigner }
  const logged = {
    attestation: await readTransitions(ledger, 'attestation'),
    log: await readTransitions(ledger, 'log'),
  }
  const first = async (key: KeyKind) => firstOf(logged[key]) ?? keys[key].numbered(1).publicKey()
  let chains: KeyChains = {
    attestation: [{ pem: await first('attestation') }],
    log: [{ pem: await first('log') }],
  }
  const all = [...logged.attestation, ...logged.log].sort((a, b) => a.seq - b.seq)
  for (const each of all) chains = holding(() => extendChains(chains, each))
  for (const key of ['attestation', 'log'] as const) await requireOwn(key, chains[key], keys[key])
  return chains
}

/**
 * The attestation keys of the log, the last of which signs now: what another one signs would be in the log for good and
 * could not be verified.
 * @throws KeyUnsafe when this deployment has another key in its place, or none
 */
export async function readAttestationKeys(
  ledger: Pick<Ledger, 'find' | 'entries'>,
  keys: PublicKeys,
): Promise<KeyChains['attestation']> {
  const logged = await readTransitions(ledger, 'attestation')
  if (logged.length === 0) {
    const pem = await keys.numbered(1).publicKey()
    const first = await firstSigner(ledger)
    if (first !== undefined && first !== fingerprintOf('attestation', pem)) throw strayed('attestation')
    return [{ pem }]
  }
  let chains: KeyChains = { attestation: [{ pem: firstOf(logged)! }], log: [] }
  for (const each of logged) chains = holding(() => extendChains(chains, each))
  await requireOwn('attestation', chains.attestation, keys)
  return chains.attestation
}

async function requireOwn(kind: KeyKind, chain: KeyChains[KeyKind], keys: PublicKeys): Promise<void> {
  if (chain.at(-1)!.pem !== (await keys.numbered(chain.length).publicKey())) throw strayed(kind)
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
