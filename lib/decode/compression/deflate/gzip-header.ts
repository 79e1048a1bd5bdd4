import { crc32 } from 'node:zlib'
import type { ByteSource } from '../../byte-source.ts'
import { stopOf } from '../../decoding.ts'

/** The parts of a gzip member's header that may hold content. `extra` leaves out subfields that are known to hold none. */
export type GzipHeader = { extra: Uint8Array[]; name: Uint8Array; comment: Uint8Array }

const flag = { headerCrc: 2, extra: 4, name: 8, comment: 16, reserved: 0xe0 }

/** Names and comments are short; an endless one must not be collected in memory. */
const maxText = 65_536

/**
 * Consumes a member's header (RFC 1952, 2.3) including its checksum, whose magic bytes were seen.
 * @throws DecodingStopped with `path` and `offset` when it is truncated, corrupt, or has a text beyond 64 KiB
 */
export async function readGzipHeader(source: ByteSource, path: readonly string[], offset: number): Promise<GzipHeader> {
  let length = 0
  const stop = stopOf('gzip header', path, () => offset)

  /** Makes the next `count` bytes of the header part of it; returns the whole header so far. */
  async function grow(count: number): Promise<Uint8Array> {
    const bytes = await source.peek(length + count)
    if (bytes.length < length + count) throw stop('truncated', 'expected more bytes')
    length += count
    return bytes.subarray(0, length)
  }

  async function zeroTerminated(): Promise<Uint8Array> {
    const from = length
    for (let wanted = 64; ; wanted *= 2) {
      const bytes = await source.peek(from + wanted)
      const end = bytes.indexOf(0, from)
      if (end > from + maxText || (end < 0 && wanted > maxText))
        throw stop('limit', `expected a text of at most ${maxText} bytes`)
      if (end >= 0) {
        length = end + 1
        return Buffer.from(bytes.subarray(from, end))
      }
      if (bytes.length < from + wanted) throw stop('truncated', 'expected more bytes')
    }
  }

  const fixed = await grow(10)
  const flags = fixed[3]!
  if (fixed[2] !== 8) throw stop('corrupt', 'expected compression method 8')
  if ((flags & flag.reserved) !== 0) throw stop('corrupt', 'expected reserved flags to be zero')
  let extra: Uint8Array[] = []
  if ((flags & flag.extra) !== 0) {
    const size = await grow(2)
    const count = size[length - 2]! | (size[length - 1]! << 8)
    const field = Buffer.from((await grow(count)).subarray(length - count))
    extra = subfields(field)
  }
  const name = (flags & flag.name) === 0 ? none : await zeroTerminated()
  const comment = (flags & flag.comment) === 0 ? none : await zeroTerminated()
  if ((flags & flag.headerCrc) !== 0) {
    const all = await grow(2)
    const expected = crc32(all.subarray(0, length - 2)) & 0xffff
    if ((all[length - 2]! | (all[length - 1]! << 8)) !== expected)
      throw stop('corrupt', 'expected its checksum to match')
  }
  source.skip(length)
  return { extra, name, comment }
}

const none = new Uint8Array(0)

/** Extra subfields that may hold content; one that does not parse is content as a whole. */
function subfields(field: Uint8Array): Uint8Array[] {
  const found: Uint8Array[] = []
  let at = 0
  while (at < field.length) {
    const size = at + 4 <= field.length ? field[at + 2]! | (field[at + 3]! << 8) : -1
    if (size < 0 || at + 4 + size > field.length) return [field]
    const blockSize = field[at] === 0x42 && field[at + 1] === 0x43 && size === 2 // BGZF: the size of this member
    if (!blockSize) found.push(field.subarray(at, at + 4 + size))
    at += 4 + size
  }
  return found
}
