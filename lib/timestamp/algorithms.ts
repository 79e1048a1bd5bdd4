import { FormatInvalid } from '../errors.ts'
import { type Der, oidOf, readIn, tags } from './der.ts'

export type Digest = 'sha256' | 'sha384' | 'sha512'

/** Digests by object identifier (RFC 5754, 2). SHA-1 and older ones are not among them. */
const digests: Record<string, Digest> = {
  '2.16.840.1.101.3.4.2.1': 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
}
export const sha256Oid = '2.16.840.1.101.3.4.2.1'

/** Of which type the key is, and over which digest it signs, where the identifier says so. */
export type SignatureAlgorithm = { key: 'rsa' | 'ec'; digest?: Digest }

const signatures: Record<string, SignatureAlgorithm> = {
  '1.2.840.113549.1.1.1': { key: 'rsa' },
  '1.2.840.113549.1.1.11': { key: 'rsa', digest: 'sha256' },
  '1.2.840.113549.1.1.12': { key: 'rsa', digest: 'sha384' },
  '1.2.840.113549.1.1.13': { key: 'rsa', digest: 'sha512' },
  '1.2.840.10045.4.3.2': { key: 'ec', digest: 'sha256' },
  '1.2.840.10045.4.3.3': { key: 'ec', digest: 'sha384' },
  '1.2.840.10045.4.3.4': { key: 'ec', digest: 'sha512' },
}

/** @throws FormatInvalid for any other digest than SHA-256, SHA-384 and SHA-512 */
export function digestOf(algorithm: Der, where: string): Digest {
  return lookUp(algorithm, digests, 'SHA-256, SHA-384 or SHA-512', where).value
}

/**
 * RSA (PKCS #1 1.5) has NULL for its parameters, ECDSA has none (RFC 4055, 5; RFC 5758, 3.2).
 * @throws FormatInvalid for any other signature than these two, with one of these digests
 */
export function signatureOf(algorithm: Der, where: string): SignatureAlgorithm {
  const { value, hasNull } = lookUp(algorithm, signatures, 'RSA or ECDSA with SHA-256, SHA-384 or SHA-512', where)
  if (hasNull !== (value.key === 'rsa')) throw new FormatInvalid(`${where}: expected other parameters, got these`)
  return value
}

function lookUp<T>(
  algorithm: Der,
  table: Record<string, T>,
  expected: string,
  where: string,
): { value: T; hasNull: boolean } {
  const parts = readIn(algorithm, where)
  const value = table[oidOf(parts.take(tags.oid, 'identifier'), where)]
  if (value === undefined) throw new FormatInvalid(`${where}: expected ${expected}, got another`)
  const none = parts.optional(tags.null)
  parts.end()
  if (none && none.content.length > 0) throw new FormatInvalid(`${where}: expected NULL to be empty, got more`)
  return { value, hasNull: none !== undefined }
}
