import { maskOf, twoWords } from './mask-of'
import { block, constants, digitMasks, masks, runMasks, sieve, stops } from './memory'
import { groups, setGroups, siftBase64, siftHex } from './sieve-groups'
import { hasShort, siftEights } from './sieve-short'
import { siftUuids } from './sieve-uuids'
import { lookAtHyphens } from './sieve-written-lists'
import { addSpot, List } from './spots'
import { collectStops, runLengthBefore, stopCount } from './stops'

/** A line of a code that is broken into lines has at least so many characters. */
const codeLine: i32 = 32

let shortestBase64: i32 = 0
let shortestHex: i32 = 0

/** So many groups and more are looked for without runs of digits. */
const manyGroups: i32 = 4

/*
 * What is rare is listed first, in `stops`, and looked at when the loop has ended: a call that may happen in a loop makes all of it slower.
 */

/**
 * Where base64 or hexadecimal digits may stand for text: at the first character of a whole group that is followed by so many
 * others that text of the shortest length fills them, wherever it begins; and runs that are looked at as a whole.
 */
export function siftCodes(first: i32, size: i32, from: i32, to: i32, known: i32, hasNumbers: bool): void {
  setGroups(from - known, to)
  shortestBase64 = load<i32>(sieve, 236)
  shortestHex = load<i32>(sieve, 244)
  const least = load<i32>(sieve, 248)
  const hasUuids = load<i32>(sieve, 280) != 0
  const isOneGo = hasUuids && groups > manyGroups && !hasNumbers
  if (hasUuids) siftUuids(first, size, from, to, isOneGo)
  if (least == 0) return
  if (hasShort()) siftEights(first, size, from)
  if (groups >= manyGroups && !isOneGo) {
    if (hasNumbers) siftGroups(first, size, true)
    else siftGroups(first, size, false)
  }
  if (least >= 15) siftLongRuns(first, size, to, least)
  else siftRuns(first, size, to, least)
}

/**
 * Looks for four groups, or for eight, where there are as many characters of base64 in a row. In text every fourth of them is a
 * letter up to `f` (the first of a byte below 0x80), so that four digits in a row are in no whole group: the fourth of several is none.
 */
// @ts-ignore: a decorator of AssemblyScript
@inline
function siftGroups(first: i32, size: i32, hasNumbers: bool): void {
  const isLong = groups > manyGroups
  // Bytes of the masks from one word to the next, which overlap: a run that begins in the one is in it as a whole.
  const step = isLong ? 4 : 6
  let list = stops
  for (let byte = 0; byte << 3 < size; byte += 4 * step) {
    const one = runsFrom(byte, step, isLong, hasNumbers)
    const other = runsFrom(byte + 2 * step, step, isLong, hasNumbers)
    store<i32>(list, byte)
    list += <usize>v128.any_true(v128.or(one, other)) << 2
  }
  for (let place = stops; place < list; place += 4) {
    const byte = load<i32>(place)
    siftTwo(first, byte, runsFrom(byte, step, isLong, hasNumbers), step)
    siftTwo(first, byte + 2 * step, runsFrom(byte + 2 * step, step, isLong, hasNumbers), step)
  }
}

export function siftTwo(first: i32, byte: i32, runs: v128, step: i32): void {
  const at = first + (byte << 3)
  const bits = step << 3
  if (i64x2.extract_lane(runs, 0) != 0) siftBase64(at, bits)
  if (i64x2.extract_lane(runs, 1) != 0) siftBase64(at + bits, bits)
}

/** Where runs of 16 or 32 characters begin in two words of the masks. */
// @ts-ignore: a decorator of AssemblyScript
@inline
function runsFrom(byte: i32, step: i32, isLong: bool, hasNumbers: bool): v128 {
  let runs = twoWords(runMasks, byte, step)
  if (hasNumbers) {
    const digits = twoWords(digitMasks, byte, step)
    const two = v128.and(digits, i64x2.shl(digits, 1))
    runs = v128.andnot(runs, v128.and(two, i64x2.shl(two, 2)))
  }
  runs = v128.and(runs, i64x2.shr_u(runs, 1))
  runs = v128.and(runs, i64x2.shr_u(runs, 2))
  runs = v128.and(runs, i64x2.shr_u(runs, 4))
  runs = v128.and(runs, i64x2.shr_u(runs, 8))
  return isLong ? v128.and(runs, i64x2.shr_u(runs, 16)) : runs
}

/** The runs of at least 15 characters, which have eight full bits in a byte of the masks; from 23 on in two neighbours, from 31 on in three. */
function siftLongRuns(first: i32, size: i32, to: i32, least: i32): void {
  const last = size >> 6
  const hasTwo = least >= 23
  const hasThree = least >= 31
  const ones = v128.load(constants, 288)
  let before: u32 = 0
  let twoBefore: u32 = 0
  let list = stops
  for (let word = 0; word <= last; word += 2) {
    const bytes = <u32>i8x16.bitmask(i8x16.eq(v128.load(runMasks + (<usize>word << 3)), ones))
    let full = hasTwo ? bytes & ((bytes << 1) | before) : bytes
    before = bytes >> 15
    if (hasThree) full &= (bytes << 2) | twoBefore
    twoBefore = bytes >> 14
    store<i32>(list, word << 3)
    store<u32>(list, full, 4)
    list += <usize>(full != 0) << 3
  }
  /** Runs that end before this byte of the masks are done. */
  let done = 0
  for (let place = stops; place < list; place += 8)
    done = siftRunsAt(first, size, to, load<i32>(place), load<u32>(place, 4), hasTwo, done)
}

/** The runs around these bytes of the masks, a bit each, from `from` on; returns what is done then. */
function siftRunsAt(first: i32, size: i32, to: i32, from: i32, bytes: u32, hasTwo: bool, before: i32): i32 {
  let done = before
  for (let full = bytes; full != 0; full &= full - 1) {
    const byte = from + <i32>ctz(full)
    if (byte < done) continue
    if (hasTwo && !isLong(byte)) continue
    const stop = stopOf(byte, size)
    done = stop >> 3
    siftRun(first, startOf(byte), stop, to)
  }
  return done
}

/** Whether a run of 30 characters may be around this byte of the masks and the one before, both of which are full. */
function isLong(byte: i32): bool {
  let runs = load<u64>(runMasks + <usize>(byte - 3))
  runs &= runs >> 1
  runs &= runs >> 2
  runs &= runs >> 4
  return (runs & (runs >> 8) & (runs >> 15)) != 0
}

function siftRuns(first: i32, size: i32, to: i32, least: i32): void {
  memory.copy(masks, runMasks, (<usize>(size >> 6) + 3) << 3)
  collectStops(least, size, true)
  for (let at = 0; at < stopCount; at++) {
    const stop = load<i32>(stops + (<usize>at << 2))
    siftRun(first, stop - runLengthBefore(stop), stop, to)
  }
}

/** What may be longer than is known is looked at as well. Lines that go on in another one are, whatever is in them. */
function siftRun(first: i32, start: i32, stop: i32, to: i32): void {
  const end = first + stop
  const length = start == 0 || end == to ? i32.MAX_VALUE : stop - start
  lookAtHyphens(first + start, end, start == 0)
  if (length >= codeLine && isLineEnd(end, to) && !isUuid(first + start, length)) addSpot(List.runs, end - 1)
  if (groups < manyGroups && length >= shortestBase64) {
    const step = 64 - 4 * (groups - 1)
    for (let at = first + start; at < end; at += step) siftBase64(at, min(step, end - at))
  }
  if (length >= shortestHex) siftHex(first + start, end)
}

/** With hyphens, as in `mayGoOn` of `lib/scan/forms/codes/code-lines.ts`. */
function isUuid(at: i32, length: i32): bool {
  if (length != 36) return false
  const place = block + <usize>at
  for (let group = 0; group < 4; group++) if (load<u8>(place + 8 + 5 * group) != 0x2d) return false
  const hyphens: u64 = (1 << 8) | (1 << 13) | (1 << 18) | (1 << 23)
  return ((maskOf(place, v128.load(sieve, 256)) | hyphens) & 0xfffffffff) == 0xfffffffff
}

/** A backslash may begin one that is an escape. */
function isLineEnd(at: i32, to: i32): bool {
  const byte = load<u8>(block + <usize>at)
  return at == to || byte == 0x0a || byte == 0x0d || (byte == 0x5c && isEscapedEnd(at, to))
}

/** Of `behindEscapedEnd` of `lib/scan/forms/codes/code-lines.ts` what costs little: backslashes, a letter, and then another escape or a blank, as far as they are known. */
function isEscapedEnd(start: i32, to: i32): bool {
  let at = start
  while (at < to && load<u8>(block + <usize>at) == 0x5c) at++
  if (at >= to) return true
  const letter = load<u8>(block + <usize>at)
  if (letter != 0x6e && letter != 0x72) return false
  if (at + 1 >= to) return true
  const next = load<u8>(block + <usize>(at + 1))
  return next == 0x20 || next == 0x09 || next == 0x5c
}

/** Where the run begins that all eight bits of this byte are in. */
function startOf(byte: i32): i32 {
  let at = byte - 1
  for (; at >= 0; at--) {
    const gaps = ~load<u8>(runMasks + <usize>at) & 0xff
    if (gaps != 0) return (at << 3) + 32 - <i32>clz(<u32>gaps)
  }
  return 0
}

function stopOf(byte: i32, size: i32): i32 {
  let at = byte + 1
  for (; (at << 3) < size; at++) {
    const gaps = ~load<u8>(runMasks + <usize>at) & 0xff
    if (gaps != 0) return (at << 3) + <i32>ctz(<u32>gaps)
  }
  return size
}
