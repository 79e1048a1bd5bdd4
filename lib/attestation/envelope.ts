import { hash, type KeyObject, verify } from 'node:crypto'
import { FormatInvalid, ProofInvalid } from '../errors.ts'
import type { Signer } from '../ports.ts'
import { formatBase64, parseBase64 } from './base64.ts'
import { readPublicKey } from './public-key.ts'

/**
 * A signed statement: DSSE with one ECDSA P-256 signature (DER) over the pre-authentication encoding of the payload's
 * exact bytes. `keyid` only hints at the key; the envelope file has no whitespace and no newline at its end. A key
 * transition has `further` signatures, by the keys that it is about; nothing else has any.
 */
export type Envelope = EnvelopeSignature & { payload: Uint8Array; further?: EnvelopeSignature[] }
export type EnvelopeSignature = { keyid?: string; signature: Uint8Array }

export const payloadType = 'application/vnd.in-toto+json'

/** What is signed: `DSSEv1 28 application/vnd.in-toto+json LENGTH PAYLOAD`. */
export function paeOf(payload: Uint8Array): Uint8Array {
  const header = Buffer.from(`DSSEv1 ${payloadType.length} ${payloadType} ${payload.length} `)
  return new Uint8Array(Buffer.concat([header, payload]))
}

export function formatEnvelope({ payload, keyid, signature, further = [] }: Envelope): Uint8Array {
  const signatures = [{ signature, ...(keyid !== undefined && { keyid }) }, ...further].map((each) => ({
    ...(each.keyid === undefined ? {} : { keyid: each.keyid }),
    sig: formatBase64(each.signature),
  }))
  return new TextEncoder().encode(JSON.stringify({ payload: formatBase64(payload), payloadType, signatures }))
}

const signatureShape = /\{(?:"keyid":"([\x21\x23-\x5b\x5d-\x7e]+)",)?"sig":"([A-Za-z0-9+/=]+)"\}/
const envelopeShape = new RegExp(
  `^\\{"payload":"([A-Za-z0-9+/=]+)","payloadType":"application/vnd\\.in-toto\\+json","signatures":\\[(${signatureShape.source}(?:,${signatureShape.source}){0,2})\\]\\}$`,
)

/**
 * Reads an envelope without believing it. `formatEnvelope(parseEnvelope(bytes))` are the same bytes.
 * @throws FormatInvalid for any other bytes.
 */
export function parseEnvelope(bytes: Uint8Array): Envelope {
  const parts = envelopeShape.exec(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1'))
  if (!parts)
    throw new FormatInvalid('envelope: expected a DSSE envelope with one to three signatures, got another text')
  const [first, ...further] = [...parts[2]!.matchAll(new RegExp(signatureShape, 'g'))].map(([, keyid, sig]) => ({
    ...(keyid === undefined ? {} : { keyid }),
    signature: parseBase64(sig!, 'envelope: sig'),
  }))
  return { payload: parseBase64(parts[1]!, 'envelope: payload'), ...first!, ...(further.length > 0 && { further }) }
}

/** The envelope's bytes for a payload. */
export async function signEnvelope(signer: Signer, payload: Uint8Array): Promise<Uint8Array> {
  const signature = await signer.sign(paeOf(payload))
  return formatEnvelope({ payload, keyid: keyFingerprint(await signer.publicKey()), signature })
}

/**
 * Believes the payload of exactly these bytes when the key (SubjectPublicKeyInfo, PEM) signed it, and nobody else. A
 * `keyid` may be absent; one that names another key is refused.
 * @throws FormatInvalid @throws ProofInvalid
 */
export function verifyEnvelope(bytes: Uint8Array, publicKeyPem: string): Envelope {
  const envelope = parseEnvelope(bytes)
  if (envelope.further) throw new ProofInvalid('envelope: signatures: expected one, got more')
  const key = p256Of(publicKeyPem)
  const { keyid, payload, signature } = envelope
  if (keyid !== undefined && keyid !== keyFingerprint(publicKeyPem) && keyid !== spkiFingerprint(key))
    throw new ProofInvalid('envelope: keyid: expected the fingerprint of the attestation key, got another')
  if (!verify('sha256', paeOf(payload), { key, dsaEncoding: 'der' }, signature))
    throw new ProofInvalid('envelope: signature: expected one by the attestation key, got another')
  return envelope
}

/** The OpenSSH fingerprint of a P-256 key: `SHA256:` and base64 without padding, as `ssh-keygen -lf` shows it. */
export function keyFingerprint(publicKeyPem: string): string {
  const key = p256Of(publicKeyPem)
  const fingerprint = fingerprints.get(key) ?? fingerprintOf(key)
  fingerprints.set(key, fingerprint)
  return fingerprint
}

/** Of keys that are read once (`readPublicKey`). */
const fingerprints = new WeakMap<KeyObject, string>()

function fingerprintOf(key: KeyObject): string {
  const { x, y } = key.export({ format: 'jwk' })
  const point = Buffer.concat([Buffer.of(4), Buffer.from(x!, 'base64url'), Buffer.from(y!, 'base64url')])
  const wire = ['ecdsa-sha2-nistp256', 'nistp256', point].flatMap((part) => {
    const bytes = Buffer.from(part as string)
    const length = Buffer.alloc(4)
    length.writeUInt32BE(bytes.length)
    return [length, bytes]
  })
  return `SHA256:${hash('sha256', Buffer.concat(wire), 'base64').replace(/=+$/, '')}`
}

/** Another common `keyid`: the SHA-256 of the SubjectPublicKeyInfo, in hex. We read it and never write it. */
function spkiFingerprint(key: KeyObject): string {
  return `sha256:${hash('sha256', key.export({ format: 'der', type: 'spki' }), 'hex')}`
}

/** @throws FormatInvalid */
function p256Of(publicKeyPem: string): KeyObject {
  let key: KeyObject
  try {
    key = readPublicKey(publicKeyPem).key
  } catch (cause) {
    throw new FormatInvalid('attestation key: expected a public key in PEM, got another text', { cause })
  }
  if (key.asymmetricKeyType !== 'ec' || key.asymmetricKeyDetails?.namedCurve !== 'prime256v1')
    throw new FormatInvalid('attestation key: type: expected ECDSA P-256, got another')
  return key
}
