import { block, runMasks, sieve, stops } from './memory'
import { forgetList, lookAt } from './sieve-byte-list'
import { forgetWrittenLists, lookAtWritten } from './sieve-written-lists'

/**
 * Where the characters of an identifier may be written as a list of numbers. No number of it has four digits, so that for as many bytes as the
 * shortest one takes there is no run of four characters of base64: see `setByteLists` of `lib/scan/forms/sieve-tables.ts`. Where there is none, some numbers are looked at, and
 * where these may be of an identifier all around them are read and counted. `known`: as `beginSift` has it.
 */
export function siftBytes(first: i32, size: i32, from: i32, to: i32, known: i32): void {
  if (load<i32>(sieve, 336) == 0) return
  forgetList(from, to, known)
  forgetWrittenLists(from - min(known, 64), to, known >= 64)
  const isWide = load<i32>(sieve, 344) != 0
  // A loop each, since this is where the time goes.
  if (!isWide) siftWindows(first, size, false, true)
  else if (load<i32>(sieve, 416) != 0) siftWindows(first, size, true, true)
  else siftWindows(first, size, true, false)
}

/**
 * One window for each 32 bytes (`isWide`), or for each 16. Windows without a run that are neighbours are a region: numbers are looked at in its first window, in its last
 * one, and between so that none of a list's length is left out. What is rare is listed first: a call that may happen in a loop makes all of it slower.
 */
// @ts-ignore: a decorator of AssemblyScript
@inline
function siftWindows(first: i32, size: i32, isWide: bool, hasHundreds: bool): void {
  const end = isWide ? listWide(size) : listNarrow(size)
  const width = isWide ? 32 : 16
  const stride = load<i32>(sieve, 348)
  const zero = v128.load(sieve, 448)
  const ten = v128.load(sieve, 464)
  const quotes = v128.load(sieve, 480)
  const firsts = hasHundreds ? v128.load(sieve, 352) : v128.load(sieve, 384)
  const tens = v128.load(sieve, 400)
  const sample = load<i32>(sieve, 368)
  const bytes = block + <usize>first
  let regionEnd = -width
  let next = 0
  let start = 0
  let list = end + 8
  for (let place = stops; place < end; place += 8) {
    let windows = load<u64>(place)
    const behind = start + (width << 6)
    if (windows == ~(<u64>0) && regionEnd == start) {
      // In the middle of a table.
      for (; next < behind; next += stride)
        list = probe(list, bytes, next, hasHundreds, zero, ten, quotes, firsts, tens, sample)
      regionEnd = behind
    } else
      for (; windows != 0; windows &= windows - 1) {
        const at = start + <i32>ctz(windows) * width
        if (at != regionEnd) {
          if (regionEnd >= 0) {
            const last = regionEnd - width + edge
            list = probe(list, bytes, last, hasHundreds, zero, ten, quotes, firsts, tens, sample)
          }
          next = at + edge
        }
        regionEnd = at + width
        for (; next < regionEnd; next += stride)
          list = probe(list, bytes, next, hasHundreds, zero, ten, quotes, firsts, tens, sample)
      }
    start = behind
  }
  if (regionEnd >= 0) {
    const last = regionEnd - width + edge
    list = probe(list, bytes, last, hasHundreds, zero, ten, quotes, firsts, tens, sample)
  }
  for (let place = end + 8; place < list; place += 4) lookCloser(first, load<i32>(place))
}

/** Bytes of a window that may not be of the list that it is in. */
const edge: i32 = 4

/** Lists in `stops` a bit for each 32 bytes, set where a window of them has no run of four; returns the end of the list. */
function listWide(size: i32): usize {
  const window = i32x4.splat(load<i32>(sieve, 340))
  const zero = v128.load(sieve, 112)
  const last = runMasks + <usize>(size >> 3)
  let list = stops
  for (let place = runMasks; place <= last; place += 64) {
    const one = i16x8.narrow_i32x4_s(wideAt(place, window, zero), wideAt(place + 16, window, zero))
    const other = i16x8.narrow_i32x4_s(wideAt(place + 32, window, zero), wideAt(place + 48, window, zero))
    store<u16>(list, <u16>i8x16.bitmask(i8x16.narrow_i16x8_s(one, other)))
    list += 2
  }
  store<u64>(list, 0)
  return list
}

/** The same for each 16 bytes. */
function listNarrow(size: i32): usize {
  const window = i16x8.splat(load<i16>(sieve, 340))
  const zero = v128.load(sieve, 112)
  const last = runMasks + <usize>(size >> 3)
  let list = stops
  for (let place = runMasks; place <= last; place += 32) {
    const windows = i8x16.narrow_i16x8_s(narrowAt(place, window, zero), narrowAt(place + 16, window, zero))
    store<u16>(list, <u16>i8x16.bitmask(windows))
    list += 2
  }
  store<u64>(list, 0)
  return list
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function wideAt(place: usize, window: v128, zero: v128): v128 {
  const runs = v128.load(place)
  const two = v128.and(runs, i32x4.shr_u(runs, 1))
  return i32x4.eq(v128.and(v128.and(two, i32x4.shr_u(two, 2)), window), zero)
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function narrowAt(place: usize, window: v128, zero: v128): v128 {
  const runs = v128.load(place)
  const two = v128.and(runs, i16x8.shr_u(runs, 1))
  return i16x8.eq(v128.and(v128.and(two, i16x8.shr_u(two, 2)), window), zero)
}

/**
 * Lists a place if none of the numbers that begin in some bytes from there on begins like none of an identifier: they are all of a list if any of them is. Told is what most
 * tables have: numbers of three digits that begin with 2 or more, or, where there are no letters, any that do not begin with 4 or 5.
 */
// @ts-ignore: a decorator of AssemblyScript
@inline
function probe(
  list: usize,
  begin: usize,
  bit: i32,
  hasHundreds: bool,
  zero: v128,
  ten: v128,
  quotes: v128,
  firsts: v128,
  tens: v128,
  sample: i32,
): usize {
  const bytes = v128.load(begin + <usize>bit)
  const digits = i8x16.bitmask(i8x16.lt_s(i8x16.sub(bytes, zero), ten))
  // What stands behind a quote is a key.
  const keys = i8x16.bitmask(v128.or(i8x16.eq(bytes, quotes), i8x16.eq(bytes, i8x16.splat(0x27)))) << 1
  let others: i32
  if (hasHundreds) others = digits & (digits >> 1) & (digits >> 2) & i8x16.bitmask(i8x16.gt_s(bytes, firsts))
  else others = digits & ~(digits << 1) & ~i8x16.bitmask(i8x16.lt_s(i8x16.sub(bytes, firsts), tens))
  store<i32>(list, bit)
  return list + (<usize>((others & ~keys & sample) == 0) << 2)
}

/** The same with all that their first digits tell. */
function lookCloser(first: i32, bit: i32): void {
  const place = block + <usize>(first + bit)
  lookAtWritten(first + bit)
  const bytes = v128.load(place)
  const before = v128.load(place - 1)
  const isDigit = i8x16.lt_s(i8x16.sub(bytes, v128.load(sieve, 448)), v128.load(sieve, 464))
  const isInWord = v128.or(i8x16.gt_s(before, v128.load(sieve, 496)), i8x16.eq(before, v128.load(sieve, 480)))
  const begins = v128.andnot(isDigit, isInWord)
  const isThree = i8x16.lt_s(i8x16.sub(v128.load(place, 2), v128.load(sieve, 448)), v128.load(sieve, 464))
  const isTwoOf = i8x16.lt_s(i8x16.sub(bytes, v128.load(sieve, 384)), v128.load(sieve, 400))
  const mayBe = v128.bitselect(i8x16.eq(bytes, v128.load(sieve, 416)), isTwoOf, isThree)
  if (!v128.any_true(v128.and(v128.andnot(begins, mayBe), v128.load(sieve, 432)))) lookAt(first, bit)
}

