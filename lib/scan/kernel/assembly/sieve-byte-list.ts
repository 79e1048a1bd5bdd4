import { block, runMasks, sieve } from './memory'
import { addSpot, List } from './spots'

/** Bits of the table of characters and of pairs of digits: `lib/scan/forms/sieve-tables.ts`. */
const ofTwo: u32 = 1
const ofThree: u32 = 2
const inGap: u32 = 4
const table: usize = 1664

/** `mostGap` of `lib/scan/forms/codes/byte-list.ts`. */
const mostGap: i32 = 40
const quote: i32 = 0x22
const backslash: i32 = 0x5c
const one: i32 = 0x31
/** The numbers of `@` and `%` as they are written. */
const atSign: i32 = 0x64
const percent: i32 = 0x37

/** What is known, from where on it is new, and whether there is more before it. */
let lowest: i32 = 0
let end: i32 = 0
let firstNew: i32 = 0
let isCut: bool = false
/** Numbers one behind the other that may be of an identifier, the last that were counted: where they are, and whether they are looked at. */
let streakStart: i32 = 0
let streakEnd: i32 = 0
let isWorth: bool = false
let count: i32 = 0
let hasAtSign: bool = false
/** The gap that was read last, and where a number begins that is none of a list: many places in a row may come upon both. */
let gapStart: i32 = 0
let gapEnd: i32 = 0
let refused: i32 = -1

/** Nothing is counted yet; bytes [from - before, to) of the block are known. */
export function forgetList(from: i32, to: i32, before: i32): void {
  lowest = from - before
  firstNew = from
  isCut = before >= 64
  end = to
  streakStart = streakEnd = 0
  gapStart = gapEnd = 0
  refused = -1
}

/** Looks at the number that begins at a place or last before it, and at those around it. */
export function lookAt(first: i32, middle: i32): void {
  const runs = load<u64>(runMasks + <usize>(middle >> 3) - 7) << <u64>(7 - (middle & 7))
  const begins = runs & ~(runs << 1)
  // Of the lowest ones nobody knows what is before them.
  const back = <i32>clz(begins)
  if (back > 55) return
  let at = first + middle - back
  // A number that may be cut, or the letter of a line end in a string.
  if ((at == lowest && isCut) || !isDigit(at)) at = nextOf(at)
  if (at < streakEnd) {
    if (isWorth && at >= streakStart) addSpot(List.bytes, at)
    return
  }
  if (at < lowest || at >= end || at == refused) return
  count = 0
  hasAtSign = load<i32>(sieve, 284) == 0
  const behind = readOn(at)
  if (behind == at) {
    refused = at
    return
  }
  const isOpen = readBack(at)
  streakEnd = behind
  isWorth = behind > firstNew && (isOpen || (count >= load<i32>(sieve, 336) && (hasAtSign || behind == end)))
  if (isWorth) addSpot(List.bytes, at)
}

/** Where what follows a number that may be cut begins, and what is between them. */
function nextOf(start: i32): i32 {
  let at = start
  while (at < end && isDigit(at)) at++
  if (at >= gapStart && at < gapEnd) return gapEnd
  gapStart = at
  while (at < end && isGap(at)) at++
  gapEnd = at
  return at
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function byteOf(at: i32): i32 {
  return load<u8>(block + <usize>at)
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function isDigit(at: i32): bool {
  return <u32>(byteOf(at) - 0x30) < 10
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function isGap(at: i32): bool {
  return (load<u8>(sieve + table + <usize>byteOf(at)) & inGap) != 0
}

/** Whether a quote stands on both sides of digits, as it is or in a string: behind them alone, it ends a list that it is around. */
// @ts-ignore: a decorator of AssemblyScript
@inline
function isKey(start: i32, stop: i32): bool {
  if (start > lowest && byteOf(start - 1) != quote) return false
  let at = stop
  while (byteOf(at) == backslash && at < end) at++
  return byteOf(at) == quote
}

/** Whether the digits [start, stop) are a key, or a number that may be of an identifier, which is counted. */
// @ts-ignore: a decorator of AssemblyScript
@inline
function isPart(start: i32, stop: i32): bool {
  const length = stop - start
  if (isKey(start, stop)) return length < 4
  const pair = ((byteOf(stop - 2) & 15) << 4) | (byteOf(stop - 1) & 15)
  const kinds = load<u8>(sieve + table + <usize>pair)
  if (length == 2 ? (kinds & ofTwo) == 0 : length != 3 || (kinds & ofThree) == 0 || byteOf(start) != one) return false
  count += 1
  hasAtSign = hasAtSign || (length == 2 && (pair == atSign || pair == percent))
  return true
}

/** Counts the numbers from `start` on; returns where the last one of them ends, `start` if there is none, or the end of what is known. */
function readOn(start: i32): i32 {
  let behind = start
  let at = start
  while (true) {
    const digits = at
    while (at < end && isDigit(at)) at++
    if (at == end && at > digits) {
      // It may go on, and be anything.
      count += 1
      return end
    }
    if (at == digits || !isPart(digits, at)) return behind
    behind = at
    while (at < end && at - behind <= mostGap && isGap(at)) at++
    if (at == end) return end
  }
}

/** Counts the numbers before `start`; returns whether there may be more than is known. Sets where they begin. */
function readBack(start: i32): bool {
  streakStart = start
  let at = start
  while (true) {
    while (at > lowest && streakStart - at <= mostGap && isGap(at - 1)) at--
    if (at == lowest) return isCut
    const stop = at
    while (at > lowest && isDigit(at - 1)) at--
    if (at == lowest && isCut) return true
    if (at == stop || !isPart(at, stop)) return false
    streakStart = at
  }
}
