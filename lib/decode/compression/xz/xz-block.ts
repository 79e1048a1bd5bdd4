import { crc32 } from 'node:zlib'
import type { ByteSource } from '../../byte-source.ts'
import type { Stop } from '../../decoding.ts'
import { littleEndian } from '../../little-endian.ts'
import { parseNumber } from './xz-fields.ts'

/** A block's header (xz file format 3.1). Sizes are absent where the header does not state them. */
export type XzBlockHeader = {
  length: number
  compressedSize?: number
  size?: number
  dictionarySize: number
  /** Filters that the data went through before LZMA2, in that order. */
  filters: { id: number; properties: Uint8Array }[]
}

const lzma2 = 0x21

/** Consumes a block's header, whose first byte is not 0. */
export async function readBlockHeader(source: ByteSource, stop: Stop): Promise<XzBlockHeader> {
  const length = ((await source.peek(1))[0]! + 1) * 4
  const peeked = await source.peek(length)
  if (peeked.length < length) throw stop('truncated', 'expected more bytes of a block header')
  const bytes = Buffer.from(peeked.subarray(0, length))
  source.skip(length)
  if (littleEndian(bytes, length - 4, 4) !== crc32(bytes.subarray(0, length - 4)))
    throw stop('corrupt', 'expected the checksum of a block header to match')
  return parseBlockHeader(bytes.subarray(0, length - 4), stop)
}

function parseBlockHeader(bytes: Uint8Array, stop: Stop): XzBlockHeader {
  let at = 2
  const number = (): number => {
    const { value, length } = parseNumber(bytes, at)
    if (length === 0) throw stop('corrupt', 'expected a number in a block header')
    at += length
    return value
  }
  const flags = bytes[1]!
  if ((flags & 0x3c) !== 0) throw stop('unsupported-format', 'expected block flags that are known')
  const compressedSize = (flags & 0x40) === 0 ? undefined : number()
  const size = (flags & 0x80) === 0 ? undefined : number()
  const filters: { id: number; properties: Uint8Array }[] = []
  for (let filter = 0; filter <= (flags & 3); filter++) {
    const id = number()
    const count = number()
    if (count > bytes.length - at) throw stop('corrupt', 'expected filter properties within a block header')
    filters.push({ id, properties: bytes.subarray(at, at + count) })
    at += count
  }
  if (bytes.subarray(at).some((byte) => byte !== 0)) throw stop('corrupt', 'expected padding of zeros')
  const last = filters.pop()!
  if (last.id !== lzma2) throw stop('unsupported-format', 'expected LZMA2 as the last filter')
  if (last.properties.length !== 1 || last.properties[0]! > 40) throw stop('corrupt', 'expected properties of LZMA2')
  const bits = last.properties[0]!
  return {
    length: bytes.length + 4,
    ...(compressedSize !== undefined && { compressedSize }),
    ...(size !== undefined && { size }),
    dictionarySize: bits === 40 ? 2 ** 32 - 1 : (2 | (bits & 1)) * 2 ** (11 + (bits >> 1)),
    filters,
  }
}
