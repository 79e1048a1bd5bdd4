import { createPublicKey, hash, verify } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { FormatInvalid, ProofInvalid } from '../errors.ts'
import { ed25519Fingerprint } from '../log/vkey.ts'
import { formatBase64, parseBase64 } from './base64.ts'
import { type EnvelopeSignature, keyFingerprint, paeOf, parseEnvelope } from './envelope.ts'
import { readPublicKey } from './public-key.ts'
import { type Predicate, parseStatement } from './statement.ts'

/**
 * Which key is in force where in the log. A key gives its duty to another one by a transition, an entry of the log that
 * both have signed: the old one vouches for the new one, and the new one shows that somebody holds it. From the entry
 * behind it on only the new one counts. What was reserved under the old key and is not in the log is signed anew, so there is no grace.
 */
export type KeyKind = 'attestation' | 'log'
export type KeyTransition = Extract<Predicate, { phase: 'key-transition' }>

/** A public key (SubjectPublicKeyInfo, PEM); `until`: the entry of the transition that retired it. */
export type ChainKey = { pem: string; until?: number }
/** Oldest first, at least one of each kind; the last ones are in force now. */
export type KeyChains = Record<KeyKind, readonly ChainKey[]>

/** The key that has to have signed an entry: a transition of its own is the last that an attestation key signs. */
export function attestationKeyAt({ attestation }: Pick<KeyChains, 'attestation'>, seq: number): string {
  return attestation.find(({ until }) => until === undefined || seq <= until)!.pem
}

/** The key that has to have signed a checkpoint of this size: it covers the entries below it. */
export function logKeyAt({ log }: Pick<KeyChains, 'log'>, size: number): string {
  return log.find(({ until }) => until === undefined || size <= until)!.pem
}

/** Who has to sign a checkpoint as well: the keys whose transition it covers and the checkpoint before it did not. */
export function retiringAt({ log }: Pick<KeyChains, 'log'>, before: number, size: number): string[] {
  return log.filter(({ until }) => until !== undefined && before <= until && until < size).map(({ pem }) => pem)
}

/** Whether this entry is one of the transitions that the chains are made of. */
export function isTransition({ attestation, log }: KeyChains, seq: number): boolean {
  return attestation.some(({ until }) => until === seq) || log.some(({ until }) => until === seq)
}

/** The chains as they were for the first `size` entries. */
export function chainsAt(chains: KeyChains, size: number): KeyChains {
  const cut = (keys: readonly ChainKey[]) => {
    const last = keys.findIndex(({ until }) => until === undefined || until >= size)
    return keys
      .slice(0, last + 1)
      .map(({ pem, until }) => (until === undefined || until >= size ? { pem } : { pem, until }))
  }
  return { attestation: cut(chains.attestation), log: cut(chains.log) }
}

/**
 * The chains after a transition at entry `seq`, behind all that are in them.
 * @throws FormatInvalid @throws ProofInvalid unless it follows from them and all that it takes have signed it
 */
export function extendChains(chains: KeyChains, { seq, envelope }: { seq: number; envelope: Uint8Array }): KeyChains {
  const { payload, keyid, signature, further = [] } = parseEnvelope(envelope)
  const { predicate } = parseStatement(payload)
  if (predicate.phase !== 'key-transition')
    throw new ProofInvalid(`key transition: phase: expected key-transition, got ${predicate.phase}`)
  const { key, number, from, to } = predicate
  const chain = chains[key]
  const [current, next] = [chain.at(-1)!, pemOf(key, to.spki)]
  if (number !== chain.length) throw new ProofInvalid(`key transition: number: expected ${chain.length}, got ${number}`)
  if (!isDeepStrictEqual(from, publicKeyOf(key, current.pem)))
    throw new ProofInvalid(`key transition: from: expected the ${key} key in force, got another`)
  if (!isDeepStrictEqual(to, publicKeyOf(key, next)))
    throw new ProofInvalid('key transition: to: expected the fingerprints of its key, got others')
  if (chain.some(({ pem }) => pem === next))
    throw new ProofInvalid('key transition: to: expected a key that was never in force, got one that was')
  if ([...chains.attestation, ...chains.log].some(({ until = -1 }) => until >= seq))
    throw new ProofInvalid('key transition: expected it behind those before it, got another order')
  const signers = signersOf(chains, predicate)
  const signatures = [{ signature, ...(keyid !== undefined && { keyid }) }, ...further]
  if (signatures.length !== signers.length)
    throw new ProofInvalid(`key transition: signatures: expected ${signers.length}, got ${signatures.length}`)
  for (const [i, signer] of signers.entries()) requireSigned(paeOf(payload), signatures[i]!, signer)
  return { ...chains, [key]: [...chain.slice(0, -1), { ...current, until: seq }, { pem: next }] }
}

type Signer = { kind: KeyKind; pem: string; who: string }

/** Who signs a transition, in this order; as every entry, it is signed by the attestation key in force first. */
function signersOf(chains: KeyChains, { key, to }: KeyTransition): Signer[] {
  const attestation = {
    kind: 'attestation' as const,
    pem: chains.attestation.at(-1)!.pem,
    who: 'attestation key in force',
  }
  const next = { kind: key, pem: pemOf(key, to.spki), who: `new ${key} key` }
  if (key === 'attestation') return [attestation, next]
  return [attestation, { kind: key, pem: chains.log.at(-1)!.pem, who: 'old log key' }, next]
}

function requireSigned(message: Uint8Array, { keyid, signature }: EnvelopeSignature, { kind, pem, who }: Signer): void {
  if (keyid !== fingerprintOf(kind, pem))
    throw new ProofInvalid(`key transition: signatures: expected one that names the ${who}, got another`)
  const isSigned =
    kind === 'attestation'
      ? verify('sha256', message, { key: pem, dsaEncoding: 'der' }, signature)
      : verify(null, message, pem, signature)
  if (!isSigned) throw new ProofInvalid(`key transition: signatures: expected one by the ${who}, got another`)
}

/** A public key as statements name it. @throws FormatInvalid unless it is of its kind */
export function publicKeyOf(kind: KeyKind, pem: string): KeyTransition['to'] {
  const fingerprint = fingerprintOf(kind, pem)
  const { spki } = readPublicKey(pem)
  return { fingerprint, spkiSha256: hash('sha256', spki, 'hex'), spki: formatBase64(spki) }
}

/** In OpenSSH's form. @throws FormatInvalid unless it is a key of this kind */
export function fingerprintOf(kind: KeyKind, pem: string): string {
  return kind === 'attestation' ? keyFingerprint(pem) : ed25519Fingerprint(pem)
}

/** @throws FormatInvalid */
export function pemOf(kind: KeyKind, spki: string): string {
  const der = parseBase64(spki, 'key transition: spki')
  let pem: string
  try {
    pem = createPublicKey({ key: Buffer.from(der), format: 'der', type: 'spki' }).export({
      format: 'pem',
      type: 'spki',
    }) as string
  } catch {
    throw new FormatInvalid('key transition: spki: expected a SubjectPublicKeyInfo, got other bytes')
  }
  fingerprintOf(kind, pem)
  return pem
}
