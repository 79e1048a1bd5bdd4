import { hash, verify } from 'node:crypto'
import { ProofInvalid } from '../errors.ts'
import { type Certificate, certificateFingerprint } from './certificate.ts'
import { requireAuthority } from './chain.ts'
import { parseToken, type Token } from './parse-token.ts'
import { parseResponse } from './query.ts'

/** What a timestamp says once it holds: these bytes were there at that time (milliseconds since 1970). */
export type VerifiedTimestamp = {
  time: number
  /** The pinned certificate that vouches for it. */
  authority: Certificate
  messageSha256: string
  /** SHA-256 (hex) of the certificate that signed. */
  signerSha256: string
}

/**
 * That an authority with one of the pinned certificates saw exactly these bytes at the time that it names (RFC 3161, 2.4.2; RFC 5816).
 * Its certificates are judged at that time. Whether one was revoked is not asked. `nonce`: that of the query, for whoever made it.
 * @throws FormatInvalid @throws ProofInvalid
 */
export function verifyTimestamp(
  response: Uint8Array,
  {
    bytes,
    pinned,
    others = [],
    nonce,
  }: { bytes: Uint8Array; pinned: readonly Certificate[]; others?: readonly Certificate[]; nonce?: Uint8Array },
): VerifiedTimestamp {
  const token = parseToken(parseResponse(response))
  const { info } = token
  if (info.digest !== 'sha256' || !isSame(info.hash, hash('sha256', bytes, 'buffer')))
    throw new ProofInvalid('timestamp: imprint: expected the SHA-256 of what was to be timestamped, got another')
  if (nonce && !(info.nonce && isSame(info.nonce, nonce)))
    throw new ProofInvalid('timestamp: nonce: expected that of the query, got another')
  const signer = signerOf(token)
  requireSigned(token, signer)
  const authority = requireAuthority(signer, { pinned, others: [...token.certificates, ...others], at: info.time })
  return {
    time: info.time,
    authority,
    messageSha256: hash('sha256', bytes, 'hex'),
    signerSha256: certificateFingerprint(signer),
  }
}

/** The one certificate that the signer names by issuer and number, and by its digest in what is signed. */
function signerOf({ signer, certificates, signingCertificate }: Token): Certificate {
  const found = certificates.find(
    ({ issuer, serial }) => isSame(issuer, signer.issuer) && isSame(serial, signer.serial),
  )
  if (!found) throw new ProofInvalid('timestamp: certificate: expected the signer’s among those it brings, got none')
  if (!isSame(hash(signingCertificate.digest, found.der, 'buffer'), signingCertificate.hash))
    throw new ProofInvalid('timestamp: certificate: expected the one whose digest is signed, got another')
  return found
}

function requireSigned(token: Token, { x509 }: Certificate): void {
  const { digest, infoBytes, messageDigest, algorithm, signedBytes, signature } = token
  if (!isSame(hash(digest, infoBytes, 'buffer'), messageDigest))
    throw new ProofInvalid('timestamp: message digest: expected that of the info, got another')
  const key = x509.publicKey
  if (key.asymmetricKeyType !== algorithm.key || !verify(digest, signedBytes, key, signature))
    throw new ProofInvalid('timestamp: signature: expected one that verifies, got another')
}

const isSame = (a: Uint8Array, b: Uint8Array) => Buffer.from(a).equals(b)
