import { maskOf } from './mask-of'
import { byteBefore, byteOf, bytesEnd, code64, has, replacement, sign } from './sieve-characters'
import { goesWith, matters } from './sieve-matters'
import { block, sieve } from './memory'

/** `mostShifted` of `lib/scan/forms/escapes/utf-7.ts`. */
const mostShifted: i32 = 512
const plus: i32 = 0x2b
const hyphen: i32 = 0x2d
const none: i32 = 64

/** The base64 in which a `+` was looked at, as far as it is known, and the last one there: what is inside begins no shift. */
let codeFrom: i32 = 0
let codeTo: i32 = 0
let lastPlus: i32 = 0

export function forgetShift(): void {
  codeTo = 0
}

/** Whether the `+` at `at` is an escape of UTF-7 that matters, as `lib/scan/forms/escapes/utf-7.ts` reads it in either way. */
export function isUtf7(at: i32, lowest: i32): bool {
  if (byteOf(at + 1) == hyphen) return matters(plus, at, at + 2, lowest, plus)
  if (byteOf(at + 4) == hyphen && has(byteOf(at + 1), code64) && has(byteOf(at + 2), code64) && has(byteOf(at + 3), code64)) return true
  if (isAscii(at + 1) && doesShiftMatter(at, endOfShift(at + 1), lowest)) return true
  if (isInCode(at)) return false
  const end = endOfCode(at + 1)
  codeFrom = lastPlus = at
  codeTo = end
  return isWhole(at + 1, end) && doesShiftMatter(at, end, lowest)
}

/** Whether another `+` stands before this one in the same base64. */
function isInCode(at: i32): bool {
  if (at <= codeFrom || codeTo == 0 || at - lastPlus > mostShifted) return false
  if (at >= codeTo) codeTo = endOfCode(codeTo)
  if (at >= codeTo) return false
  lastPlus = at
  return true
}

/** Whether a shift with base64 up to `codeEnd` matters. One that may go on behind what is known does. */
function doesShiftMatter(at: i32, codeEnd: i32, lowest: i32): bool {
  if (codeEnd == bytesEnd || hasText(at + 1, codeEnd)) return true
  const characters = codeEnd - at - 1
  const count = (6 * characters) >> 4
  if (count == 0) return false
  const hasHyphen = byteOf(codeEnd) == hyphen
  const end = hasHyphen ? codeEnd + 1 : codeEnd
  if (goesWith(codeAt(at + 1, 0), byteBefore(at, lowest), end, lowest)) return true
  // Of a longer one only this much is read.
  if (characters == mostShifted && !hasHyphen) return false
  const last = codeAt(at + 1, count - 1)
  if (load<i32>(sieve, 228) != 0 && (count < 3 || (last < 0x80 && has(last, sign)))) return true
  return goesWith(last, byteOf(end), end, lowest) || matters(replacement, at, end, lowest, plus)
}

/** Whether no character is cut, and the bits behind the last one are zero; what is not known may be. */
function isWhole(from: i32, end: i32): bool {
  if (end == bytesEnd) return true
  const left = (6 * (end - from)) & 15
  return end > from && left < 6 && (value(end - 1) & ((1 << left) - 1)) == 0
}

/** The UTF-16 code of one of the characters that begin at `from`. */
function codeAt(from: i32, index: i32): i32 {
  const bit = 16 * index
  const first = from + bit / 6
  const bits = (value(first) << 18) | (value(first + 1) << 12) | ((value(first + 2) & 63) << 6) | (value(first + 3) & 63)
  return (bits >> (8 - (bit % 6))) & 0xffff
}

/** Where the base64 from `from` on ends, at most so many characters further. */
function endOfCode(from: i32): i32 {
  const columns = v128.load(sieve, 304)
  const most = min(bytesEnd, from + mostShifted)
  for (let at = from; at < most; at += 64) {
    const gaps = ~maskOf(block + <usize>at, columns)
    if (gaps != 0) return min(most, at + <i32>ctz(gaps))
  }
  return most
}

/** The same for one that another `+` ends. */
function endOfShift(from: i32): i32 {
  const most = min(bytesEnd, from + mostShifted)
  let end = from
  while (end < most && value(end) < none && byteOf(end) != plus) end++
  return end
}

/** Whether an ASCII character of UTF-16 begins at `at`; only of the zero that is none it says so as well. */
function isAscii(at: i32): bool {
  return byteOf(at) == 0x41 && value(at + 1) < 8 && value(at + 2) < none
}

/**
 * Whether three ASCII characters may follow one another. One of them begins with a whole character of base64, at every eighth from
 * the first on; beside it is the one behind it or the one before.
 */
function hasText(from: i32, end: i32): bool {
  for (let at = from; at + 2 < end; at += 8) {
    if (byteOf(at) != 0x41 || !isAscii(at)) continue
    if (byteOf(at + 3) == 0x41 && value(at + 4) < 32 && (value(at + 2) & 3) == 0) return true
    if (at > from && (value(at - 3) & 15) == 0 && value(at - 2) < 2) return true
  }
  return false
}

/** What a character of base64 stands for, or 64. */
function value(at: i32): i32 {
  const byte = byteOf(at)
  if (byte >= 0x61 && byte <= 0x7a) return byte - 71
  if (byte >= 0x41 && byte <= 0x5a) return byte - 65
  if (byte >= 0x30 && byte <= 0x39) return byte + 4
  return byte == plus ? 62 : byte == 0x2f ? 63 : none
}
