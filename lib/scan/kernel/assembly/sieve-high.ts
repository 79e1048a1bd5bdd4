import { block, digitMasks, sieve } from './memory'
import { addSpot, List } from './spots'
import { byteBefore, byteOf, code64, digit, bytesEnd, has, isWanted, letter, sign } from './sieve-characters'
import { isJoined, isLongEnough, numberBits } from './sieve-matters'

/**
 * What begins with a byte from 0x80 on, of which `high` has a bit each: the separators of thousands that are no single bytes,
 * and characters of several bytes behind which an identifier may stand.
 */
export function amongHigh(from: i32, high: u64, to: i32, word: i32, lowest: i32): void {
  if ((load<i32>(sieve, 224) & 2) != 0) amongWidths(from, high, to, lowest)
  if ((load<i32>(sieve, 224) & 1) != 0) {
    // Characters of identifiers are ASCII, and two of them follow.
    for (let ends = high & ~(high >> 1) & ~(high >> 2); ends != 0; ends &= ends - 1) {
      const at = from + <i32>ctz(ends)
      if (at + 2 >= to || (byteOf(at) > 0x80 && isWanted(byteOf(at + 1)) && isWanted(byteOf(at + 2)) && isLongEnough(at + 2, 0, 0)))
        addSpot(List.multibyte, at + 1)
    }
  }
  if (load<i32>(sieve, 196) == 0) return
  const place = digitMasks + (<usize>word << 3)
  const behindDigits = (load<u64>(place) << 1) | (load<u64>(place - 8) >> 63)
  for (let signs = high & behindDigits; signs != 0; signs &= signs - 1) {
    const at = from + <i32>ctz(signs)
    if (at >= to) break
    if (at + 4 > to || isSeparator(at)) addSpot(List.grouped, at - 1)
  }
}

/** Characters of full width or without width that matter: `lib/scan/forms/escapes/width-form.ts`. */
function amongWidths(from: i32, high: u64, to: i32, lowest: i32): void {
  const address = block + <usize>from
  let firsts: u64 = 0
  for (let part: usize = 0; part < 64; part += 16) {
    const bytes = v128.load(address + part)
    const isFirst = v128.or(
      v128.or(i8x16.eq(bytes, i8x16.splat(-0x3e)), i8x16.eq(bytes, i8x16.splat(-0x1e))),
      i8x16.eq(bytes, i8x16.splat(-0x11)),
    )
    firsts |= <u64>(<u32>i8x16.bitmask(v128.or(isFirst, mayBeDigits(address + part, bytes)))) << part
  }
  // What the last characters are is not known.
  if (to - from < 67) firsts |= to - from > 3 ? ~(<u64>0) << <u64>(to - from - 3) : ~(<u64>0)
  shortUntil = 0
  for (firsts &= high; firsts != 0; firsts &= firsts - 1) {
    const at = from + <i32>ctz(firsts)
    if (at >= shortUntil && (at + 4 > to || isWidth(at, lowest))) addSpot(List.width, at)
  }
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function isAmong(bytes: v128, first: i32): v128 {
  return i8x16.lt_u(i8x16.sub(bytes, i8x16.splat(<i8>first)), i8x16.splat(10))
}

/** Where of sixteen bytes digits of other scripts may begin. */
// @ts-ignore: a decorator of AssemblyScript
@inline
function mayBeDigits(address: usize, bytes: v128): v128 {
  let digits = i8x16.splat(0)
  const two = i8x16.eq(v128.and(bytes, i8x16.splat(<i8>0xfd)), i8x16.splat(<i8>0xd9))
  const three = i8x16.eq(v128.and(bytes, i8x16.splat(<i8>0xfe)), i8x16.splat(<i8>0xe0))
  if (!v128.any_true(v128.or(two, three))) return digits
  const seconds = v128.load(address + 1)
  if (v128.any_true(two)) {
    const arabic = v128.or(isAmong(seconds, 0xa0), i8x16.eq(seconds, i8x16.splat(<i8>0xac)))
    digits = v128.and(two, v128.or(arabic, isAmong(seconds, 0xb0)))
  }
  if (!v128.any_true(three)) return digits
  const thirds = v128.load(address + 2)
  const isOdd = i8x16.eq(v128.and(seconds, i8x16.splat(1)), i8x16.splat(1))
  const isFirst = i8x16.eq(bytes, i8x16.splat(<i8>0xe0))
  const indic = v128.and(isFirst, v128.or(isAmong(thirds, 0xa6), isAmong(thirds, 0x90)))
  const others = v128.andnot(
    v128.or(
      v128.and(i8x16.eq(seconds, i8x16.splat(<i8>0x81)), isAmong(thirds, 0x80)),
      v128.and(i8x16.eq(seconds, i8x16.splat(<i8>0x9f)), isAmong(thirds, 0xa0)),
    ),
    isFirst,
  )
  return v128.or(digits, v128.and(v128.and(three, isOdd), v128.or(indic, others)))
}

/** Bytes of a digit of another script, or of the separator of thousands in Arabic, that begins here; 0: it is none. */
function digitLength(at: i32): i32 {
  const first = byteOf(at)
  const second = byteOf(at + 1)
  if (first == 0xd9) return <u32>(second - 0xa0) < 10 || second == 0xac ? 2 : 0
  if (first == 0xdb) return <u32>(second - 0xb0) < 10 ? 2 : 0
  const third = byteOf(at + 2)
  let zero = 0
  if (first == 0xe0) {
    if ((second & 1) == 1 && second >= 0xa5 && second <= 0xb5) zero = 0xa6
    else if (second == 0xb9 || second == 0xbb) zero = 0x90
  } else if (first == 0xe1) zero = second == 0x81 ? 0x80 : second == 0x9f ? 0xa0 : 0
  return zero != 0 && <u32>(third - zero) < 10 ? 3 : 0
}

function isWidth(at: i32, lowest: i32): bool {
  const second = byteOf(at + 1)
  if (byteOf(at) < 0xe2 && byteOf(at) != 0xc2) return digitLength(at) != 0 && isLong(at, lowest)
  if (byteOf(at) == 0xc2) return second == 0xad && isWithin(at, at + 2, lowest)
  const third = byteOf(at + 2)
  if (byteOf(at) == 0xe2) {
    // Without width, or a hyphen.
    const isKnown = second == 0x80 ? third >= 0x8b && third <= 0x91 : second == 0x81 && third == 0xa0
    // An identifier may begin or end with a hyphen.
    if (second == 0x80 && third >= 0x90) return isKnown && (isJoined64(byteBefore(at, lowest)) || isJoined64(byteOf(at + 3)))
    return isKnown && isWithin(at, at + 3, lowest)
  }
  if (second == 0xbb) return third == 0xbf && isWithin(at, at + 3, lowest)
  if (second == 0xbc ? third < 0x81 || third > 0xbf : second != 0xbd || third < 0x80 || third > 0x9e) return false
  const plain = third - (second == 0xbc ? 0x60 : 0x20)
  const isWord =
    has(plain, digit | letter) || plain == 0x40 || plain == 0x2e || plain == 0x5f || plain == 0x2d
  return isWord && isLong(at, lowest)
}

/** Where those end of which it was seen last that they are too few: each of them would be as far. */
let shortUntil: i32 = 0

/** Whether characters of full width and plain ones together may be as many as the shortest identifier has; among others they may. */
function isLong(at: i32, lowest: i32): bool {
  const shortest = load<i32>(sieve, 272)
  let count: i32 = 0
  let end = at
  for (; ; count++) {
    const byte = byteOf(end)
    if (count >= shortest || end + 3 > bytesEnd || mayGoOn(byte) || (isInNumbers(byte) && mayFollow(end + 1))) return true
    const length = byte < 0x80 ? <i32>isWanted(byte) : wideLength(end)
    if (length == 0) break
    end += length
  }
  let start = at
  for (; count < shortest; count++) {
    const byte = byteBefore(start, lowest)
    if (start - 3 <= lowest || mayGoOn(byte) || (isInNumbers(byte) && mayPrecede(start - 1))) return true
    if (byte < 0x80) {
      if (!isWanted(byte)) return tooFewUntil(end)
      start -= 1
    } else {
      const length = wideLength(start - 3) == 3 ? 3 : digitLength(start - 2)
      if (length == 0) return isWithout(byteOf(start - 3)) || isWithout(byteOf(start - 2)) || tooFewUntil(end)
      start -= length
    }
  }
  return true
}

function tooFewUntil(end: i32): bool {
  shortUntil = end
  return false
}

/** Bytes of a character that begins here and is of full width or a digit of another script, as far as is looked; 0: it is neither. */
function wideLength(at: i32): i32 {
  if (byteOf(at) != 0xef) return digitLength(at)
  return byteOf(at + 1) >= 0xbb && byteOf(at + 1) <= 0xbd && (byteOf(at + 2) & 0xc0) == 0x80 ? 3 : 0
}

/** Escapes and characters without width. */
function mayGoOn(byte: i32): bool {
  return has(byte, sign) || isWithout(byte)
}

function isWithout(byte: i32): bool {
  return byte == 0xc2 || byte == 0xe2
}

function isInNumbers(byte: i32): bool {
  return (numberBits(byte) & 1) != 0
}

/** Whether a number may go on here, behind a sign in it. */
function mayFollow(at: i32): bool {
  const byte = byteOf(at)
  return byte < 0x80 ? isBeside(byte) : isWithout(byte) || wideLength(at) != 0
}

/** Whether one may end before `end`, in front of a sign in it. */
function mayPrecede(end: i32): bool {
  const byte = byteOf(end - 1)
  if (byte < 0x80) return isBeside(byte)
  return isWithout(byteOf(end - 2)) || isWithout(byteOf(end - 3)) || wideLength(end - 3) == 3 || digitLength(end - 2) == 2
}

/** What stands beside a sign in a number: digits, and what an escape begins or ends with, or a line that goes on. */
function isBeside(byte: i32): bool {
  return has(byte, digit | letter | sign) || (numberBits(byte) & 6) != 0 || byte == 0x0a || byte == 0x0d
}

function isWithin(at: i32, end: i32, lowest: i32): bool {
  return isJoined64(byteBefore(at, lowest)) && (byteOf(end) >= 0x80 || isJoined64(byteOf(end)))
}

function isJoined64(byte: i32): bool {
  return isJoined(byte) || has(byte, code64)
}

/** Of two or three bytes, as `lib/scan/forms/numbers/group-separators.ts` has them; those of one byte are seen otherwise. */
function isSeparator(at: i32): bool {
  if (byteOf(at) == 0xc2) return byteOf(at + 1) == 0xa0 && has(byteOf(at + 2), 8)
  if (byteOf(at) != 0xe2 || byteOf(at + 1) != 0x80) return false
  const last = byteOf(at + 2)
  return (last == 0x99 || last == 0x89 || last == 0xaf) && has(byteOf(at + 3), 8)
}
