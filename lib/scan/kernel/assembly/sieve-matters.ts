import { sieve } from './memory'
import { breaker, byteBefore, byteOf, bytesEnd, code64, codeLine, digit, groupSign, has, letter, nothing, sign, valueOf, wanted, withoutAtSign } from './sieve-characters'

/** `matters` of `lib/scan/forms/escapes/escape-matters.ts`. `escape`: the sign that escapes begin with. */
export function matters(code: i32, at: i32, end: i32, lowest: i32, escape: i32): bool {
  const before = byteBefore(at, lowest)
  const after = byteOf(end)
  if (code == nothing) return isJoined(before) && isJoined(after)
  if (code < 0x80 && isPart(code, end, lowest) && (mayEnd(before) || isLongEnough(end, escape, 1))) return true
  const mayGlue = escape != 0x25 && escape != 0x5c
  if (mayGlue && has(byteOf(end - 1), wanted) && (isPart(after, end, lowest) || mayFollow(after, escape)) && isLongEnough(end, escape, 0)) return true
  if (
    has(before, digit | sign) &&
    has(after, digit | sign) &&
    load<i32>(sieve, 192) != 0 &&
    isSeparator(code, at, lowest, escape) &&
    mayBeDigits(at, end, lowest, escape)
  )
    return true
  if (load<i32>(sieve, 228) == 0) return false
  if (code == 0) return has(after, wanted) && (end + 1 >= bytesEnd || byteOf(end + 1) == escape)
  if (code < 0x80 && has(code, sign)) return mayBegin(code, end, escape)
  if (code == 0x2b) {
    if (mayBeUtf7(end, escape)) return true
    if (load<i32>(sieve, 192) != 0 && mayEnd(before) && has(after, digit | sign)) return true
  }
  if (code == 0x2b || code == 0x2f)
    return has(before, code64 | sign) && has(after, code64 | sign) && isInCode(at, end, lowest, escape)
  return (code == 0x0a || code == 0x0d) && (before == 0x3d || isCodeLine(at, lowest))
}

/** Whether a byte beside a soft line break may be a part of an identifier, or of a code of one. */
export function isJoined(byte: i32): bool {
  return has(byte, wanted | sign) || (load<i32>(sieve, 228) != 0 && has(byte, code64))
}

/** `goesWith` of `escape-matters.ts`, in UTF-7. */
export function goesWith(code: i32, byte: i32, end: i32, lowest: i32): bool {
  if (code <= 0 || code >= 0x80) return false
  if ((mayEnd(byte) || (numberBits(byte) & 1) != 0 || byte == 0x2b) && isPart(code, end, lowest)) return true
  return has(code, groupSign) && (has(byte, digit | sign) || byte == 0x2b)
}

/** Behind a reference or base64, which have no fixed length. */
function mayFollow(byte: i32, escape: i32): bool {
  return (escape == 0x26 || escape == 0x2b) && has(byte, sign)
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
  if (escape == 0 ? has(byte, sign) : byte == escape || mayFollow(byte, escape)) return true
  if ((numberBits(byte) & 1) == 0) return false
  const next = byteOf(end + 1)
  return byte >= 0x80 || escape == 0 || next == escape || (numberBits(next) & 2) != 0
}

/** The token that was looked at last, and whether it has an `@`: each is looked at once. */
let tokenFrom: i32 = 0
let tokenTo: i32 = 0
let tokenHas: bool = false

export function forgetToken(): void {
  tokenTo = 0
}

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
export function numberBits(byte: i32): i32 {
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

function isSeparator(code: i32, at: i32, lowest: i32, escape: i32): bool {
  if (code < 0x80) return has(code, groupSign)
  if (code != 0xa0) return code == 0x2009 || code == 0x2019 || code == 0x202f
  if (escape != 0x25 && escape != 0x3d) return true
  return at - 3 < lowest || byteOf(at - 3) != escape || valueOf(at - 2) < 8 || valueOf(at - 2) == 16
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
  return byteOf(end) == escape || has(byteOf(end), code64)
}

function isCodeLine(end: i32, lowest: i32): bool {
  if (end - codeLine < lowest) return false
  for (let at = end - 1; at >= end - codeLine; at--) if (!has(byteOf(at), code64)) return false
  return true
}
