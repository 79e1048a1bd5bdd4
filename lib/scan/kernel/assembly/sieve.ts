import { block, digitMasks, exponentMasks, runMasks, sieve, signWords } from './memory'
import { prepareMasks, siftCodes } from './sieve-codes'
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
  const words = hasNumbers ? markAll(first, size, valid) : markCodes(first, size, valid)
  prepareMasks()
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
    let none: u64 = 0
    let digits: u64 = 0
    let exponents: u64 = 0
    let signs = zero
    let least = v128.load(at)
    {
      const bytes = v128.load(at)
      const class_ = classOf(bytes, columns, rows, low)
      signs = v128.or(signs, class_)
      least = i8x16.min_s(least, bytes)
      none |= <u64>(<u32>i8x16.bitmask(i8x16.eq(v128.and(class_, runBits), zero)))
      if (hasNumbers) {
        digits |= <u64>(<u32>i8x16.bitmask(class_))
        exponents |= <u64>(<u32>i8x16.bitmask(i8x16.eq(v128.or(bytes, lowerCase), letterE)))
      }
    }
    {
      const bytes = v128.load(at, 16)
      const class_ = classOf(bytes, columns, rows, low)
      signs = v128.or(signs, class_)
      least = i8x16.min_s(least, bytes)
      none |= <u64>(<u32>i8x16.bitmask(i8x16.eq(v128.and(class_, runBits), zero))) << 16
      if (hasNumbers) {
        digits |= <u64>(<u32>i8x16.bitmask(class_)) << 16
        exponents |= <u64>(<u32>i8x16.bitmask(i8x16.eq(v128.or(bytes, lowerCase), letterE))) << 16
      }
    }
    {
      const bytes = v128.load(at, 32)
      const class_ = classOf(bytes, columns, rows, low)
      signs = v128.or(signs, class_)
      least = i8x16.min_s(least, bytes)
      none |= <u64>(<u32>i8x16.bitmask(i8x16.eq(v128.and(class_, runBits), zero))) << 32
      if (hasNumbers) {
        digits |= <u64>(<u32>i8x16.bitmask(class_)) << 32
        exponents |= <u64>(<u32>i8x16.bitmask(i8x16.eq(v128.or(bytes, lowerCase), letterE))) << 32
      }
    }
    {
      const bytes = v128.load(at, 48)
      const class_ = classOf(bytes, columns, rows, low)
      signs = v128.or(signs, class_)
      least = i8x16.min_s(least, bytes)
      none |= <u64>(<u32>i8x16.bitmask(i8x16.eq(v128.and(class_, runBits), zero))) << 48
      if (hasNumbers) {
        digits |= <u64>(<u32>i8x16.bitmask(class_)) << 48
        exponents |= <u64>(<u32>i8x16.bitmask(i8x16.eq(v128.or(bytes, lowerCase), letterE))) << 48
      }
    }
    // As a signed number, the least is below 1 if there is a zero or a byte from 0x80 on.
    const isSign = v128.or(i8x16.gt_s(v128.and(signs, signBits), zero), i8x16.le_s(least, zero))
    store<i32>(list, word)
    list += <usize>v128.any_true(isSign) << 2
    store<u64>(runMasks + to, ~none & valid)
    if (hasNumbers) {
      store<u64>(digitMasks + to, digits & valid)
      store<u64>(exponentMasks + to, exponents & valid)
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

/** Two loops, since this is where the time goes. */
function markAll(first: i32, size: i32, valid: u64): i32 {
  return mark(first, size, valid, true)
}

function markCodes(first: i32, size: i32, valid: u64): i32 {
  return mark(first, size, valid, false)
}

function clearFrom(list: usize, size: i32): void {
  const last = list + (<usize>(size >> 6) << 3)
  store<u64>(last, load<u64>(last) & ((<u64>1 << (size & 63)) - 1))
  store<u64>(last, 0, 8)
  store<u64>(last, 0, 16)
}
