import { block, digitMasks, exponentMasks, runMasks, sieve, signWords } from './memory'
import { siftCodes } from './sieve-codes'
import { siftNumbers } from './sieve-numbers'
import { siftSigns } from './sieve-signs'

/** Bytes before the new ones that are looked at once more: no pattern below is longer. */
const lookBehind: i32 = 64

/**
 * Says where in the block's bytes [from, to) something may be written in a form: what ends there and begins up to 64 bytes
 * before. `known`: how many bytes before `from` are of this content, if there are fewer than 64.
 *
 * One pass over the bytes makes masks, a bit a byte, from 64 bytes before `from` on; what follows reads only those, or the
 * few words with signs.
 */
export function sift(from: i32, to: i32, known: i32): void {
  const first = from - lookBehind
  const size = to - first
  const valid = known >= lookBehind ? ~(<u64>0) : known <= 0 ? 0 : ~(<u64>0) << <u64>(lookBehind - known)
  const hasNumbers = load<i32>(sieve, 192) != 0
  const words = hasNumbers ? mark(first, size, valid, true) : mark(first, size, valid, false)
  siftSigns(first, to, from - known, words)
  if (hasNumbers) siftNumbers(first, size, to)
  siftCodes(first, size, to, hasNumbers)
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

// @ts-ignore: a decorator of AssemblyScript
@inline
function join(a: i32, b: i32, c: i32, d: i32): u64 {
  return <u64>(<u32>a | (<u32>b << 16)) | (<u64>(<u32>c | (<u32>d << 16)) << 32)
}

/**
 * Writes the masks; returns how many words of 64 bytes have signs, zeros or bytes from 0x80 on: their numbers are in `signWords`.
 * - `digitMasks`: digits. The top bit of a byte's class says so.
 * - `exponentMasks`: `e` and `E`.
 * - `runMasks`: characters of base64 of either alphabet.
 */
// @ts-ignore: a decorator of AssemblyScript
@inline
function mark(first: i32, size: i32, firstValid: u64, hasNumbers: bool): i32 {
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
  let to: usize = 0
  let list = signWords
  for (let word = 0; word <= words; word++) {
    const a = v128.load(at)
    const b = v128.load(at, 16)
    const c = v128.load(at, 32)
    const d = v128.load(at, 48)
    const classA = classOf(a, columns, rows, low)
    const classB = classOf(b, columns, rows, low)
    const classC = classOf(c, columns, rows, low)
    const classD = classOf(d, columns, rows, low)
    const signs = v128.and(v128.or(v128.or(classA, classB), v128.or(classC, classD)), signBits)
    // As a signed number, the least is below 1 if there is a zero or a byte from 0x80 on.
    const least = i8x16.min_s(i8x16.min_s(a, b), i8x16.min_s(c, d))
    store<i32>(list, word)
    list += <usize>v128.any_true(v128.or(i8x16.gt_s(signs, zero), i8x16.le_s(least, zero))) << 2
    const runs =
      ~join(
        i8x16.bitmask(i8x16.eq(v128.and(classA, runBits), zero)),
        i8x16.bitmask(i8x16.eq(v128.and(classB, runBits), zero)),
        i8x16.bitmask(i8x16.eq(v128.and(classC, runBits), zero)),
        i8x16.bitmask(i8x16.eq(v128.and(classD, runBits), zero)),
      ) & valid
    store<u64>(runMasks + to, runs)
    if (hasNumbers) {
      const digits =
        join(i8x16.bitmask(classA), i8x16.bitmask(classB), i8x16.bitmask(classC), i8x16.bitmask(classD)) & valid
      store<u64>(digitMasks + to, digits)
      store<u64>(
        exponentMasks + to,
        join(
          i8x16.bitmask(i8x16.eq(v128.or(a, lowerCase), letterE)),
          i8x16.bitmask(i8x16.eq(v128.or(b, lowerCase), letterE)),
          i8x16.bitmask(i8x16.eq(v128.or(c, lowerCase), letterE)),
          i8x16.bitmask(i8x16.eq(v128.or(d, lowerCase), letterE)),
        ) & valid,
      )
    }
    valid = ~(<u64>0)
    at += 64
    to += 8
  }
  clearFrom(runMasks, size)
  if (hasNumbers) {
    clearFrom(digitMasks, size)
    clearFrom(exponentMasks, size)
  }
  return <i32>((list - signWords) >> 2)
}

function clearFrom(list: usize, size: i32): void {
  const last = list + (<usize>(size >> 6) << 3)
  store<u64>(last, load<u64>(last) & ((<u64>1 << (size & 63)) - 1))
  store<u64>(last, 0, 8)
  store<u64>(last, 0, 16)
}
