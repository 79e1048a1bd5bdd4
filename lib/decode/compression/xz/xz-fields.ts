import { crc32 } from 'node:zlib'
import type { ByteSource } from '../../byte-source.ts'
import type { Stop } from '../../decoding.ts'
import { littleEndian } from '../../little-endian.ts'

/** Fields of an xz file in order, with how many bytes were taken and, from `begin` on, their CRC-32. */
export type XzFields = {
  take(count: number): Promise<Uint8Array>
  /** A number in 7 bits a byte, at most 2^53 here. */
  number(): Promise<number>
  /** Zeros until what was taken since `begin` is a multiple of 4. */
  padding(): Promise<void>
  /** The CRC-32 of what was taken since `begin`. */
  checksum(what: string): Promise<void>
  begin(): void
  taken(): number
}

export function xzFields(source: ByteSource, stop: Stop): XzFields {
  let taken = 0
  let crc = 0

  async function take(count: number): Promise<Uint8Array> {
    const bytes = await source.peek(count)
    if (bytes.length < count) throw stop('truncated', 'expected more bytes')
    const field = Buffer.from(bytes.subarray(0, count))
    source.skip(count)
    taken += count
    crc = crc32(field, crc)
    return field
  }

  return {
    take,
    async number() {
      const { value, length } = parseNumber(await source.peek(9), 0)
      if (length === 0) {
        if ((await source.peek(9)).length < 9) throw stop('truncated', 'expected more bytes')
        throw stop('corrupt', 'expected a number in at most 9 bytes')
      }
      await take(length)
      return value
    },
    async padding() {
      const bytes = await take(-taken & 3)
      if (bytes.some((byte) => byte !== 0)) throw stop('corrupt', 'expected padding of zeros')
    },
    async checksum(what) {
      const expected = crc
      if (littleEndian(await take(4), 0, 4) !== expected)
        throw stop('corrupt', `expected the checksum of ${what} to match`)
    },
    begin() {
      taken = 0
      crc = 0
    },
    taken: () => taken,
  }
}

/** A number of xz (file format 1.2) at a place; `length` 0: it does not end, or has more bytes than it needs. */
export function parseNumber(bytes: Uint8Array, at: number): { value: number; length: number } {
  let value = 0
  for (let length = 1; length <= 9; length++) {
    const byte = bytes[at + length - 1]
    if (byte === undefined) break
    value += (byte & 0x7f) * 2 ** (7 * (length - 1))
    if (byte < 0x80) return byte === 0 && length > 1 ? { value: 0, length: 0 } : { value, length }
  }
  return { value: 0, length: 0 }
}
