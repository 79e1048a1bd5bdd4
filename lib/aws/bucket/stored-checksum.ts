import { createHash } from 'node:crypto'
import type { GetObjectCommandOutput } from '@aws-sdk/client-s3'
import { crc32 } from '../../checksums/crc32.ts'
import { crc32c } from '../../checksums/crc32c.ts'
import { crc64 } from '../../checksums/crc64.ts'

/** A checksum under way: bytes in, and in the end the checksum in base64 as S3 writes it. */
export type Digest = { update(bytes: Uint8Array): void; value(): string }

/** A checksum that S3 keeps of the bytes of a whole version, and how it is made. */
export type StoredChecksum = { name: string; value: string; digest(): Digest }

type Answer = Pick<
  GetObjectCommandOutput,
  'ChecksumCRC64NVME' | 'ChecksumCRC32C' | 'ChecksumCRC32' | 'ChecksumSHA256' | 'ChecksumSHA1' | 'ChecksumType'
>

/** Fastest first: a version has one as a rule. */
const kinds = [
  { name: 'CRC32', field: 'ChecksumCRC32', digest: crc32Digest },
  { name: 'CRC32C', field: 'ChecksumCRC32C', digest: crc32cDigest },
  { name: 'CRC64NVME', field: 'ChecksumCRC64NVME', digest: crc64Digest },
  { name: 'SHA1', field: 'ChecksumSHA1', digest: () => hashDigest('sha1') },
  { name: 'SHA256', field: 'ChecksumSHA256', digest: () => hashDigest('sha256') },
] as const

/**
 * What S3 keeps to check a whole version by. An ETag is not taken for an MD5: it is one only sometimes, and MD5 is slower than
 * the scan.
 */
export function storedChecksum(answer: Answer): StoredChecksum | undefined {
  if (answer.ChecksumType === 'COMPOSITE') return undefined
  for (const { name, field, digest } of kinds) {
    const value = answer[field]
    if (value !== undefined && /^[A-Za-z0-9+/]+={0,2}$/.test(value)) return { name, value, digest }
  }
  return undefined
}

/** A checksum of the checksums of so many parts: it takes their sizes to check a version by it. */
export type CompositeChecksum = { parts: number; of(sizes: readonly number[]): StoredChecksum }

/** Such a checksum, which is told by the number of parts behind a hyphen. */
export function compositeChecksum(answer: Answer): CompositeChecksum | undefined {
  for (const { name, field, digest } of kinds) {
    const value = answer[field]
    const parts = Number(/^[A-Za-z0-9+/]+={0,2}-(\d{1,5})$/.exec(value ?? '')?.[1])
    if (value === undefined || !(parts >= 1)) continue
    return { parts, of: (sizes) => ({ name: `${name} of parts`, value, digest: () => partsDigest(digest, sizes) }) }
  }
  return undefined
}

/** The digest of each part as bytes, one after another, digested in the same way; bytes behind the last part are of a part more. */
function partsDigest(begin: () => Digest, sizes: readonly number[]): Digest {
  const all = begin()
  let [part, rest, ended] = [begin(), sizes[0] ?? 0, 0]
  const end = () => {
    all.update(Buffer.from(part.value(), 'base64'))
    ended++
    part = begin()
    rest = sizes[ended] ?? Number.POSITIVE_INFINITY
  }
  return {
    update(bytes) {
      let at = 0
      while (at < bytes.length) {
        const taken = Math.min(rest, bytes.length - at)
        part.update(bytes.subarray(at, at + taken))
        at += taken
        rest -= taken
        if (rest === 0) end()
      }
    },
    value() {
      // Of nothing.
      while (ended < sizes.length && rest === 0) end()
      return `${all.value()}-${ended}`
    },
  }
}

function crc32Digest(): Digest {
  let crc = 0
  return {
    update(bytes) {
      crc = crc32(bytes, crc)
    },
    value: () => bigEndian([crc]),
  }
}

function crc32cDigest(): Digest {
  let crc = 0
  return {
    update(bytes) {
      crc = crc32c(bytes, crc)
    },
    value: () => bigEndian([crc]),
  }
}

function crc64Digest(): Digest {
  const crc = crc64('nvme')
  return { update: crc.add, value: () => bigEndian([crc.high(), crc.low()]) }
}

function hashDigest(algorithm: 'sha1' | 'sha256'): Digest {
  const hash = createHash(algorithm)
  return { update: (bytes) => void hash.update(bytes), value: () => hash.digest('base64') }
}

function bigEndian(words: number[]): string {
  const bytes = Buffer.alloc(4 * words.length)
  for (const [at, word] of words.entries()) bytes.writeUInt32BE(word, 4 * at)
  return bytes.toString('base64')
}
