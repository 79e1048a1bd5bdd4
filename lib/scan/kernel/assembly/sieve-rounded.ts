import { block, byteAt, constants, digitMasks, isIn, knownNumbers, sieve, stops, Table } from './memory'
import { digitsIn, emptyQueue, endOfQueue, enterQueue, leaveQueue, lookUpQueues, mostDigits, valueOf, wordBytes } from './number-queues'
import { digitsUntil } from './sieve-numbers'
import { twoWords } from './mask-of'
import { addSpot, List } from './spots'
import { candidates, isAllowed, listCandidates, mostCandidates, setShape } from './tokens'

/** What `lib/scan/forms/numbers/rounded-form.ts` says of these. */
const leastDigits: i32 = 16
const keptDigits: i32 = 15
const mostSafe: u64 = 9007199254740991

/** Digits of numbers that 64 bits hold, whatever the digits are. */
const wholeDigits: i32 = 19
/** Bytes of the masks from one word to the next, of which the first fifteen bits are the same as the last ones of the word before. */
const step: i32 = 6
/** A run of so many digits may be longer. */
const longRun: i32 = 57
/** A number that may have been so many others is remembered if it was none of them. */
const costly: u64 = 128

let shortest: i32 = 0
let longest: i32 = 0

/**
 * The last digits of whole numbers that a double or a spreadsheet may have made of another one, which the filters do not deny; and of those that are too long for that.
 * One that goes on behind the last byte is looked at again when more is known. `shape`: of decimal numbers.
 */
export function siftRounded(first: i32, size: i32, shape: usize): void {
  shortest = load<i32>(sieve, 372)
  longest = load<i32>(sieve, 376)
  if (shortest == 0) return
  setShape(shape)
  const last = (size >> 3) + 1
  let list = stops
  for (let byte = step; byte < last; byte += 2 * step) {
    store<i32>(list, byte)
    list += <usize>v128.any_true(endsFrom(byte)) << 2
  }
  for (let place = stops; place < list; place += 4) {
    const byte = load<i32>(place)
    const ends = endsFrom(byte)
    addEnds(first, byte, i64x2.extract_lane(ends, 0))
    addEnds(first, byte + step, i64x2.extract_lane(ends, 1))
  }
  lookUpQueues(leastDigits - 1, mostDigits)
  listCandidates(List.rounded)
}

/** The last digits of runs of at least sixteen, in two words of the masks: all but the first fifteen bits, and the last one, behind which nothing is known. */
// @ts-ignore: a decorator of AssemblyScript
@inline
function endsFrom(byte: i32): v128 {
  const digits = twoWords(digitMasks, byte, step)
  let runs = v128.and(digits, i64x2.shl(digits, 1))
  runs = v128.and(runs, i64x2.shl(runs, 2))
  runs = v128.and(runs, i64x2.shl(runs, 4))
  runs = v128.and(runs, i64x2.shl(runs, 8))
  return v128.and(v128.andnot(runs, i64x2.shr_u(digits, 1)), i64x2.splat(i64.MAX_VALUE))
}

function addEnds(first: i32, byte: i32, ends: u64): void {
  for (let rest = ends; rest != 0; rest &= rest - 1) addRun(first, (byte << 3) + <i32>ctz(rest))
  if (candidates >= mostCandidates) listCandidates(List.rounded)
}

function addRun(first: i32, bit: i32): void {
  const last = first + bit
  const length = <i32>clz(~digitsUntil(bit))
  if (length >= longRun) {
    if (longest > mostDigits) addSpot(List.rounded, last)
    return
  }
  // Behind an escape, which digits may be a part of, a number may begin at any of them.
  if (!isIn(Table.mayGlue, byteAt(last - length))) addNumber(last, length)
  else for (let some = min(length, longest); some >= shortest; some--) addNumber(last, some)
}

/** The number of the last `length` digits up to `last`. */
function addNumber(last: i32, length: i32): void {
  if (length < shortest || length > longest) return
  const start = block + <usize>(last + 1 - length)
  if (load<u8>(start) == 0x30) return
  if (length > wholeDigits) {
    if (longest > mostDigits || isPowerOfTen(start)) addSpot(List.rounded, last)
    return
  }
  if ((load<u8>(block + <usize>last) & 1) != 0) return
  const value = valueAt(start, length)
  let zeros = 0
  while (load<u8>(block + <usize>(last - zeros)) == 0x30) zeros++
  const double = <u64>(<f64>value)
  const off = value > double ? value - double : double - value
  // What a double is printed as: all of it, or the nearest number of seventeen digits or fewer.
  const isDouble = double > mostSafe && (off == 0 || (zeros > 0 && zeros >= length - 17 && 2 * off <= powerOfTen(zeros)))
  const isCut = zeros >= length - keptDigits
  if (!isDouble && !isCut) return
  const before = isDouble ? double - ((double - neighbour(double, -1) + 1) >> 1) : value
  const behind = isDouble ? double + ((neighbour(double, 1) - double) >> 1) : value
  const lost = powerOfTen(length - keptDigits)
  const least = isCut ? value - lost / 2 : value
  const most = isCut ? value + lost - 1 : value
  // One of them holds the number, so that both together are without a gap.
  lookUpSpan(min(before, least), max(behind, most), value, length, last)
}

function lookUpSpan(least: u64, most: u64, value: u64, length: i32, last: i32): void {
  const slot = knownNumbers + (<usize>((value * 0x9e3779b97f4a7c15) >> 54) << 3)
  if (load<u64>(slot) == value) return
  const isCostly = most - least >= costly
  if (isCostly) {
    // Nothing else waits, and nothing else is found.
    lookUpQueues(leastDigits - 1, mostDigits)
    listCandidates(List.rounded)
  }
  for (let from = least; from <= most; ) {
    const digits = digitsIn(from)
    const until = digits == mostDigits ? most : min(most, powerOfTen(digits) - 1)
    if (isAllowed(digits)) addNumbers(from, until, value, digits, last)
    from = until + 1
  }
  if (!isCostly) return
  lookUpQueues(leastDigits - 1, mostDigits)
  if (candidates == 0) store<u64>(slot, value)
}

/** The numbers of so many digits wait to be looked up, without the one that is written. */
function addNumbers(from: u64, until: u64, value: u64, digits: i32, last: i32): void {
  let place = enterQueue(digits)
  const limit = endOfQueue(digits)
  for (let number = from; number <= until; number++) {
    if (number == value) continue
    store<i32>(place, last)
    store<i32>(place, last, wordBytes)
    store<u64>(valueOf(place, limit), number)
    place += 4
    if (place == limit) place = emptyQueue(digits, place)
  }
  leaveQueue(digits, place)
}

/** From 1 to 10^19. */
// @ts-ignore: a decorator of AssemblyScript
@inline
function powerOfTen(exponent: i32): u64 {
  return load<u64>(constants + (<usize>exponent << 3), 448)
}

/** Whether the number of twenty digits is near 10^19, so that one with nineteen may have become it. */
function isPowerOfTen(start: usize): bool {
  if (load<u8>(start) != 0x31) return false
  for (let at: usize = 1; at < <usize>keptDigits; at++) if (load<u8>(start + at) != 0x30) return false
  return true
}

/** The next double, up or down, of one that is a whole number. */
function neighbour(double: u64, step: i64): u64 {
  return <u64>reinterpret<f64>(reinterpret<i64>(<f64>double) + step)
}

/** A number of 16 to 19 digits. */
function valueAt(start: usize, length: i32): u64 {
  let value: u64 = 0
  let at = start
  for (const rest = start + <usize>(length - 16); at < rest; at++) value = value * 10 + <u64>(load<u8>(at) - 0x30)
  return (value * 100000000 + eightDigits(at)) * 100000000 + eightDigits(at + 8)
}

/** Two, four and eight digits are put together in one word. */
function eightDigits(at: usize): u64 {
  let value = ((load<u64>(at) & 0x0f0f0f0f0f0f0f0f) * 2561) >> 8
  value = ((value & 0x00ff00ff00ff00ff) * 6553601) >> 16
  return ((value & 0x0000ffff0000ffff) * 42949672960001) >> 32
}
