import { block, sieve } from './memory'
import { byteBefore, byteOf, digit, groupSign, has, hexPair, isIn, letter, noDigits, nothing, replacement, valueOf } from './sieve-characters'
import { isJoined, matters } from './sieve-matters'
import { isUtf7 } from './sieve-utf-7'

/**
 * Whether an escape begins at a sign that matters, as `lib/scan/forms/escapes/escape-forms.ts` has it: what is not
 * told here exactly is said to be one. Behind the sign there are bytes enough to tell.
 */
export function isEscape(sign: i32, at: i32, lowest: i32): bool {
  switch (sign) {
    case 0x25:
      return isPercent(at, lowest)
    case 0x5c:
      return isBackslash(at, lowest)
    case 0x26:
      return isEntity(at, lowest)
    case 0x3d:
      return isQuotedPrintable(at, lowest)
    case 0x2b:
      return isUtf7(at, lowest)
    case 0x1b:
      return isIn(at + 1, 0x20, 0x2f)
    case 0x27:
      return isQuote(at, lowest)
    default:
      // Another character that has the class of a sign.
      return false
  }
}

const mostQuotes: i32 = 8
/** `'\''`, little-endian. */
const shellQuote: u32 = 0x27275c27

function isQuote(at: i32, lowest: i32): bool {
  if (byteBefore(at, lowest) == 0x27) return false
  let end = at + 1
  while (end - at <= mostQuotes && byteOf(end) == 0x27) end++
  const count = end - at
  if (count == 2 || count == 4 || count == 8) return matters(0x27, at, end, lowest, 0x5c)
  if (count > 1 || load<u32>(block + <usize>at) != shellQuote || byteOf(at + 4) == 0x27) return false
  return matters(0x27, at, at + 4, lowest, 0x5c)
}

function isPercent(at: i32, lowest: i32): bool {
  const code = hexPair(at + 1)
  if (code == noDigits) return byteOf(at + 1) == 0x75 && hexPair(at + 2) != noDigits && hexPair(at + 4) != noDigits
  return matters(code, at, at + 3, lowest, 0x25) || (code == 0x25 && isEncodedAgain(at, lowest))
}

/** Of `25` behind a `%` at most, as in `lib/scan/forms/escapes/percent-escapes.ts`. */
const againBytes: i32 = 16
/** `25`, little-endian. */
const again: u16 = 0x3532

function isEncodedAgain(at: i32, lowest: i32): bool {
  let digits = at + 1
  while (digits - at < againBytes && load<u16>(block + <usize>digits) == again && hexPair(digits + 2) != noDigits) digits += 2
  return digits > at + 1 && matters(hexPair(digits), at, digits + 2, lowest, 0x25)
}

const mostBackslashes: i32 = 8

function isBackslash(at: i32, lowest: i32): bool {
  let kind = at + 1
  while (kind - at <= mostBackslashes && byteOf(kind) == 0x5c) kind++
  if (kind - at > mostBackslashes) return true
  if (byteBefore(at, lowest) == 0x5c) {
    let start = at - 1
    while (start > lowest && kind - start <= mostBackslashes && byteOf(start - 1) == 0x5c) start--
    // Of more than so many the last ones are a sign as well; otherwise the first one is.
    return kind - start > mostBackslashes
  }
  const byte = byteOf(kind)
  if (byte == 0x72 && isFold(at, kind, lowest)) return true
  if (byte == 0x75) return isUnicode(at, kind + 1, lowest)
  const before = byteBefore(at, lowest)
  // What is behind the line end is told when it is looked at.
  if ((byte == 0x0a || byte == 0x0d) && kind == at + 1 && isJoined(before)) return true
  const code = load<u8>(sieve + <usize>byte, 1024)
  if (code == 0xff) return true
  return code != 0 && matters(code, at, kind + 1, lowest, 0x5c)
}

/** Of four hexadecimal digits, or of others in braces. */
function isUnicode(start: i32, at: i32, lowest: i32): bool {
  const first = hexPair(at)
  const second = hexPair(at + 2)
  if (first == noDigits || second == noDigits) return byteOf(at) == 0x7b
  return matters(withoutWidth((first << 8) | second), start, at + 4, lowest, 0x5c)
}

/** Whether the line end at `at` whose `r` is at `kind` is a fold within a word: `lib/scan/forms/escapes/folded-lines.ts`. */
function isFold(at: i32, kind: i32, lowest: i32): bool {
  const count = kind - at
  // Farther than what is known.
  if (count > 6) return true
  const newline = kind + 1 + count
  if (!areBackslashes(kind + 1, newline) || byteOf(newline) != 0x6e) return false
  const blank = byteOf(newline + 1)
  let end = newline + 2
  if (blank == 0x5c) {
    end += count
    if (!areBackslashes(newline + 1, end - 1) || byteOf(end - 1) != 0x74) return false
  } else if (blank != 0x20 && blank != 0x09) return false
  return isJoined(byteBefore(at, lowest)) && isJoined(byteOf(end))
}

function areBackslashes(from: i32, to: i32): bool {
  for (let at = from; at < to; at++) if (byteOf(at) != 0x5c) return false
  return true
}

function isEntity(at: i32, lowest: i32): bool {
  if (byteOf(at + 1) == 0x23) return isNumbered(at, lowest)
  let end = at + 1
  while (end - at <= 20 && has(byteOf(end), digit | letter)) end++
  if (byteOf(end) != 0x3b) return false
  const word = load<u32>(block + <usize>at, 1)
  if (word == 0x3b706d61) return matters(0x26, at, end + 1, lowest, 0x26)
  // `lt;`, `gt;` and `quot` are in no alphabet and no sign, nor separators.
  if (word == 0x7073626e && end - at == 5) return matters(0xa0, at, end + 1, lowest, 0x26)
  if ((word & 0xffffff) == 0x3b746c || (word & 0xffffff) == 0x3b7467) return false
  if (word == 0x746f7571 && end - at == 5) return false
  const name = (byteOf(at + 1) * 29 + byteOf(at + 2) * 5 + (end - at - 1)) & 1023
  return (load<u8>(sieve + <usize>(name >> 3), 1280) & (1 << (name & 7))) != 0
}

function isNumbered(start: i32, lowest: i32): bool {
  const isHex = (byteOf(start + 2) | 0x20) == 0x78
  const from = start + (isHex ? 3 : 2)
  const base = isHex ? 16 : 10
  let code: i32 = 0
  let at = from
  for (; at - from < 10; at++) {
    const value = valueOf(at)
    if (value >= base) break
    code = min(code * base + value, 0x1000000)
  }
  if (at == from) return false
  const end = byteOf(at) == 0x3b ? at + 1 : at
  return matters(code > 0x10ffff ? replacement : withoutWidth(code), start, end, lowest, 0x26)
}

/** As `lib/scan/forms/escapes/unicode-widths.ts` has it. */
function withoutWidth(code: i32): i32 {
  if (code == 0xad || (code >= 0x200b && code <= 0x200f) || code == 0x2060 || code == 0xfeff) return nothing
  if (code == 0x2010 || code == 0x2011) return 0x2d
  if (code > 0xff00) return code < 0xff5f ? code - 0xfee0 : code
  if (code < 0x660 || code > 0x17e9) return code
  if (code == 0x66c) return 0x2c
  const value = otherDigit(code)
  return value < 10 ? value + 0x30 : code
}

/** What a digit of another script is worth; at least 10: it is none. */
function otherDigit(code: i32): u32 {
  // Nine of Indic scripts have one in each second 128.
  if (code >= 0x966 && code < 0xd70) return (code & 0x7f) >= 0x66 ? <u32>((code & 0x7f) - 0x66) : 10
  if (code < 0x700) return code < 0x6f0 ? <u32>(code - 0x660) : <u32>(code - 0x6f0)
  if (code < 0xe5a) return <u32>(code - 0xe50)
  if (code < 0xeda) return <u32>(code - 0xed0)
  return code < 0x104a ? <u32>(code - 0x1040) : <u32>(code - 0x17e0)
}

/** Whether a word in Q may begin, as in `lib/scan/forms/escapes/q-words.ts`: a charset is longer than what is known in front of the last `?` at most. */
function isQWord(at: i32): bool {
  let end = at + 2
  while (end - at < 21 && byteOf(end) != 0x3f) if (byteOf(end++) <= 0x22) return false
  return end - at == 21 || ((byteOf(end + 1) | 0x20) == 0x71 && byteOf(end + 2) == 0x3f)
}

function isQuotedPrintable(at: i32, lowest: i32): bool {
  if (byteOf(at + 1) == 0x3f) return isQWord(at)
  const code = hexPair(at + 1)
  if (code != noDigits) {
    if (code < 0x20) {
      if (code != 0 && code != 0x09 && code != 0x0a && code != 0x0d) return false
    } else if (code >= 0x7f && !(byteOf(at + 1) < 0x61 && byteOf(at + 2) < 0x61)) return false
    return matters(code < 0x80 || code == 0xa0 ? code : replacement, at, at + 3, lowest, 0x3d)
  }
  let end = at + 1
  while (end - at <= 8 && (byteOf(end) == 0x20 || byteOf(end) == 0x09)) end++
  if (byteOf(end) != 0x0a && byteOf(end) != 0x0d) return false
  // What is behind the line end is told when it is looked at.
  const before = byteBefore(at, lowest)
  // A number with separators may go on behind one.
  const hasGroups = load<i32>(sieve, 196) != 0 && load<i32>(sieve, 228) != 0
  return isJoined(before) || (hasGroups && (before >= 0x80 || has(before, digit | groupSign)))
}
