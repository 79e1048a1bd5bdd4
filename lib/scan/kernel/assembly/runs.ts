import { markAlphabet, markDigits } from './classify'
import { addDotted, dot, suffixPlaces } from './dotted'
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
export const longestEscape: i32 = 24

/** Where a run may begin that is not complete, or the end. */
export let resume: i32 = 0

let minLength: i32 = 0
export let maxLength: i32 = 0

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
export function endBeforeWritten(start: i32, end: i32): i32 {
  const from = end - written
  if (from <= start || byteAt(end - 1) != underscore) return 0
  return load<u16>(block + <usize>from) == writtenBegin ? from : 0
}

/** As in `lib/scan/finders/run-finder.ts`: what is looked at without these at either end. */
export const mostUnderscores: i32 = 3
export const underscore: u8 = 0x5f

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
