import type { SortedBlock } from './bzip2-block.ts'

/** Yields a linked block's text in pieces of at most `buffer`, which each piece overwrites. */
export function* blockText(
  sorted: Uint32Array,
  { count, origin }: SortedBlock,
  buffer: Uint8Array,
): Generator<Uint8Array> {
  let place = sorted[origin]! >>> 8
  let to = 0
  /** How often the last byte was repeated, up to 4: then a number of further repetitions follows. */
  let repeated = 0
  let last = -1
  // A number of repetitions is at most 255.
  const full = buffer.length - 256
  for (let index = 0; index < count; index++) {
    const entry = sorted[place]!
    const byte = entry & 0xff
    place = entry >>> 8
    if (repeated === 4) {
      buffer.fill(last, to, to + byte)
      to += byte
      repeated = 0
      last = -1
    } else {
      repeated = byte === last ? repeated + 1 : 1
      last = byte
      buffer[to++] = byte
    }
    if (to >= full) {
      yield buffer.subarray(0, to)
      to = 0
    }
  }
  if (to > 0) yield buffer.subarray(0, to)
}

const table = Int32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 24
  for (let bit = 0; bit < 8; bit++) crc = (crc << 1) ^ (crc < 0 ? 0x04c11db7 : 0)
  return crc
})

/** The CRC-32 of bzip2, which shifts the other way than the one of gzip; begins with -1 and ends inverted. */
export function bzip2Crc(bytes: Uint8Array, crc: number): number {
  let value = crc
  for (let index = 0; index < bytes.length; index++) value = (value << 8) ^ table[(value >>> 24) ^ bytes[index]!]!
  return value
}
