import { countNewlines, sumOf } from './lines'
import { block, constants, digitMasks, exponentMasks, runMasks, sieve, signWords, useMasks } from './memory'
import { siftBinary } from './sieve-binary'
import { siftBytes } from './sieve-bytes'
import { prepareMasks } from './mask-of'
import { siftCodes } from './sieve-codes'
import { siftIntegers } from './sieve-integers'
import { siftMarked } from './sieve-marked'
import { siftNumbers } from './sieve-numbers'
import { siftRounded } from './sieve-rounded'
import { siftSigns } from './sieve-signs'
import { clearSpots } from './spots'

/** Bytes before the new ones that are looked at once more: no pattern is longer. */
const lookBehind: i32 = 64

let from: i32 = 0
let to: i32 = 0
let known: i32 = 0
let hasNumbers: bool = false
let signWordCount: i32 = 0
let lineCount: i32 = 0
/** Whether the masks are of bytes that are looked at now, and somebody wants to know what may be written in a form. */
export let isSifting: bool = false

/**
 * Makes the masks of the block's bytes [from, to) and of 64 before, of which the last `known` are of the same content; what is scanned from now on, until `sift`
 * has been called, is looked at for forms as well. Returns how many newlines there are in [from, to).
 */
export function beginSift(first: i32, end: i32, before: i32): i32 {
  from = first
  to = end
  known = before
  hasNumbers = load<i32>(sieve, 192) != 0
  const begin = from - lookBehind
  const size = to - begin
  const valid = known >= lookBehind ? ~(<u64>0) : known <= 0 ? 0 : ~(<u64>0) << <u64>(lookBehind - known)
  if (hasNumbers) markAll(begin, size, valid)
  else markCodes(begin, size, valid)
  clearSpots()
  isSifting = true
  return lineCount - countNewlines(begin, from) - countNewlines(to, begin + (((size >> 6) + 1) << 6))
}

/** Says where in the bytes of the masks something may be written in a form: what ends in [from, to) and begins up to 64 bytes before. `numbers` and `uuids`: the descriptions of these shapes. */
export function sift(numbers: usize, uuids: usize): void {
  isSifting = false
  if (from == to) return
  const first = from - lookBehind
  const size = to - first
  prepareMasks()
  siftSigns(first, to, from - known, signWordCount)
  if (hasNumbers) siftNumbers(first, size, to)
  siftCodes(first, size, from, to, known, hasNumbers)
  siftBytes(first, size, from, to, known)
  siftMarked(from, to, from - known)
  siftBinary(from, to, from - known, uuids)
  siftIntegers(from, to, from - known, numbers)
  if (hasNumbers) siftRounded(first, size, numbers)
}

let hiddenDigits: u64 = 0

/** How many bytes before `start` have a mask of digits as well; negative: the bytes up to `end` have none, or not all. */
export function markedBefore(start: i32, end: i32): i32 {
  return isSifting && hasNumbers && end == to ? start - from + lookBehind : -1
}

/** The masks of digits are those in which runs are looked for, without the first `count` bytes, at most 64. */
export function useDigits(count: i32): void {
  hiddenDigits = load<u64>(digitMasks)
  store<u64>(digitMasks, count < 64 ? hiddenDigits & (~(<u64>0) << <u64>count) : 0)
  useMasks(digitMasks)
}

/** As before. */
export function leaveDigits(own: usize): void {
  store<u64>(digitMasks, hiddenDigits)
  useMasks(own)
}

/** Of a byte's class, the bits that signs have: see `lib/scan/forms/sieve-tables.ts`. */
// @ts-ignore: a decorator of AssemblyScript
@inline
export function classOf(bytes: v128, columns: v128, rows: v128, low: v128): v128 {
  return v128.and(
    i8x16.relaxed_swizzle(columns, v128.and(bytes, low)),
    i8x16.relaxed_swizzle(rows, v128.and(i16x8.shr_u(bytes, 4), low)),
  )
}

/**
 * Writes the masks, and counts newlines and the words of 64 bytes that have signs, zeros or bytes from 0x80 on: their numbers are in `signWords`.
 * - `digitMasks`: digits. The top bit of a byte's class says so.
 * - `exponentMasks`: `e` and `E`.
 * - `runMasks`: characters of base64 of either alphabet.
 */
// @ts-ignore: a decorator of AssemblyScript
@inline
function mark(first: i32, size: i32, firstValid: u64, hasDigits: bool): void {
  const columns = v128.load(sieve)
  const rows = v128.load(sieve, 16)
  const low = v128.load(sieve, 32)
  const signBits = v128.load(sieve, 48)
  const runBits = v128.load(sieve, 64)
  const letterE = v128.load(sieve, 80)
  const lowerCase = v128.load(sieve, 96)
  const zero = v128.load(sieve, 112)
  const words = size >> 6
  let valid = firstValid
  let at = block + <usize>first
  let place: usize = 0
  let list = signWords
  const newline = v128.load(constants, 800)
  lineCount = 0
  for (let word = 0; word <= words; ) {
    let lines = zero
    // A lane counts up to 255.
    for (const until = min(words + 1, word + 63); word < until; word++) {
      let none: u64 = 0
      let digits: u64 = 0
      let exponents: u64 = 0
      let signs = zero
      let least = v128.load(at)
      {
        const bytes = v128.load(at)
        lines = i8x16.sub(lines, i8x16.eq(bytes, newline))
        const class_ = classOf(bytes, columns, rows, low)
        signs = v128.or(signs, class_)
        least = i8x16.min_s(least, bytes)
        none |= <u64>(<u32>i8x16.bitmask(i8x16.eq(v128.and(class_, runBits), zero)))
        if (hasDigits) {
          digits |= <u64>(<u32>i8x16.bitmask(class_))
          exponents |= <u64>(<u32>i8x16.bitmask(i8x16.eq(v128.or(bytes, lowerCase), letterE)))
        }
      }
      {
        const bytes = v128.load(at, 16)
        lines = i8x16.sub(lines, i8x16.eq(bytes, newline))
        const class_ = classOf(bytes, columns, rows, low)
        signs = v128.or(signs, class_)
        least = i8x16.min_s(least, bytes)
        none |= <u64>(<u32>i8x16.bitmask(i8x16.eq(v128.and(class_, runBits), zero))) << 16
        if (hasDigits) {
          digits |= <u64>(<u32>i8x16.bitmask(class_)) << 16
          exponents |= <u64>(<u32>i8x16.bitmask(i8x16.eq(v128.or(bytes, lowerCase), letterE))) << 16
        }
      }
      {
        const bytes = v128.load(at, 32)
        lines = i8x16.sub(lines, i8x16.eq(bytes, newline))
        const class_ = classOf(bytes, columns, rows, low)
        signs = v128.or(signs, class_)
        least = i8x16.min_s(least, bytes)
        none |= <u64>(<u32>i8x16.bitmask(i8x16.eq(v128.and(class_, runBits), zero))) << 32
        if (hasDigits) {
          digits |= <u64>(<u32>i8x16.bitmask(class_)) << 32
          exponents |= <u64>(<u32>i8x16.bitmask(i8x16.eq(v128.or(bytes, lowerCase), letterE))) << 32
        }
      }
      {
        const bytes = v128.load(at, 48)
        lines = i8x16.sub(lines, i8x16.eq(bytes, newline))
        const class_ = classOf(bytes, columns, rows, low)
        signs = v128.or(signs, class_)
        least = i8x16.min_s(least, bytes)
        none |= <u64>(<u32>i8x16.bitmask(i8x16.eq(v128.and(class_, runBits), zero))) << 48
        if (hasDigits) {
          digits |= <u64>(<u32>i8x16.bitmask(class_)) << 48
          exponents |= <u64>(<u32>i8x16.bitmask(i8x16.eq(v128.or(bytes, lowerCase), letterE))) << 48
        }
      }
      // As a signed number, the least is below 1 if there is a zero or a byte from 0x80 on.
      const isSign = v128.or(i8x16.gt_s(v128.and(signs, signBits), zero), i8x16.le_s(least, zero))
      store<i32>(list, word)
      list += <usize>v128.any_true(isSign) << 2
      store<u64>(runMasks + place, ~none & valid)
      if (hasDigits) {
        store<u64>(digitMasks + place, digits & valid)
        store<u64>(exponentMasks + place, exponents & valid)
      }
      valid = ~(<u64>0)
      at += 64
      place += 8
    }
    lineCount += sumOf(lines)
  }
  clearFrom(runMasks, size)
  if (hasDigits) {
    clearFrom(digitMasks, size)
    clearFrom(exponentMasks, size)
  }
  signWordCount = <i32>((list - signWords) >> 2)
}

/** Two loops, since this is where the time goes. */
function markAll(first: i32, size: i32, valid: u64): void {
  mark(first, size, valid, true)
}

function markCodes(first: i32, size: i32, valid: u64): void {
  mark(first, size, valid, false)
}

function clearFrom(list: usize, size: i32): void {
  const last = list + (<usize>(size >> 6) << 3)
  store<u64>(last, load<u64>(last) & ((<u64>1 << (size & 63)) - 1))
  store<u64>(last, 0, 8)
  store<u64>(last, 0, 16)
}
