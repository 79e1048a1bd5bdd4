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
    firsts |= <u64>(<u32>i8x16.bitmask(isFirst)) << part
  }
  for (firsts &= high; firsts != 0; firsts &= firsts - 1) {
    const at = from + <i32>ctz(firsts)
    if (at + 4 > to || isWidth(at, lowest)) addSpot(List.width, at)
  }
}

function isWidth(at: i32, lowest: i32): bool {
  const second = byteOf(at + 1)
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

/** Whether characters of full width and plain ones together may be as many as the shortest identifier has; among others they may. */
function isLong(at: i32, lowest: i32): bool {
  const shortest = load<i32>(sieve, 272)
  let count: i32 = 0
  for (let end = at; ; count++) {
    const byte = byteOf(end)
    if (count >= shortest || end + 3 > bytesEnd || mayGoOn(byte)) return true
    if (byte >= 0x80 ? (byteOf(end + 1) < 0xbb || byteOf(end + 1) > 0xbd) : !isWanted(byte)) break
    end += byte >= 0x80 ? 3 : 1
  }
  let start = at
  for (; count < shortest; count++) {
    const byte = byteBefore(start, lowest)
    if (start - 3 <= lowest || mayGoOn(byte)) return true
    if (byte < 0x80) {
      if (!isWanted(byte)) return false
      start -= 1
    } else {
      if (byteOf(start - 3) != 0xef) return mayGoOn(byteOf(start - 3)) || mayGoOn(byteOf(start - 2))
      start -= 3
    }
  }
  return true
}

/** Escapes, signs in numbers, and characters without width. */
function mayGoOn(byte: i32): bool {
  return has(byte, sign) || (numberBits(byte) & 1) != 0 || byte == 0xc2 || byte == 0xe2
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
