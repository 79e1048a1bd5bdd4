import { hash } from 'node:crypto'
import { signEnvelope, verifyEnvelope } from '../../attestation/envelope.ts'
import { attestationKeyAt, type KeyChains } from '../../attestation/key-chain.ts'
import {
  claimOf,
  formatStatement,
  identityOfStatement,
  parseStatement,
  type Statement,
} from '../../attestation/statement.ts'
import { EvidenceConflict, KeyUnsafe, LogMoved, OdvError } from '../../errors.ts'
import { appendLeaves, leafHash } from '../../log/merkle.ts'
import type { AttestationSigner, Ledger, Reservation } from '../../ports.ts'
import { countTransitions, readAttestationKeys } from '../keys/key-chains.ts'
import { endsOf, requireNotOver } from './require-not-over.ts'

/** Every attempt that fails means that another appender got through. */
const attempts = 100

type AttestationKeys = KeyChains['attestation']
type AppendPorts = { ledger: Ledger; attestationSigner: AttestationSigner }

/**
 * Signs a statement and appends it to the log, once: repeating it, also after a crash at any point and also with
 * other times, gives the same entry. Durable steps:
 *
 * 1. `reserve` the envelope under the statement's identity. A crash before it leaves nothing; the signature is lost,
 *    and the next attempt makes another one. From here on this envelope is the one; a later signature is discarded.
 * 2. `append` the entry together with the new head. A crash between the two leaves a reservation without an entry,
 *    which the next attempt appends as it is. A crash after it: the reservation has its `seq`, which is returned.
 *
 * When the key is changed in between, what the old one signed does not count any more: the reservation gets an envelope by the new one
 * (`renew`), which says the same. No head that is still there then takes the old one.
 *
 * @throws EvidenceConflict when the identity was attested with another claim, or what the ledger keeps for it does not
 *   hold, or what it is about has ended without it; never worth a retry. @throws KeyUnsafe when this deployment does not have the key in force. @throws LogMoved when others kept appending; worth a retry.
 */
export async function appendAttestation(
  ports: AppendPorts,
  statement: Statement,
): Promise<{ seq: number; envelopeSha256: string }> {
  return untilKeysHoldStill(ports.ledger, async (see) => {
    const keys = await readAttestationKeys(ports.ledger, ports.attestationSigner)
    see(keys)
    const reserved = await renew(ports, statement, keys, await reserve(ports, statement, keys))
    const seq = await appendReserved(ports.ledger, reserved, keys.length - 1, endsOf(statement))
    return { seq, envelopeSha256: hash('sha256', reserved.envelope, 'hex') }
  })
}

/**
 * What fails because the attestation key was changed meanwhile is done again. `see`: the keys that it goes by. There are no more
 * attempts than keys.
 */
export async function untilKeysHoldStill<T>(
  ledger: Pick<Ledger, 'find'>,
  work: (see: (keys: AttestationKeys) => void) => Promise<T>,
): Promise<T> {
  for (;;) {
    let seen: AttestationKeys | undefined
    try {
      return await work((keys) => {
        seen = keys
      })
    } catch (error) {
      const known = (seen as AttestationKeys | undefined)?.length
      const isChanged =
        error instanceof OdvError &&
        known !== undefined &&
        (await countTransitions(ledger, 'attestation')) !== known - 1
      if (!isChanged) throw error
    }
  }
}

/**
 * Appends a reservation as it is, unless it is in the log already. `transitions`: how often the attestation key was
 * changed when somebody looked whether this envelope is signed by the one in force. `ends`: what it may not stand behind (`endsOf`).
 */
export async function appendReserved(
  ledger: Ledger,
  reserved: Reservation,
  transitions: number,
  ends: readonly string[] = [],
): Promise<number> {
  const { identity, envelope } = reserved
  for (let attempt = 0, seq = reserved.seq; attempt < attempts; attempt += 1) {
    if (seq !== undefined) return seq
    const head = await ledger.head()
    // Behind this head there is no transition: one that gets in between moves it.
    if ((await countTransitions(ledger, 'attestation')) !== transitions)
      throw new KeyUnsafe(
        'append attestation: attestation key: expected the one that signed to be in force, got another',
      )
    // Nor is any of these.
    await requireNotOver(ledger, ends)
    const leaf = leafHash(envelope)
    const entry = { seq: head.size, identity, leaf, envelope }
    // The sequence number is allocated by the write that stores the entry: there are no gaps.
    if ((await ledger.append(head, [entry], appendLeaves(head, [leaf]))) === 'appended') return entry.seq
    seq = (await ledger.find(identity))?.seq
  }
  throw new LogMoved(`append attestation: head: expected it to hold still once in ${attempts} attempts, got moved`)
}

/** The first stored envelope wins, since ECDSA signatures are random. */
async function reserve(
  { ledger, attestationSigner }: AppendPorts,
  statement: Statement,
  keys: AttestationKeys,
): Promise<Reservation> {
  const identity = identityOfStatement(statement)
  const reserved = await ledger.find(identity)
  if (reserved !== undefined) return reserved
  const envelope = await signEnvelope(attestationSigner.numbered(keys.length), formatStatement(statement))
  return ledger.reserve(identity, claimOf(statement), envelope)
}

/** What is stored is believed only after looking at it, and signed anew where the key that signed it is out of force. */
async function renew(
  { ledger, attestationSigner }: AppendPorts,
  statement: Statement,
  keys: AttestationKeys,
  stored: Reservation,
): Promise<Reservation> {
  const claim = claimOf(statement)
  const holds = ({ claim: said, seq, envelope }: Reservation) => {
    const publicKey = attestationKeyAt({ attestation: keys }, seq ?? Number.POSITIVE_INFINITY)
    if (said !== claim || claimInside(envelope, publicKey) !== claim)
      throw new EvidenceConflict(
        'append attestation: claim: expected the one attested under this identity, got another',
      )
  }
  const isStale =
    stored.seq === undefined &&
    stored.claim === claim &&
    keys.slice(0, -1).some(({ pem }) => isClaimedInside(stored.envelope, pem, claim))
  if (!isStale) {
    holds(stored)
    return stored
  }
  const fresh = await signEnvelope(attestationSigner.numbered(keys.length), formatStatement(statement))
  const renewed = await ledger.renew(stored.identity, stored.envelope, fresh)
  holds(renewed)
  return renewed
}

function isClaimedInside(envelope: Uint8Array, publicKey: string, claim: string): boolean {
  try {
    return claimInside(envelope, publicKey) === claim
  } catch (error) {
    if (error instanceof EvidenceConflict) return false
    throw error
  }
}

/** What a stored envelope claims, if it is signed. A bad one must not reach the log: nothing is ever removed from it. */
function claimInside(envelope: Uint8Array, publicKey: string): string {
  try {
    return claimOf(parseStatement(verifyEnvelope(envelope, publicKey).payload))
  } catch (cause) {
    throw new EvidenceConflict('append attestation: reservation: expected an envelope that holds, got another', {
      cause,
    })
  }
}
