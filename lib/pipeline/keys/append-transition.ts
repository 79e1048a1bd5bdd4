import { parseBase64 } from '../../attestation/base64.ts'
import { type EnvelopeSignature, formatEnvelope, parseEnvelope } from '../../attestation/envelope.ts'
import { extendChains, fingerprintOf, type KeyChains, type KeyKind } from '../../attestation/key-chain.ts'
import {
  claimOf,
  formatStatement,
  identityOfTransition,
  parseStatement,
  type Statement,
} from '../../attestation/statement.ts'
import { signTransition } from '../../attestation/to-key-transition.ts'
import { EvidenceConflict, InputInvalid, KeyUnsafe, OdvError } from '../../errors.ts'
import type { AttestationSigner, Ledger, Reservation } from '../../ports.ts'
import { appendReserved, untilKeysHoldStill } from '../log/append-attestation.ts'
import { type ComposePorts, composeTransition, type KeyChange } from './compose-transition.ts'
import { readKeyChains } from './key-chains.ts'
import type { Vouched } from './vouch-for-key.ts'

export type TransitionPorts = Omit<ComposePorts, 'ledger' | 'attestationSigner'> & {
  ledger: Ledger
  attestationSigner: AttestationSigner
}

/**
 * Gives the duty of a key to the next one of its kind. At no time does a key sign that nobody vouched for: which one is in force
 * follows from the log alone, and changes with the one transaction that appends the transition. Durable steps:
 *
 * 1. `reserve` the transition, signed by all that it takes: for a log key its two keys signed it before (`vouched`). A crash before
 *    it leaves nothing; from here on this envelope is the one.
 * 2. `append` it. A crash between the two: the old key is in force, and repeating appends what is reserved. A crash after it:
 *    repeating finds the change in the log.
 *
 * What others reserved under the old key and did not append yet, their tasks sign anew; so does this one where the attestation
 * key was changed since a change of the log key was reserved.
 *
 * @throws KeyUnsafe when another change is the next one, or there is no key for it
 * @throws EvidenceConflict when what is reserved does not hold, or names another new key @throws InputInvalid @throws LogMoved
 */
export async function appendTransition(
  ports: TransitionPorts,
  change: KeyChange & { vouched: Vouched | null },
): Promise<{ seq: number }> {
  const { key, number } = change
  return untilKeysHoldStill(ports.ledger, async (see) => {
    const chains = await readKeyChains(ports)
    see(chains.attestation)
    const done = chains[key][number - 1]?.until
    if (done !== undefined) return { seq: done }
    const statement = await composeTransition(ports, chains, change)
    const found = await ports.ledger.find(identityOfTransition(key, number))
    const reserved = found ?? (await reserve(ports, chains, change, statement))
    const current = await renew(ports, chains, key, reserved)
    requireSame(statement, current.envelope)
    return { seq: await appendReserved(ports.ledger, current, chains.attestation.length - 1) }
  })
}

/** Nothing is stored that would stand in the way of a better one: it is looked at first. */
async function reserve(
  ports: TransitionPorts,
  chains: KeyChains,
  { key, number, vouched }: KeyChange & { vouched: Vouched | null },
  statement: Statement,
): Promise<Reservation> {
  const first = await signTransition(statement, 'attestation', inForce(ports, chains))
  const further =
    key === 'attestation'
      ? [await signTransition(statement, key, ports.attestationSigner.numbered(number + 1))]
      : await vouchedBy(ports, chains, number, vouched)
  const envelope = formatEnvelope({ payload: formatStatement(statement), ...first, further })
  const refusal = refusalOf(chains, envelope)
  if (refusal !== undefined)
    throw new KeyUnsafe('rotate key: expected signatures of the keys that the change is about, got others', {
      cause: refusal,
    })
  return ports.ledger.reserve(identityOfTransition(key, number), claimOf(statement), envelope)
}

const inForce = ({ attestationSigner }: TransitionPorts, { attestation }: KeyChains) =>
  attestationSigner.numbered(attestation.length)

async function vouchedBy(
  { logSigner }: TransitionPorts,
  { log }: KeyChains,
  number: number,
  vouched: Vouched | null,
): Promise<EnvelopeSignature[]> {
  if (vouched === null) throw new InputInvalid('rotate key: log key: expected what its keys signed, got nothing')
  const said = async (pem: string, signature: string) => ({
    keyid: fingerprintOf('log', pem),
    signature: parseBase64(signature, 'rotate key: vouched'),
  })
  return [
    await said(log.at(-1)!.pem, vouched.old),
    await said(await logSigner.numbered(number + 1).publicKey(), vouched.next),
  ]
}

/**
 * A change of the log key that a retired attestation key signed gets the signature of the one in force. What it says, and that the log's
 * keys say it, stays.
 */
async function renew(
  ports: TransitionPorts,
  chains: KeyChains,
  key: KeyKind,
  stored: Reservation,
): Promise<Reservation> {
  if (stored.seq !== undefined) return stored
  const refusal = refusalOf(chains, stored.envelope)
  if (refusal === undefined) return stored
  const wasSigned = chains.attestation
    .slice(0, -1)
    .some(({ pem }) => refusalOf({ ...chains, attestation: [{ pem }] }, stored.envelope) === undefined)
  if (key === 'attestation' || !wasSigned)
    throw new EvidenceConflict('rotate key: reservation: expected an envelope that holds, got another', {
      cause: refusal,
    })
  const { payload, further = [] } = parseEnvelope(stored.envelope)
  const first = await signTransition(parseStatement(payload), 'attestation', inForce(ports, chains))
  const renewed = await ports.ledger.renew(
    stored.identity,
    stored.envelope,
    formatEnvelope({ payload, ...first, further }),
  )
  if (refusalOf(chains, renewed.envelope) !== undefined)
    throw new KeyUnsafe('rotate key: expected the attestation key to hold still, got another')
  return renewed
}

/** Why a transition would not follow from the chains, as an entry behind all others. */
function refusalOf(chains: KeyChains, envelope: Uint8Array): OdvError | undefined {
  try {
    extendChains(chains, { seq: Number.MAX_SAFE_INTEGER, envelope })
    return undefined
  } catch (error) {
    if (error instanceof OdvError) return error
    throw error
  }
}

/** It may have been made at another time, and by another version. */
function requireSame(statement: Statement, envelope: Uint8Array): void {
  const toOf = ({ predicate }: Statement) => (predicate.phase === 'key-transition' ? predicate.to.spkiSha256 : '')
  const { payload } = parseEnvelope(envelope)
  if (toOf(parseStatement(payload)) !== toOf(statement))
    throw new EvidenceConflict('rotate key: expected the new key that was reserved, got another')
}
