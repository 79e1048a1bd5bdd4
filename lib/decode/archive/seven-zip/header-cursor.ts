import { BlockCorrupt } from '../../compression/block-corrupt.ts'

/** Reads the fields of a 7z header (7zFormat.txt of the LZMA SDK), one after the other. @throws BlockCorrupt at the end */
export type HeaderCursor = {
  byte(): number
  /** A number of a variable length, up to 2^53. */
  number(): number
  /** A number of things that take at least a byte each, so that there cannot be more of them than bytes. */
  count(): number
  bytes(length: number): Buffer
  /** As many bits as `count`, the highest of each byte first. */
  bits(count: number): boolean[]
  /** The same, behind a byte that may say that all are set. */
  optionalBits(count: number): boolean[]
  left(): number
}

export function headerCursor(header: Buffer): HeaderCursor {
  let at = 0

  function bytes(length: number): Buffer {
    if (length > header.length - at) throw new BlockCorrupt('expected more bytes of a header')
    at += length
    return header.subarray(at - length, at)
  }
  const byte = () => bytes(1)[0]!

  function number(): number {
    const first = byte()
    let extra = 0
    while (extra < 8 && (first & (0x80 >> extra)) !== 0) extra++
    const low = bytes(extra)
    let value = extra < 7 ? first & (0x7f >> extra) : 0
    for (let index = extra - 1; index >= 0; index--) value = value * 256 + low[index]!
    if (!Number.isSafeInteger(value)) throw new BlockCorrupt('expected a number below 2^53')
    return value
  }

  function bits(count: number): boolean[] {
    const packed = bytes(Math.ceil(count / 8))
    return Array.from({ length: count }, (_, index) => (packed[index >> 3]! & (0x80 >> (index & 7))) !== 0)
  }

  return {
    byte,
    number,
    bytes,
    bits,
    count() {
      const value = number()
      if (value > header.length) throw new BlockCorrupt('expected no more things than a header has bytes')
      return value
    },
    optionalBits: (count) => (byte() === 0 ? bits(count) : Array(count).fill(true)),
    left: () => header.length - at,
  }
}
