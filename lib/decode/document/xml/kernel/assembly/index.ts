import { careful, ends, firstOf, input, isName, opened, texts } from './memory'
import { learnReference, nextValue, resolve, unknownFrom, unknownTo, valueFrom } from './references'
import { find, hashBefore, hashOf, learn, meaningOf } from './words'

/** Why reading stopped: at something that is not read here, at a tag whose name is not known, or at a reference that is not. */
const other: i32 = 0
const unknownTag: i32 = 1
const unknownReference: i32 = 2

/** Bytes behind `<` that tell what it begins, at most. */
const longestStart: usize = 9
const longestTag: usize = 65_536
const longestName: usize = 32

/** Where reading stopped, what it made, and the text that goes on. */
let at: usize = 0
let openEnd: usize = 0
let written: usize = 0
let count: i32 = 0
let isJoined: bool = false
let hasSeparated: bool = false
/** Of the tag that is not known: where its name ends, in which form it is, where it ends. */
let nameEnd: usize = 0
let nameForm: u32 = 0
let nameHash: u32 = 0
let tagEnd: usize = 0

export function stoppedAt(): usize {
  return at - input
}
export function openLength(): usize {
  return openEnd - opened
}
export function textsLength(): usize {
  return written - texts
}
export function textCount(): i32 {
  return count
}
export function wasJoined(): i32 {
  return isJoined ? 1 : 0
}
export function hadSeparated(): i32 {
  return hasSeparated ? 1 : 0
}
export function endOfTag(): usize {
  return tagEnd - input
}
export function referenceFrom(): usize {
  return unknownFrom
}
export function referenceTo(): usize {
  return unknownTo
}

/** What the name of the tag means that reading stopped at (see `read`). */
export function learnTag(meaning: u32): void {
  learn(at + 1, <u32>(nameEnd - at - 1), nameForm, nameHash, meaning, at)
}

/** What the reference stands for that reading stopped at: `length` bytes at `value`; 255: it stays. */
export function learnUnknown(length: u32, value: usize): void {
  learnReference(unknownFrom, unknownTo, length, value)
}

/**
 * Reads markup from `from` to before `to`, of which the first `openBytes` of a text that goes on are there: finished texts, and where each ends, from `base` on. A tag that
 * may declare a prefix or hold a value of OpenDocument is not read here, and none that means anything else (0) or something else in a document like this (a bit of `where`).
 * Texts around others are one (1) or two (2). Returns why it stopped.
 */
export function read(from: usize, to: usize, openBytes: usize, joined: i32, where: u32, base: i32): i32 {
  const end = input + to
  at = input + from
  openEnd = opened + openBytes
  written = texts
  count = 0
  isJoined = joined != 0
  hasSeparated = false
  while (true) {
    readText(end)
    if (at + longestStart > end) return other
    const sign = <u32>load<u8>(at, 1)
    if (sign == 0x21 || sign == 0x3f) {
      if (!readNoTag(sign, end)) return other
      continue
    }
    if (!readToEnd(at + 1, end) || isSpecial || tagEnd - at - 1 > longestTag) return other
    const begin = at + 1
    let place = begin
    if (sign == 0x2f) place++
    const nameFrom = place
    let hash = hashBefore(sign)
    while (place < tagEnd && isName(load<u8>(place))) hash = hashOf(hash, load<u8>(place++))
    const form = formOf(place, tagEnd)
    if (form == 0 || place == nameFrom || place - begin > longestName) return other
    const found = find(begin, <u32>(place - begin), form, hash)
    if (found == 0) {
      nameEnd = place
      nameForm = form
      nameHash = hash
      return unknownTag
    }
    const meaning = meaningOf(found)
    if (meaning == 0 || (meaning & where) != 0) return other
    const before = written
    const countBefore = count
    const isKnown = (!hasReference || writeValues(begin, tagEnd, base)) && ((meaning & 1) != 0 || writeText(base))
    if (!isKnown) {
      written = before
      count = countBefore
      return stop
    }
    isJoined = (meaning & 1) != 0
    if (!isJoined) {
      hasSeparated = true
      openEnd = opened
    }
    at = tagEnd + 1
  }
}

const literalStart: u64 = 0x41544144435b213c
const longestLiteral: usize = 32 * 1024

/** Reads over a comment or an instruction, and a literal text; whether all of it is there. */
function readNoTag(sign: u32, end: usize): bool {
  if (sign == 0x3f) return skipTo(at + 2, end, 0x3f, 0x3e)
  if (load<u16>(at, 2) == 0x2d2d) return skipTo(at + 4, end, 0x2d, 0x2d)
  if (load<u64>(at) != literalStart || load<u8>(at, 8) != 0x5b) return false
  const from = at + longestStart
  if (!skipTo(from, end, 0x5d, 0x5d)) return false
  const stopAt = at - 3
  if (stopAt - from > longestLiteral || openEnd - opened > 2 * longestLiteral) {
    at = from - longestStart
    return false
  }
  for (let each = from; each < stopAt; each++) {
    const byte = <u32>load<u8>(each)
    store<u8>(openEnd++, byte)
    if (byte != 0x26) continue
    // A reference in it is none.
    store<u32>(openEnd, 0x3b706d61)
    openEnd += 4
  }
  return true
}

/** Goes on behind two bytes, and `>` where they are the same; whether they are there. */
function skipTo(from: usize, end: usize, one: u32, two: u32): bool {
  const isMore = two == 0x3e
  const wanted = i8x16.splat(<i8>one)
  for (let block = from; block < end; block += 16) {
    let found = <u32>i8x16.bitmask(i8x16.eq(v128.load(block), wanted))
    for (; found != 0; found &= found - 1) {
      const place = block + ctz(found)
      const length: usize = isMore ? 2 : 3
      if (place + length > end) return false
      if (load<u8>(place, 1) != two || (!isMore && load<u8>(place, 2) != 0x3e)) continue
      at = place + length
      return true
    }
  }
  return false
}

/** Why a text or a value was not written. */
let stop: i32 = 0

/** Appends text up to a tag, or to the end, to the one that goes on. */
function readText(end: usize): void {
  const less = i8x16.splat(0x3c)
  let to = openEnd
  const least = to
  const from = at
  while (at < end) {
    const bytes = v128.load(at)
    v128.store(to, bytes)
    const found = i8x16.bitmask(i8x16.eq(bytes, less))
    if (found != 0) {
      at += ctz(found)
      to += ctz(found)
      break
    }
    at += 16
    to += 16
  }
  if (at > end) at = end
  openEnd = least + (at - from)
}

let hasReference: bool = false
/** Whether `mln` or `e:va` may be in the tag, as they are in `xmlns` and `office:value`. */
let isSpecial: bool = false

/** Finds where a tag ends, quotes left out; whether it does. */
function readToEnd(from: usize, end: usize): bool {
  const double = i8x16.splat(0x22)
  const single = i8x16.splat(0x27)
  const more = i8x16.splat(0x3e)
  const ampersand = i8x16.splat(0x26)
  const m = i8x16.splat(0x6d)
  const l = i8x16.splat(0x6c)
  const n = i8x16.splat(0x6e)
  const e = i8x16.splat(0x65)
  const colon = i8x16.splat(0x3a)
  const v = i8x16.splat(0x76)
  const a = i8x16.splat(0x61)
  let quote: u32 = 0
  hasReference = false
  isSpecial = false
  for (let block = from; block < end; block += 16) {
    const bytes = v128.load(block)
    const second = v128.load(block, 1)
    const third = v128.load(block, 2)
    const declaring = v128.and(v128.and(i8x16.eq(bytes, m), i8x16.eq(second, l)), i8x16.eq(third, n))
    const value = v128.and(
      v128.and(i8x16.eq(bytes, e), i8x16.eq(second, colon)),
      v128.and(i8x16.eq(third, v), i8x16.eq(v128.load(block, 3), a)),
    )
    isSpecial = isSpecial || v128.any_true(v128.or(declaring, value))
    let found = <u32>i8x16.bitmask(
      v128.or(
        v128.or(i8x16.eq(bytes, double), i8x16.eq(bytes, single)),
        v128.or(i8x16.eq(bytes, more), i8x16.eq(bytes, ampersand)),
      ),
    )
    for (; found != 0; found &= found - 1) {
      const place = block + ctz(found)
      const byte = <u32>load<u8>(place)
      if (place >= end) return false
      if (byte == 0x26) hasReference = true
      else if (quote == 0) {
        if (byte == 0x3e) {
          tagEnd = place
          return true
        }
        quote = byte
      } else if (byte == quote) quote = 0
    }
  }
  return false
}

/** How a tag goes on behind its name: not at all 1, with `/` 2, with attributes 3, and `/` behind them 4; 0: in another way. */
function formOf(place: usize, end: usize): u32 {
  if (place == end) return 1
  const isEmpty = load<u8>(end - 1) == 0x2f
  if (isEmpty && place == end - 1) return 2
  const byte = <u32>load<u8>(place)
  if (byte != 0x20 && byte != 0x0a && byte != 0x09 && byte != 0x0d) return 0
  return isEmpty ? 4 : 3
}

/** Writes each value of a tag that says something else than it is written. */
function writeValues(from: usize, to: usize, base: i32): bool {
  for (let end = nextValue(from, to); end != 0; end = nextValue(end, to)) {
    const stopAt = resolve(valueFrom, end, written)
    if (stopAt == 0) {
      stop = unknownReference
      return false
    }
    const length = end - valueFrom
    if (stopAt - written == length && memory.compare(written, valueFrom, length) == 0) continue
    endText(written, stopAt, base)
  }
  return true
}

/** Writes the text that has ended without the white space around it; whether that is known here. */
function writeText(base: i32): bool {
  let from = opened
  let to = openEnd
  const has = holds(from, to, 0x26)
  if (has) {
    to = resolve(from, to, written)
    if (to == 0) {
      stop = unknownReference
      return false
    }
    from = written
  }
  while (from < to && load<u8>(from) <= 0x20) from++
  while (to > from && load<u8>(to - 1) <= 0x20) to--
  if (from == to) return true
  // What looks like an escape of Office.
  for (let block = from; block < to; block += 16) {
    const low = i8x16.eq(v128.load(block), i8x16.splat(0x5f))
    const x = i8x16.eq(v128.or(v128.load(block, 1), i8x16.splat(0x20)), i8x16.splat(0x78))
    if ((<u32>i8x16.bitmask(v128.and(low, x)) & firstOf(to - block)) != 0) {
      stop = other
      return false
    }
  }
  if (from != written) memory.copy(written, from, to - from)
  endText(written, written + (to - from), base)
  return true
}

function holds(from: usize, to: usize, byte: i8): bool {
  const wanted = i8x16.splat(byte)
  for (let block = from; block < to; block += 16)
    if ((<u32>i8x16.bitmask(i8x16.eq(v128.load(block), wanted)) & firstOf(to - block)) != 0) return true
  return false
}

/** Ends a text that is written. */
function endText(from: usize, to: usize, base: i32): void {
  const lineFeed = i8x16.splat(10)
  const less = i8x16.splat(0x3c)
  let has: u32 = 0
  for (let block = from; block < to; block += 16) {
    const bytes = v128.load(block)
    has |= <u32>i8x16.bitmask(v128.or(i8x16.eq(bytes, lineFeed), i8x16.eq(bytes, less))) & firstOf(to - block)
  }
  store<u8>(to, 10)
  store<i32>(ends + (<usize>count << 2), base + <i32>(to - texts))
  store<u8>(careful + <usize>count, has == 0 ? 0 : 1)
  count += 1
  written = to + 1
}
