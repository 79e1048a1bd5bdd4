import { block, sieve } from './memory'
import { byteOf, valueOf } from './sieve-characters'
import { addSpot, List } from './spots'

/* Lists as `lib/scan/forms/codes/written-lists.ts` has them. */

const quote: i32 = 0x22
const apostrophe: i32 = 0x27
const backslash: i32 = 0x5c
const comma: i32 = 0x2c
const colon: i32 = 0x3a
const hyphen: i32 = 0x2d
const space: i32 = 0x20
/** Bytes from one item of a list to the next, at most. */
const mostBetween: i32 = 24
/** Items in a row that are one. */
const fewest: i32 = 6

let lowest: i32 = 0
let end: i32 = 0
let isCut: bool = false

/** Bytes [first, to) of the block are known, and whether there are more before. */
export function forgetWrittenLists(first: i32, to: i32, cut: bool): void {
  lowest = first
  end = to
  isCut = cut
}

/** Which of 32 bytes, in two halves, are this one: the first half is lower. */
// @ts-ignore: a decorator of AssemblyScript
@inline
function equalTo(low: v128, high: v128, byte: i32): u32 {
  const bytes = i8x16.splat(<i8>byte)
  return (<u32>i8x16.bitmask(i8x16.eq(high, bytes)) << 16) | <u32>i8x16.bitmask(i8x16.eq(low, bytes))
}

/** Looks at lists that bytes 16 before a place and as many behind it may be of. */
// @ts-ignore: a decorator of AssemblyScript
@inline
export function lookAtWritten(at: i32): void {
  const bytes = v128.load(block + <usize>at - 8)
  const blanks = v128.or(i8x16.eq(bytes, i8x16.splat(<i8>space)), i8x16.eq(bytes, i8x16.splat(<i8>colon)))
  const quotes = v128.or(i8x16.eq(bytes, i8x16.splat(<i8>quote)), i8x16.eq(bytes, i8x16.splat(<i8>apostrophe)))
  // Each list has a quote in any eight bytes, or signs with a pair between them.
  const signs = i8x16.bitmask(blanks)
  if ((signs & (signs >> 3)) != 0 || v128.any_true(quotes)) lookCloser(at)
}

function lookCloser(at: i32): void {
  const place = block + <usize>at
  const low = v128.load(place - 16)
  const high = v128.load(place)
  const blanks = inThrees(equalTo(low, high, space))
  const colons = equalTo(low, high, colon)
  for (let rest = blanks | inThrees(colons); rest != 0; rest &= rest - 1) if (arePairs(at - 16 + <i32>ctz(rest))) break
  const quotes = equalTo(low, high, quote)
  const marks = equalTo(low, high, apostrophe)
  const escapes = equalTo(low, high, backslash)
  const others = (colons | equalTo(low, high, comma) | escapes) >> 1
  const items = (aroundOne(quotes, escapes) | aroundOne(marks, escapes)) & ~others
  if (items != 0) lookAtCharacters(at - 16, items)
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function inThrees(mask: u32): u32 {
  return mask & (mask >> 3) & (mask >> 6)
}

/** Quotes that one character is between and the next one, with no backslash, one or three before it. */
// @ts-ignore: a decorator of AssemblyScript
@inline
function aroundOne(quotes: u32, escapes: u32): u32 {
  return quotes & ~(quotes >> 1) & ((quotes >> 2) | ((escapes >> 2) & ((quotes >> 3) | (quotes >> 4) | (quotes >> 5))))
}

/** Items that begin in 32 bytes from here on, a bit each, with others around. */
function lookAtCharacters(from: i32, items: u32): void {
  for (let rest = items; rest != 0; rest &= rest - 1) {
    const at = from + <i32>ctz(rest)
    if (at < lowest || endOfItem(at) < 0) continue
    const behind = behindSpaces(endOfItem(at))
    // A key.
    if (behind < end && byteOf(behind) == colon) continue
    if (isList(at)) return addSpot(List.characters, at)
    const first = at - fewest * mostBetween
    if (isCut && first < lowest) return addSpot(List.characters, at)
    if (!mayFollow(at)) continue
    // Near the last item of a list one before it has as many behind it as there have to be.
    for (let start = max(lowest, first); start < at; start++)
      if (endOfItem(start) >= 0 && isList(start)) return addSpot(List.characters, start)
  }
}

/** Whether an item may be before the one that begins at a place: between them is a comma, and next to the item nothing but blanks, escapes and the colon of a key. */
function mayFollow(start: i32): bool {
  let at = start - 1
  while (at >= lowest) {
    const byte = byteOf(at)
    if (byte == comma || byte == colon) return true
    const isEscape = byte == backslash || byte == 0x6e || byte == 0x72 || byte == 0x74
    if (!isEscape && byte != space && byte != 9 && byte != 10 && byte != 13) return false
    at--
  }
  return isCut
}

/** Where a quote ends that is around one character and begins at a place; -1: it is none. */
function endOfItem(at: i32): i32 {
  const sign = byteOf(at)
  if (sign != quote && sign != apostrophe) return -1
  const byte = byteOf(at + 1)
  if (byte < 0x20 || byte > 0x7e || byte == sign || byte == backslash || byte == comma || byte == colon) return -1
  let behind = at + 2
  while (byteOf(behind) == backslash && behind < end) behind++
  return behind >= end || byteOf(behind) == sign ? behind + 1 : -1
}

/** Whether so many items follow one another from here on, or as many as are known. */
function isList(start: i32): bool {
  let at = start
  let count = 0
  while (true) {
    count++
    let behind = behindSpaces(endOfItem(at))
    if (behind >= end) return true
    if (byteOf(behind) == colon) return false
    if (count == fewest) return true
    if (byteOf(behind) != comma) return false
    at = quoteAt(behindSpaces(behind + 1))
    if (at >= end) return true
    behind = behindKey(at)
    if (behind >= end) return true
    if (behind > at) at = quoteAt(behindSpaces(behind))
    if (at >= end) return true
    if (endOfItem(at) < 0) return false
  }
}

/** Blanks and line ends, also as escapes of a string. */
export function behindSpaces(start: i32): i32 {
  let at = start
  for (; at < end; ) {
    const byte = byteOf(at)
    if (byte == space || byte == 9 || byte == 10 || byte == 13) at++
    else if (byte == backslash) {
      let letter = at + 1
      while (letter < end && byteOf(letter) == backslash) letter++
      const sign = byteOf(letter)
      if (letter >= end || (sign != 0x6e && sign != 0x72 && sign != 0x74)) return letter >= end ? end : at
      at = letter + 1
    } else return at
  }
  return at
}

/** The quote that backslashes are before. */
function quoteAt(start: i32): i32 {
  let at = start
  while (at < end && byteOf(at) == backslash) at++
  return at
}

/** Behind the colon of a key that begins at a quote; the quote: it begins none. */
function behindKey(start: i32): i32 {
  let at = start + 1
  while (at < end && <u32>(byteOf(at) - 0x30) < 10) at++
  if (at >= end) return end
  if (at == start + 1) return start
  at = quoteAt(at)
  if (at >= end) return end
  const sign = byteOf(at)
  if (sign != quote && sign != apostrophe) return start
  at = behindSpaces(at + 1)
  if (at >= end) return end
  return byteOf(at) == colon ? at + 1 : start
}

/** Whether as many pairs that stand for text as have to be in a row are around a sign between two of them, which is named then. */
function arePairs(sign: i32): bool {
  const least = load<i32>(sieve, 336)
  const byte = byteOf(sign)
  let count = 0
  let isOpen = false
  let at = sign
  for (; count < least && at < end && byteOf(at) == byte; count++) {
    if (byte == space && byteOf(at + 1) == space) at++
    if (at + 2 >= end || !isTextPair(at + 1)) break
    at += 3
  }
  isOpen = at + 2 >= end
  at = sign
  for (; count < least && at >= lowest && byteOf(at) == byte; count++) {
    if (byte == space && byteOf(at - 1) == space) at--
    if (at - 2 < lowest || !isTextPair(at - 2)) break
    at -= 3
  }
  isOpen = isOpen || (isCut && at - 2 < lowest)
  if (!isOpen && count < least) return false
  addSpot(List.pairs, sign)
  return true
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function isTextPair(at: i32): bool {
  const first = valueOf(at)
  const second = valueOf(at + 1)
  const value = (first << 4) | second
  return (first | second) < 16 && value < 0x7f && (value >= 0x20 || value == 10 || value == 13)
}

/** Spots in a run of characters of base64 that begins with pairs and hyphens, so many bytes from one another that nothing is between that is not looked at. */
const stride: i32 = 512

/** `isOpen`: the run may begin before what is known. */
export function lookAtHyphens(start: i32, stop: i32, isOpen: bool): void {
  const least = load<i32>(sieve, 336)
  if (least == 0 || (!isOpen && (stop - start < 3 * least - 1 || byteOf(start + 2) != hyphen || byteOf(start + 5) != hyphen))) return
  if (isOpen) {
    let at = start
    while (at < start + 3 && byteOf(at) != hyphen) at++
    if (at == start + 3 || byteOf(at + 3) != hyphen) return
  }
  for (let at = start; at < stop; at += stride) addSpot(List.pairs, at)
}
