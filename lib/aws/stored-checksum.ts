import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import type { GetObjectCommandOutput } from '@aws-sdk/client-s3'
import { crc32c } from './crc32c.ts'
import { crc64nvme } from './crc64nvme.ts'

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
 * What S3 keeps to check a whole version by. A composite checksum (of the parts' checksums, with their number behind a
 * hyphen) cannot be checked without the sizes of the parts, which take further requests: those bytes are trusted as every
 * byte over TLS is, and belong to the listed version since its id and its ETag are pinned. Neither is an ETag taken for
 * an MD5: it is one only sometimes, and MD5 is slower than the scan.
 */
export function storedChecksum(answer: Answer): StoredChecksum | undefined {
  if (answer.ChecksumType === 'COMPOSITE') return undefined
  for (const { name, field, digest } of kinds) {
    const value = answer[field]
    if (value !== undefined && /^[A-Za-z0-9+/]+={0,2}$/.test(value)) return { name, value, digest }
  }
  return undefined
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
  let crc = { high: 0, low: 0 }
  return {
    update(bytes) {
      crc = crc64nvme(bytes, crc)
    },
    value: () => bigEndian([crc.high, crc.low]),
  }
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
