import { corrupt } from '../column-fault.ts'
import type { PageKernel } from '../kernel/page-kernel.ts'

/** Numbers of `width` bits (0 to 32): `count` of them, between `at` and `to` in `bytes`. */
export type Packed = { bytes: Uint8Array; at: number; to: number; width: number; count: number }

/** How many of the numbers are `wanted`, and where they end. */
export type Tally = { wanted: number; end: number }

/**
 * Walks through numbers in the hybrid of runs and bit-packed groups (parquet-format, Encodings.md, `RLE`): counts those that are `wanted`
 * and holds each against `bound`, below which all must be. Bits that fill up the last group are none of the numbers.
 * @throws ColumnFault
 */
export function tallyRuns(packed: Packed, wanted: number, bound: number, kernel?: PageKernel): Tally {
  const { bytes, to, width, count } = packed
  let { at } = packed
  let left = count
  let found = 0
  /** Where the groups of the run before begin. */
  let before: number | undefined
  while (left > 0) {
    let header = 0
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++]
      if (byte === undefined || at > to || shift > 28) throw corrupt('parquet: expected the length of a run')
      header += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) break
    }
    if (header % 2 === 0) {
      const size = (width + 7) >>> 3
      if (to - at < size) throw corrupt('parquet: expected the value of a run')
      let value = 0
      for (let index = size - 1; index >= 0; index--) value = value * 256 + bytes[at + index]!
      at += size
      const length = Math.min(header / 2, left)
      if (length > 0 && value >= bound) throw corrupt('parquet: expected a level or an index within its bound')
      if (value === wanted) found += length
      left -= length
    } else {
      const groups = (header - 1) / 2
      const length = Math.min(groups * 8, left)
      // Some writers leave out the bytes that only fill up the last group.
      if (to - at < Math.ceil((length * width) / 8)) throw corrupt('parquet: expected the values of a group')
      found += tallyPacked({ bytes, at, to, width, count: length }, wanted, bound, kernel)
      const size = groups * width
      const used = Math.ceil(length / 8) * width
      // Groups that no number is in are none of its bytes, unless they are zeros or say again what was read: DuckDB writes all runs from one buffer.
      const end = Math.min(at + size, to)
      const isAgain =
        before !== undefined && before + size <= at && isSame(bytes, before + used, at + used, size - used)
      const isFilled = isAgain || bytes.subarray(at + used, end).every((byte) => byte === 0)
      before = at
      at = isFilled ? end : Math.min(at + used, to)
      left -= length
    }
  }
  return { wanted: found, end: at }
}

function isSame(bytes: Uint8Array, one: number, other: number, length: number): boolean {
  for (let at = 0; at < length; at++) if (bytes[one + at] !== bytes[other + at]) return false
  return true
}

/** Below so many numbers a call takes longer than they do. */
const fewest = 64

function tallyPacked(packed: Packed, wanted: number, bound: number, kernel?: PageKernel): number {
  const { bytes, at, width, count } = packed
  if (width === 0) {
    if (bound < 1) throw corrupt('parquet: expected a level or an index within its bound')
    return wanted === 0 ? count : 0
  }
  if (width === 1 && bound === 2) {
    const ones = countOnes(bytes, at, count)
    return wanted === 1 ? ones : wanted === 0 ? count - ones : 0
  }
  // Whatever fits into the bits is below the bound.
  if (wanted < 0 && bound >= 2 ** width) return 0
  const tallied = count < fewest ? undefined : kernel?.tallyPacked(bytes, at, count, width, wanted, bound)
  if (tallied === -1) throw corrupt('parquet: expected a level or an index within its bound')
  if (tallied !== undefined) return tallied
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let found = 0
  let index = 0
  if (width <= 24) {
    const mask = 2 ** width - 1
    const fast = Math.min(count, Math.floor(((bytes.length - 4 - at) * 8) / width))
    for (let bit = at * 8; index < fast; index++, bit += width) {
      const value = (view.getUint32(bit >>> 3, true) >>> (bit & 7)) & mask
      if (value >= bound) throw corrupt('parquet: expected a level or an index within its bound')
      if (value === wanted) found += 1
    }
  }
  for (; index < count; index++) {
    const value = bitsAt(bytes, at * 8 + index * width, width)
    if (value >= bound) throw corrupt('parquet: expected a level or an index within its bound')
    if (value === wanted) found += 1
  }
  return found
}

/** A number from its lowest bit on. */
function bitsAt(bytes: Uint8Array, from: number, width: number): number {
  let value = 0
  for (let bit = 0; bit < width; bit++) {
    const at = from + bit
    if (((bytes[Math.floor(at / 8)]! >>> (at & 7)) & 1) === 1) value += 2 ** bit
  }
  return value
}

/** How many of `count` bits are set, from the lowest bit of `bytes[at]` on. */
export function countOnes(bytes: Uint8Array, at: number, count: number): number {
  let ones = 0
  const whole = at + (count >>> 3)
  for (; at < whole; at++) ones += onesOf[bytes[at]!]!
  return (count & 7) === 0 ? ones : ones + onesOf[bytes[at]! & ((1 << (count & 7)) - 1)]!
}

const onesOf = Uint8Array.from({ length: 256 }, (_, byte) => {
  let ones = 0
  for (let bits = byte; bits > 0; bits >>>= 1) ones += bits & 1
  return ones
})

/** The same for levels in the old encoding `BIT_PACKED`, each from its highest bit on, without any runs. */
export function tallyOldLevels({ bytes, at, to, width, count }: Packed, wanted: number, bound: number): Tally {
  const end = at + Math.ceil((count * width) / 8)
  if (end > to) throw corrupt('parquet: expected the levels of a page')
  let found = 0
  for (let index = 0, bit = at * 8; index < count; index++) {
    let value = 0
    for (let taken = 0; taken < width; taken++, bit++)
      value = value * 2 + ((bytes[Math.floor(bit / 8)]! >>> (7 - (bit & 7))) & 1)
    if (value >= bound) throw corrupt('parquet: expected a level within its bound')
    if (value === wanted) found += 1
  }
  return { wanted: found, end }
}

/** The same numbers one by one, of those that `tallyRuns` has walked through. */
export function numbersOfRuns({ bytes, at, to, width }: Packed): () => number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const lastWord = width <= 24 ? bytes.length - 4 : -1
  let left = 0
  let value = -1
  let bit = 0

  function nextRun(): void {
    if (at >= to) throw corrupt('parquet: expected as many levels and indices as values')
    let header = 0
    for (let shift = 0, byte = 0x80; byte >= 0x80; shift += 7) {
      byte = bytes[at++]!
      header += (byte & 0x7f) * 2 ** shift
    }
    const isRun = header % 2 === 0
    const size = isRun ? (width + 7) >>> 3 : ((header - 1) / 2) * width
    left = isRun ? header / 2 : ((header - 1) / 2) * 8
    value = isRun ? bitsAt(bytes, at * 8, size * 8) : -1
    bit = at * 8
    at = Math.min(at + size, to)
  }

  return () => {
    while (left === 0) nextRun()
    left -= 1
    if (value >= 0) return value
    const place = Math.floor(bit / 8)
    const found =
      place <= lastWord ? (view.getUint32(place, true) >>> (bit & 7)) & (2 ** width - 1) : bitsAt(bytes, bit, width)
    bit += width
    return found
  }
}

/** The same for levels that `tallyOldLevels` has walked through. */
export function numbersOfOldLevels({ bytes, at, width }: Packed): () => number {
  let bit = at * 8
  return () => {
    let value = 0
    for (let taken = 0; taken < width; taken++, bit++)
      value = value * 2 + ((bytes[Math.floor(bit / 8)]! >>> (7 - (bit & 7))) & 1)
    return value
  }
}
