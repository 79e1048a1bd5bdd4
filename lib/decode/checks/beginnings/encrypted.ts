import { type GoesOn, isAt } from './goes-on.ts'
import { isText } from './serialized.ts'

/** Algorithms of RFC 9580, 9.1, with the bits of their numbers, of which there are so many, and the bytes behind these. */
const algorithms: readonly { of: ReadonlySet<number>; bits: readonly number[]; numbers: number; more: number }[] = [
  { of: new Set([1, 2, 3]), bits: [1024, 2048, 3072, 4096], numbers: 1, more: 0 },
  // ElGamal.
  { of: new Set([16]), bits: [1024, 2048, 3072, 4096], numbers: 2, more: 0 },
  // ECDH on Curve25519 and on P-256, P-384 and P-521, with a session key in 48 bytes.
  { of: new Set([18]), bits: [263, 515, 771, 1059], numbers: 1, more: 49 },
]

/** How a packet with tag 1 and of so many bytes begins in the old format and in the new one (4.2), with its version. */
const headersOf = (length: number): readonly number[][] => [
  length < 256 ? [0x84, length, 3] : [0x85, length >> 8, length & 0xff, 3],
  length < 192 ? [0xc1, length, 3] : [0xc1, 192 + ((length - 192) >> 8), (length - 192) & 0xff, 3],
]

/** Session keys for the key of somebody (5.1.1): an identifier of eight bytes, an algorithm, and its numbers. */
export const sessionKeys: readonly { beginning: string; goesOn: GoesOn }[] = algorithms.flatMap(
  ({ of, bits, numbers, more }) =>
    bits.flatMap((most) =>
      headersOf(10 + numbers * (2 + Math.ceil(most / 8)) + more).map((header) => ({
        beginning: String.fromCharCode(...header),
        goesOn: (bytes: Buffer) => {
          const at = header.length + 8
          if (!isAt(bytes, at, (algorithm) => of.has(algorithm))) return false
          if (at + 2 >= bytes.length) return true
          const first = bytes.readUInt16BE(at + 1)
          // What is a byte shorter makes another length of the packet.
          return first > most - 8 && first <= most
        },
      })),
    ),
)

/** A session key for a password (RFC 9580, 5.3.1), whose version 4 is at `version`: a cipher, the derivation of 11 bytes, which is 3, and its digest. */
export const isPasswordKey =
  (version: number): GoesOn =>
  (bytes) =>
    isAt(bytes, version + 1, (cipher) => cipher > 0 && cipher < 14) &&
    isAt(bytes, version + 2, (derivation) => derivation === 3) &&
    isAt(bytes, version + 3, (digest) => digest > 0 && digest < 15) &&
    isAt(bytes, version + 13, (next) => packets.has(next))

/** What follows a session key: another one, or what is encrypted (tags 1, 3, 9, 18 and 20), in packets of the new format and of the old one. */
const packets = new Set(
  [1, 3, 9, 18, 20].flatMap((tag) => [
    0xc0 | tag,
    ...(tag < 16 ? [0, 1, 2, 3].map((size) => 0x80 | (tag << 2) | size) : []),
  ]),
)

/** What AWS KMS takes of an encryption context. */
const longestContext = 8192

/** A message of the AWS Encryption SDK whose encryption context has its length at `at`: pairs of texts, or none; behind it a count of keys. What ends before holds nothing. */
export const isSdkMessage =
  (at: number): GoesOn =>
  (bytes) => {
    if (at + 6 > bytes.length) return false
    const [length, count, next] = [bytes.readUInt16BE(at), bytes.readUInt16BE(at + 2), bytes.readUInt16BE(at + 4)]
    if (length === 0) return count > 0 && count < 256 && next > 0 && next < 256
    if (length > longestContext || count === 0 || 4 * count + 2 > length || next + 6 > length) return false
    return isText(bytes.subarray(at + 6, at + 6 + next))
  }

/** Bytes of a window of characters that goes on. */
const wholeWindow = 768

/**
 * Of a key of Google Cloud KMS (messages of protocol buffers): 36 bytes of its name, then a field with what it encrypted, which is all of the rest. A digest of 32 bytes is
 * too short.
 */
export function isGoogleCiphertext(bytes: Buffer): boolean {
  if (bytes[38] !== 0x12) return false
  let [length, power, at] = [0, 1, 39]
  do {
    length += ((bytes[at] ?? 0) & 0x7f) * power
    power *= 128
  } while (((bytes[at++] ?? 0) & 0x80) !== 0)
  const left = bytes.length - at - length
  return bytes.length >= wholeWindow ? left < 0 : Math.abs(left) <= 2
}

/** ASP.NET Core: the key has a UUID of version 4, in the order of a GUID. */
export const isDataProtection: GoesOn = (bytes) =>
  isAt(bytes, 11, (byte) => byte >> 4 === 4) && isAt(bytes, 12, (byte) => byte >> 6 === 2)

/** A version and a time, behind which everything is random: not one of 38 hexadecimal digits is a letter once in 10^7. Numbers side by side (`800` and `0000000000123456`) begin like it. */
export const isFernet: GoesOn = (bytes) => bytes.length < 24 || /[a-f]/.test(bytes.toString('hex', 5))

/** Bytes without any of what is encrypted: a version, a salt, a counter (of Halite: a nonce) and a digest. */
export const isDefuse: GoesOn = (bytes) => bytes.length >= 84
export const isHalite: GoesOn = (bytes) => bytes.length >= 124

/** symmetric-encryption: a version, flags of which the last two mean nothing, and what they say is there, behind its length. */
export const isSymmetricEncryption: GoesOn = (bytes) =>
  isAt(bytes, 5, (flags) => (flags & 3) === 0) &&
  ((bytes[5]! & 0x70) === 0 || bytes.length < 8 || (bytes.readUInt16LE(6) > 0 && bytes.readUInt16LE(6) <= 1024))

/** Of base64 in base64. */
export const isBase64: GoesOn = (bytes) => /^[A-Za-z0-9+/=\r\n]*$/.test(bytes.toString('latin1'))
