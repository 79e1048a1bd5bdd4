import { mayBeHex } from './hex-numbers'
import { block, constants, queues, stops } from './memory'
import { digitsIn, emptyQueue, endOfQueue, enterQueue, leaveQueue, lookUpQueues, mostDigits, valueOf, wordBytes } from './number-queues'
import { allowedLengths, candidates, setShape } from './tokens'

/** Bytes of the lines that the numbers of the last call stand for. */
let lineBytes: i32 = 0
/** Numbers that may be hexadecimal digits of a text: in `stops`, each with where its digits begin in these lines. */
let doubtfulCount: i32 = 0

export function linesOfNumbers(): i32 {
  return lineBytes
}

export function doubtfulNumbers(): i32 {
  return doubtfulCount
}

/**
 * Looks up `count` whole numbers of 4 or 8 bytes from the beginning of the block, without making lines of them: what the filter does not deny
 * is in `starts`, by its number from 0, and in `ends`, by where its digits would begin in the lines, in no order; returns how many. Doubtful are those of at
 * least `shortestHex` digits of which `pairs` in a row may each be a byte of text.
 */
export function scanNumbers(
  shape: usize,
  count: i32,
  width: i32,
  isSigned: bool,
  shortestHex: i32,
  pairs: i32,
): i32 {
  setShape(shape)
  doubtfulCount = 0
  if (width == 8) {
    if (isSigned) addNumbers(count, true, true, shortestHex, pairs)
    else addNumbers(count, true, false, shortestHex, pairs)
  } else if (isSigned) addNumbers(count, false, true, shortestHex, pairs)
  else addNumbers(count, false, false, shortestHex, pairs)
  lookUpQueues(1, mostDigits)
  return candidates
}

/** Four at once are looked at after so many that were looked at one by one. */
const oneByOne: i32 = 16

// @ts-ignore: a decorator of AssemblyScript
@inline
function addNumbers(count: i32, isWide: bool, isSigned: bool, shortestHex: i32, pairs: i32): void {
  const lengths = allowedLengths()
  const firstFour = v128.load(constants, 608)
  // Of the length that the number before had, since most have the same: the numbers that have so many digits, `numbers` from `least` on, and where
  // in its queue the next one goes.
  let length = 0
  let least: u64 = 0
  let numbers: u64 = 0
  let isSought = false
  let mayBeText = false
  let place = queues
  let limit = queues
  // Those numbers as signed ones, and where the digits of four begin.
  let before = i64x2.splat(0)
  let behind = i64x2.splat(0)
  let more = i32x4.splat(0)
  let at = block
  let offset = 0
  for (let index = 0; index < count; ) {
    if (index + 4 <= count && !mayBeText) {
      // Four at once, if all have that length and no sign.
      let first: v128
      let second: v128
      if (isWide) {
        first = v128.load(at)
        second = v128.load(at, 16)
      } else {
        const four = v128.load(at)
        first = isSigned ? i64x2.extend_low_i32x4_s(four) : i64x2.extend_low_i32x4_u(four)
        second = isSigned ? i64x2.extend_high_i32x4_s(four) : i64x2.extend_high_i32x4_u(four)
      }
      const isOne = v128.and(i64x2.gt_s(first, before), i64x2.gt_s(behind, first))
      const isOther = v128.and(i64x2.gt_s(second, before), i64x2.gt_s(behind, second))
      if (i64x2.bitmask(v128.and(isOne, isOther)) == 3 && (!isSought || place + 16 <= limit)) {
        if (isSought) {
          v128.store(place, i32x4.add(i32x4.splat(index), firstFour))
          v128.store(place, i32x4.add(i32x4.splat(offset), more), wordBytes)
          const values = valueOf(place, limit)
          v128.store(values, first)
          v128.store(values, second, 16)
          place += 16
          if (place == limit) place = emptyQueue(length, place)
        }
        offset += (length + 1) << 2
        index += 4
        at += isWide ? 32 : 16
        continue
      }
    }
    const until = min(index + oneByOne, count)
    for (; index < until; index++) {
      let value: u64
      if (isWide) value = load<u64>(at)
      else value = isSigned ? <u64>(<i64>load<i32>(at)) : <u64>load<u32>(at)
      at += isWide ? 8 : 4
      const sign: u64 = isSigned ? <u64>(<i64>value >> 63) : 0
      value = (value ^ sign) - sign
      if (value - least >= numbers) {
        leaveQueue(length, place)
        length = digitsIn(value)
        least = length == 1 ? 0 : load<u64>(constants + (<usize>length << 3), 440)
        // There is no power of ten behind the longest numbers.
        numbers = length == mostDigits ? 0 - least : load<u64>(constants + (<usize>length << 3), 448) - least
        isSought = load<u8>(lengths + <usize>length) != 0
        mayBeText = length >= shortestHex
        place = enterQueue(length)
        limit = endOfQueue(length)
        before = i64x2.splat(<i64>least - 1)
        behind = i64x2.splat(<i64>min(least + numbers, <u64>i64.MAX_VALUE))
        more = i32x4.mul(firstFour, i32x4.splat(length + 1))
      }
      const first = offset - <i32>sign
      offset = first + length + 1
      if (mayBeText && mayBeHex(value, length, pairs)) addDoubtful(index, first)
      if (!isSought) continue
      store<i32>(place, index)
      store<i32>(place, first, wordBytes)
      store<u64>(valueOf(place, limit), value)
      place += 4
      if (place == limit) place = emptyQueue(length, place)
    }
  }
  leaveQueue(length, place)
  lineBytes = offset
}

function addDoubtful(index: i32, first: i32): void {
  const place = stops + (<usize>doubtfulCount << 3)
  store<i32>(place, index)
  store<i32>(place, first, 4)
  doubtfulCount++
}
