import { block, sieve } from './memory'

/**
 * Whether an escape begins at a sign that matters, as `lib/scan/forms/escape-finder.ts` and `escape-forms.ts` have it: what is not
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
      return isUtf7(at)
    case 0x1b:
      return isIn(at + 1, 0x20, 0x2f)
    case 0x27:
      return (
        byteOf(at + 1) == 0x27 &&
        byteOf(at + 2) != 0x27 &&
        byteBefore(at, lowest) != 0x27 &&
        matters(0x27, at, at + 2, lowest, 0x5c)
      )
    default:
      // Another character that has the class of a sign.
      return false
  }
}

/** Bits of the table of characters: `lib/scan/forms/sieve-tables.ts`. */
const wanted: u32 = 1
const sign: u32 = 2
const code64: u32 = 4
const digit: u32 = 8
const groupSign: u32 = 16
const letter: u32 = 32
const withoutAtSign: u32 = 64
const breaker: u32 = 128

/** Where what is known of the content ends. */
let bytesEnd: i32 = 0

export function setEnd(to: i32): void {
  bytesEnd = to
  tokenTo = 0
}

const nothing: i32 = -2
const noDigits: i32 = -1
const replacement: i32 = 0xfffd
const codeLine: i32 = 32

// @ts-ignore: a decorator of AssemblyScript
@inline
export function has(byte: i32, bits: u32): bool {
  return (load<u8>(sieve + <usize>byte, 512) & bits) != 0
}

// @ts-ignore: a decorator of AssemblyScript
@inline
export function isWanted(byte: i32): bool {
  return has(byte, wanted)
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function byteOf(at: i32): i32 {
  return load<u8>(block + <usize>at)
}

function byteBefore(at: i32, lowest: i32): i32 {
  return at > lowest ? byteOf(at - 1) : 0x20
}

function isIn(at: i32, from: i32, last: i32): bool {
  return byteOf(at) >= from && byteOf(at) <= last
}

/** The value of a hexadecimal digit, or 16. */
// @ts-ignore: a decorator of AssemblyScript
@inline
function valueOf(at: i32): i32 {
  return load<u8>(sieve + <usize>byteOf(at), 768)
}

function hexPair(at: i32): i32 {
  const first = valueOf(at)
  const second = valueOf(at + 1)
  return (first | second) > 15 ? noDigits : (first << 4) | second
}

/** `matters` of `escape-finder.ts`. `escape`: the sign that escapes begin with. */
function matters(code: i32, at: i32, end: i32, lowest: i32, escape: i32): bool {
  const before = byteBefore(at, lowest)
  const after = byteOf(end)
  if (code == nothing) return has(before, wanted | sign) && has(after, wanted | sign)
  if (code < 0x80 && isPart(code, end, lowest) && (mayEnd(before) || isLongEnough(end, escape, 1))) return true
  const mayGlue = escape != 0x25 && escape != 0x5c
  if (mayGlue && has(byteOf(end - 1), wanted) && isPart(after, end, lowest) && isLongEnough(end, escape, 0)) return true
  if (
    (code >= 0x80 || has(code, groupSign)) &&
    has(before, digit | sign) &&
    has(after, digit | sign) &&
    load<i32>(sieve, 192) != 0 &&
    mayBeDigits(at, end, lowest, escape)
  )
    return true
  if (load<i32>(sieve, 228) == 0) return false
  if (code < 0x80 && has(code, sign)) return mayBegin(code, end, escape)
  if (code == 0x2b || code == 0x2f)
    return (
      has(before, code64 | sign) &&
      has(after, code64 | sign) &&
      (isInCode(at, end, lowest, escape) || (code == 0x2b && mayBeUtf7(end, escape)))
    )
  return (code == 0x0a || code == 0x0d) && (before == 0x3d || isCodeLine(at, lowest))
}

function isPart(byte: i32, end: i32, lowest: i32): bool {
  return has(byte, withoutAtSign) || (has(byte, wanted) && hasAtSign(end, lowest))
}

/**
 * Whether an identifier may begin here, as far as is known; `escape`: a sign that may be in it, or 0 for all. Of its
 * characters `before` are known already.
 */
export function isLongEnough(at: i32, escape: i32, before: i32): bool {
  const least = load<i32>(sieve, 272) - before
  let end = at
  while (end < bytesEnd && end - at < least && has(byteOf(end), wanted)) end++
  if (end - at >= least || end + 1 >= bytesEnd) return true
  const byte = byteOf(end)
  if (escape == 0 ? has(byte, sign) : byte == escape) return true
  if ((numberBits(byte) & 1) == 0) return false
  const next = byteOf(end + 1)
  return byte >= 0x80 || escape == 0 || next == escape || (numberBits(next) & 2) != 0
}

/** The token that was looked at last, and whether it has an `@`: each is looked at once. */
let tokenFrom: i32 = 0
let tokenTo: i32 = 0
let tokenHas: bool = false

/** Whether there is one in the token that the byte before `end` is in. What is not known may be one. */
function hasAtSign(end: i32, lowest: i32): bool {
  const at = end - 1
  if (at >= tokenFrom && at < tokenTo) return tokenHas
  tokenHas = false
  tokenFrom = at
  for (; tokenFrom > lowest && !has(byteOf(tokenFrom - 1), breaker); tokenFrom--)
    if (byteOf(tokenFrom - 1) == 0x40) tokenHas = true
  tokenTo = end
  for (; tokenTo < bytesEnd && !has(byteOf(tokenTo), breaker); tokenTo++) if (byteOf(tokenTo) == 0x40) tokenHas = true
  if (tokenFrom == lowest || tokenTo == bytesEnd) tokenHas = true
  return tokenHas
}

/** Bits of another table: what numbers have in them, what follows that, and what escapes end with. */
function numberBits(byte: i32): i32 {
  return load<u8>(sieve + <usize>byte, 1408)
}

function mayEnd(byte: i32): bool {
  return has(byte, wanted | sign) || load<u8>(sieve + <usize>byte, 768) < 16 || (numberBits(byte) & 4) != 0
}

function mayBeDigits(at: i32, end: i32, lowest: i32, escape: i32): bool {
  if (escape != 0x26) return true
  if (byteOf(end) == escape && byteOf(end + 1) != 0x23) return false
  if (byteBefore(at, lowest) != 0x3b) return true
  let first = at - 2
  while (first >= lowest && at - first < 23 && (has(byteOf(first), digit | letter) || byteOf(first) == 0x5f)) first--
  return first < lowest || byteOf(first) != escape
}

function isHex(at: i32): bool {
  return valueOf(at) < 16
}

function mayBegin(code: i32, end: i32, escape: i32): bool {
  const after = byteOf(end)
  if (after == escape) return true
  if (code == 0x25) return isHex(end) || after == 0x75
  if (code == 0x3d) return after <= 0x20 || (isHex(end) && (isHex(end + 1) || byteOf(end + 1) == escape))
  if (code != 0x26 || after == 0x23) return true
  let at = end
  while (at - end <= 20 && (has(byteOf(at), digit | letter) || byteOf(at) == 0x5f)) at++
  return at >= bytesEnd || byteOf(at) == 0x3b || byteOf(at) == escape
}

/** Nothing is known before `lowest` or behind the last byte: there it may go on. */
function isInCode(at: i32, end: i32, lowest: i32, escape: i32): bool {
  const least = load<i32>(sieve, 204)
  let count = 1
  let next = end
  for (; count < least; next++) {
    if (next >= bytesEnd) return true
    const byte = byteOf(next)
    if (!isInside(byte, escape)) break
    count += escape == 0x25 && byte == 0x25 ? -1 : 1
  }
  for (let last = at - 1; count < least + 2; last--) {
    if (last < lowest) return true
    const byte = byteOf(last)
    if (!isInside(byte, escape)) break
    count += escape == 0x25 && byte == 0x25 ? -1 : 1
  }
  return count >= least
}

function isInside(byte: i32, escape: i32): bool {
  if (escape == 0x25) return has(byte, code64) || byte == 0x25
  return has(byte, code64 | sign) || byte == 0x7b || byte == 0x7d
}

function mayBeUtf7(end: i32, escape: i32): bool {
  return (
    byteOf(end + 3) == 0x2d || byteOf(end) == escape || byteOf(end + 1) == escape || byteOf(end + 2) == escape
  )
}

function isCodeLine(end: i32, lowest: i32): bool {
  if (end - codeLine < lowest) return false
  for (let at = end - 1; at >= end - codeLine; at--) if (!has(byteOf(at), code64)) return false
  return true
}

function isPercent(at: i32, lowest: i32): bool {
  const code = hexPair(at + 1)
  if (code != noDigits) return matters(code, at, at + 3, lowest, 0x25)
  return byteOf(at + 1) == 0x75 && hexPair(at + 2) != noDigits && hexPair(at + 4) != noDigits
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
  const code = load<u8>(sieve + <usize>byte, 1024)
  if (code == 0xff) return true
  return code != 0 && matters(code, at, kind + 1, lowest, 0x5c)
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
  return matters(code > 0x10ffff ? replacement : code, start, end, lowest, 0x26)
}

function isQuotedPrintable(at: i32, lowest: i32): bool {
  const code = hexPair(at + 1)
  if (code != noDigits) {
    if (code < 0x20) {
      if (code != 0x09 && code != 0x0a && code != 0x0d) return false
    } else if (code >= 0x7f && !(byteOf(at + 1) < 0x61 && byteOf(at + 2) < 0x61)) return false
    return matters(code < 0x80 || code == 0xa0 ? code : replacement, at, at + 3, lowest, 0x3d)
  }
  let end = at + 1
  while (end - at <= 8 && (byteOf(end) == 0x20 || byteOf(end) == 0x09)) end++
  if (byteOf(end) != 0x0a && byteOf(end) != 0x0d) return false
  // What is behind the line end is told when it is looked at.
  return has(byteBefore(at, lowest), wanted | sign)
}

/** Three characters of base64 and a hyphen. */
function isUtf7(at: i32): bool {
  return byteOf(at + 4) == 0x2d && has(byteOf(at + 1), code64) && has(byteOf(at + 2), code64) && has(byteOf(at + 3), code64)
}
