import { markAlphabet, markDigits } from './classify'
import { block, byteAt, isIn, masks, stops, Table, tables, tokens } from './memory'
import { isSifting, leaveDigits, markedBefore, useDigits } from './sieve'
import { addSpot, List } from './spots'
import { collectStops, runLengthBefore, stopCount } from './stops'
import {
  addText,
  allowedLengths,
  batchBytes,
  candidates,
  endTokens,
  isAllowed,
  lookUp,
  lookUpUntil,
  nextToken,
  setShape,
  writeToken,
} from './tokens'
import { addGrouped, addUuid } from './uuid'

/** What is done with a run. */
export const enum Kind {
  decimal = 0,
  handle = 1,
  dotted = 2,
  uuid = 3,
}

/** An escape's bytes at most, as in `lib/scan/finders/escapes.ts`. */
const longestEscape: i32 = 24

/** Where a run may begin that is not complete, or the end. */
export let resume: i32 = 0

let minLength: i32 = 0
let maxLength: i32 = 0

/**
 * Collects the places of maximal runs in [from, to) that the filter does not deny: see `openKernel`. `shape`: where its
 * description begins.
 */
export function scanRuns(shape: usize, from: i32, to: i32, final: bool): i32 {
  const kind = load<i32>(shape)
  minLength = load<i32>(shape, 4)
  maxLength = load<i32>(shape, 8)
  setShape(shape)
  const marked = kind == Kind.decimal ? markedBefore(from, to) : -1
  if (marked >= 0) {
    const own = masks
    useDigits(marked)
    scanMasks(shape, from - marked, marked, to, final)
    leaveDigits(own)
    return candidates
  }
  if (kind == Kind.decimal) markDigits(from, to - from)
  else markAlphabet(v128.load(shape, 32), from, to - from)
  scanMasks(shape, from, 0, to, final)
  return candidates
}

/** The same where the masks are made: they begin `before` bytes before what is scanned, with nothing marked there. */
function scanMasks(shape: usize, from: i32, before: i32, to: i32, final: bool): void {
  const kind = load<i32>(shape)
  const size = to - from
  collectStops(minLength, size, final)
  if (kind == Kind.uuid) addUuids(from, v128.load(shape, 32), load<i32>(shape, 20) != 0)
  else if (kind == Kind.decimal) addPlainRuns(from, before, false, isSifting, false)
  else if (kind == Kind.dotted) addPlainRuns(from, before, true, false, true)
  else addPlainRuns(from, before, false, false, true)
  lookUp()
  resume = final ? to : to - runLengthBefore(size)
}

/** A UUID of decimal digits alone may be a number as well: then each is looked at by itself. */
function addUuids(from: i32, columns: v128, mayBeDecimal: bool): void {
  const last = mayBeDecimal ? stops + (<usize>stopCount << 2) : addGrouped(from, columns)
  for (let at = stops; at < last; at += 4) {
    const stop = load<i32>(at)
    addUuid(from + stop - runLengthBefore(stop), from + stop, columns, mayBeDecimal)
  }
}

/** Most of what the kernel does: with everything in locals, and without a branch for the length. */
// @ts-ignore: a decorator of AssemblyScript
@inline
function addPlainRuns(from: i32, before: i32, isDotted: bool, mayBePadded: bool, mayBeMarked: bool): void {
  const last = stops + (<usize>stopCount << 2)
  const bytes = block + <usize>from
  const mayGlue = tables + Table.mayGlue
  const trimmed = tables + Table.trimmed
  const lengths = allowedLengths()
  const limit = tokens + batchBytes
  let token = nextToken()
  for (let at = stops; at < last; at += 4) {
    const stop = load<i32>(at)
    const length = runLengthBefore(stop)
    const start = stop - length
    const address = bytes + <usize>start
    // What the block begins with has something before it as well, and escapes are told later.
    let special = load<u8>(mayGlue + <usize>load<u8>(address - 1))
    if (mayBePadded) {
      // One that goes on from before is longer than any that is not padded.
      const isFirst = start == before && isDigit(load<u8>(address - 1))
      special |= <u8>(load<u8>(address) == zeroDigit) | <u8>isFirst
    }
    if (isDotted) {
      special |= load<u8>(trimmed + <usize>load<u8>(address))
      special |= load<u8>(trimmed + <usize>load<u8>(bytes + <usize>stop - 1))
      // The ending of a file's name may be behind it.
      const points = i8x16.bitmask(i8x16.eq(v128.load(bytes + <usize>stop - 16), i8x16.splat(<i8>dot)))
      special |= <u8>((points & suffixPlaces) != 0)
    }
    if (mayBeMarked) {
      special |= <u8>(load<u8>(address) == underscore)
      special |= <u8>(load<u8>(bytes + <usize>stop - 1) == underscore)
      if (!isDotted) special |= <u8>((load<u16>(address) | 0x2000) == hexPrefixBytes)
    }
    if (special != 0) {
      endTokens(token)
      if (mayBePadded) addSpot(List.padded, from + stop - 1)
      if (isDotted) addDotted(from + start, from + stop)
      else addWithEscapes(from + start, from + stop)
      token = nextToken()
      continue
    }
    // The next one overwrites it unless its length is one that occurs.
    writeToken(token, address, length, from + start, from + stop)
    token += <usize>load<u8>(lengths + <usize>min(length, 255)) << 2
    if (token == limit) token = lookUpUntil(token)
  }
  endTokens(token)
}

const zeroDigit: u8 = 0x30
/** `0x`, little-endian. */
const hexPrefixBytes: u16 = 0x7830
/** As in `lib/scan/finders/run-finder.ts`. */
const hexPrefix: i32 = 2

// @ts-ignore: a decorator of AssemblyScript
@inline
function isDigit(byte: u8): bool {
  return <u32>byte - zeroDigit < 10
}

/**
 * A run and what of it is behind each place where an escape could end, and `0x` behind that: whether one does is decided later, for what the
 * filter passes.
 */
function addWithEscapes(start: i32, end: i32): void {
  addUntil(end, start, end)
  for (let to = endBeforeWritten(start, end); to > 0; to = endBeforeWritten(start, to)) addUntil(to, start, end)
}

/** The same up to `to`. */
function addUntil(to: i32, start: i32, end: i32): void {
  addInside(start, to, start, end)
  const mayEscape = start == 0 || isIn(Table.mayGlue, byteAt(start - 1))
  const last = min(start + (mayEscape ? longestEscape : 0) + hexPrefix, to - minLength)
  for (let from = max(start + 1, to - maxLength - 2 * mostUnderscores); from <= last; from++)
    addInside(from, to, start, end)
}

/** As in `lib/scan/finders/written-character.ts`. */
const written: i32 = 7
/** `_x`, little-endian. */
const writtenBegin: u16 = 0x785f

/** Where a run ends before a character like `_x000D_` at its end; 0: nowhere. Whether its digits are some is decided later. */
function endBeforeWritten(start: i32, end: i32): i32 {
  const from = end - written
  if (from <= start || byteAt(end - 1) != underscore) return 0
  return load<u16>(block + <usize>from) == writtenBegin ? from : 0
}

/** As in `lib/scan/finders/run-finder.ts`: what is looked at without these at either end. */
const mostUnderscores: i32 = 3
const underscore: u8 = 0x5f

/** A run, and what of it is inside of a few `_`. */
function addInside(first: i32, last: i32, start: i32, end: i32): void {
  for (let from = first; from <= first + mostUnderscores; from++) {
    for (let to = last; to >= last - mostUnderscores && to > from; to--) {
      if (isAllowed(to - from)) addText(from, to, start, end)
      if (byteAt(to - 1) != underscore) break
    }
    if (byteAt(from) != underscore) break
  }
}

function addDotted(start: i32, runEnd: i32): void {
  const first = trimmedStart(start, runEnd)
  addEnds(first, start, runEnd)
  if (first == 0 || !isIn(Table.mayGlue, byteAt(first - 1))) return
  const last = min(first + longestEscape, runEnd)
  for (let from = first + 1; from <= last; from++) addEnds(trimmedStart(from, runEnd), start, runEnd)
}

/** As in `lib/scan/finders/dotted-finder.ts`: of these as many may belong to an identifier at either end. */
const mostHyphens: i32 = 3
const hyphen: u8 = 0x2d

/** Names from `behind` on, what is trimmed, and hyphens before it. */
function addEnds(behind: i32, start: i32, runEnd: i32): void {
  const least = max(start, behind - mostHyphens)
  for (let first = behind; ; first--) {
    const end = addTrimmed(first, runEnd, start, runEnd)
    if (end - first <= maxLength + mostBehind)
      for (let to = endBeforeWritten(first, end); to > 0; to = endBeforeWritten(first, to))
        addTrimmed(first, to, start, runEnd)
    if (first == least || byteAt(first - 1) != hyphen) return
  }
}

/** Names that end at `to`, without what is trimmed and with hyphens; returns where the first of them ends. */
function addTrimmed(first: i32, to: i32, start: i32, runEnd: i32): i32 {
  let end = to
  while (end > first && isIn(Table.trimmed, byteAt(end - 1))) end--
  const most = min(to, end + mostHyphens)
  addNames(first, end, start, runEnd)
  for (let last = end; last < most && byteAt(last) == hyphen; ) addNames(first, ++last, start, runEnd)
  return end
}

const dot: u8 = 0x2e
/** Letters of the ending of a file's name, at most, and where the point before it is in the last 16 bytes. */
const longestSuffix: i32 = 7
/** As in `lib/scan/finders/domain-ends.ts`. */
const mostBehind: i32 = 64
const suffixPlaces: i32 = 0x7f00

/** A name, and what is inside of as many `_` at both ends. */
function addNames(first: i32, last: i32, start: i32, runEnd: i32): void {
  addBeforeSuffixes(first, last, start, runEnd)
  for (let count = 1; count <= mostUnderscores && first + 2 * count < last; count++) {
    if (byteAt(first + count - 1) != underscore || byteAt(last - count) != underscore) return
    addBeforeSuffixes(first + count, last - count, start, runEnd)
  }
}

/** A name, and what it is without short endings behind points: which endings count is decided later. */
function addBeforeSuffixes(first: i32, last: i32, start: i32, runEnd: i32): void {
  if (isAllowed(last - first)) addText(first, last, start, runEnd)
  if (last - first > maxLength + mostBehind) return
  let end = last
  for (let at = last - 1; at > first && end - at <= longestSuffix + 1; at--)
    if (byteAt(at) == dot) {
      if (isAllowed(at - first)) addText(first, at, start, runEnd)
      end = at
    }
}

function trimmedStart(from: i32, to: i32): i32 {
  let start = from
  while (start < to && isIn(Table.trimmed, byteAt(start))) start++
  return start
}
