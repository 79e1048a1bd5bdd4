import { createHash } from 'node:crypto'
import { crc32 } from '../../../checksums/crc32.ts'
import { crc64 } from '../../../checksums/crc64.ts'

/** What a block of xz is checked by; `digest` is as it stands in the file. */
export type XzCheck = { update(bytes: Uint8Array): void; digest(): Buffer }

/** How many bytes a check of each kind takes (xz file format 2.1.1.2). */
export const checkLengths = [0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64]

/** Absent: a kind that is not known. */
export function xzCheck(kind: number): XzCheck | undefined {
  if (kind === 0) return { update() {}, digest: () => Buffer.alloc(0) }
  if (kind === 1) return crc32Check()
  if (kind === 4) return crc64Check()
  if (kind !== 10) return undefined
  const hash = createHash('sha256')
  return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest() }
}

function crc64Check(): XzCheck {
  const crc = crc64('ecma')
  return {
    update: crc.add,
    digest() {
      const digest = Buffer.alloc(8)
      digest.writeUInt32LE(crc.low(), 0)
      digest.writeUInt32LE(crc.high(), 4)
      return digest
    },
  }
}

function crc32Check(): XzCheck {
  let value = 0
  return {
    update(bytes) {
      value = crc32(bytes, value)
    },
    digest() {
      const digest = Buffer.alloc(4)
      digest.writeUInt32LE(value)
      return digest
    },
  }
}
