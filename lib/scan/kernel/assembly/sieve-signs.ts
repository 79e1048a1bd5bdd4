import { block, sieve, signWords } from './memory'
import { addSpot, isFull, List } from './spots'
import { classOf } from './sieve'
import { amongHigh } from './sieve-high'
import { isEscape } from './sieve-escapes'
import { isContinued } from './sieve-marked'
import { forgetToken } from './sieve-matters'
import { hasShort, lookAtPadding } from './sieve-short'
import { forgetShift } from './sieve-utf-7'
import { setEnd } from './sieve-characters'

/** Bytes behind a sign that tell whether it begins an escape: a name of twenty letters, and what is behind it. */
const lookAhead: i32 = 24

/**
 * Where an escape may be, or one of the things that `amongHigh` looks for, in the words of 64 bytes that have signs, zeros or bytes
 * from 0x80 on. `lowest`: the first byte of the block that is of this content.
 */
export function siftSigns(first: i32, to: i32, lowest: i32, words: i32): void {
  const columns = v128.load(sieve)
  const rows = v128.load(sieve, 16)
  const low = v128.load(sieve, 32)
  const signBits = v128.load(sieve, 48)
  const zero = v128.load(sieve, 112)
  const backslash = i8x16.splat(0x5c)
  const quote = i8x16.splat(0x22)
  /** Of JSON in JSON nearly all signs are these. */
  const passesQuotes = load<u8>(sieve, 1024 + 0x22) == 0
  setEnd(to)
  forgetToken()
  forgetShift()
  const hasPadding = hasShort()
  let lastWord = -2
  let zerosBefore: u64 = 0
  for (let index = 0; index < words; index++) {
    const word = load<i32>(signWords + (<usize>index << 2))
    const from = first + (word << 6)
    const address = block + <usize>from
    let signs: u64 = 0
    let zeros: u64 = 0
    let high: u64 = 0
    let backslashes: u64 = 0
    let quotes: u64 = 0
    let least = zero
    for (let part: usize = 0; part < 64; part += 16) {
      const bytes = v128.load(address + part)
      const found = v128.and(classOf(bytes, columns, rows, low), signBits)
      signs |= <u64>(<u32>i8x16.bitmask(i8x16.gt_s(found, zero))) << part
      if (passesQuotes) {
        backslashes |= <u64>(<u32>i8x16.bitmask(i8x16.eq(bytes, backslash))) << part
        quotes |= <u64>(<u32>i8x16.bitmask(i8x16.eq(bytes, quote))) << part
      }
      least = part == 0 ? bytes : i8x16.min_s(least, bytes)
    }
    // Most words with signs have nothing else.
    if (v128.any_true(i8x16.le_s(least, zero)))
      for (let part: usize = 0; part < 64; part += 16) {
        const bytes = v128.load(address + part)
        zeros |= <u64>(<u32>i8x16.bitmask(i8x16.eq(bytes, zero))) << part
        high |= <u64>(<u32>i8x16.bitmask(bytes)) << part
      }
    const isNext = word == lastWord + 1
    lastWord = word
    // What the word before the first new byte has was looked at before.
    if (word == 0) signs = high = 0
    // Behind the last byte there is anything.
    const known = to - from >= 64 ? ~(<u64>0) : (<u64>1 << <u64>(to - from)) - 1
    signs &= known
    high &= known
    // A single backslash in front of a quote; what is before the first byte is not seen here.
    signs &= ~(backslashes & ((quotes & known) >> 1) & ~(backslashes << 1) & ~(<u64>1))
    for (; signs != 0; signs &= signs - 1) {
      const at = from + <i32>ctz(signs)
      const sign = load<u8>(block + <usize>at)
      if (sign == 0x3d && hasPadding) lookAtPadding(at, at - first, to)
      if (sign == 0x5c && isContinued(at, to, lowest)) addSpot(List.marked, at)
      const list = listOf(sign)
      if (list < 0 || isFull(list)) continue
      if (at + lookAhead > to || isEscape(sign, at, lowest)) addSpot(list, at)
    }
    if (zeros != 0) siftZeros(from, zeros, isNext ? zerosBefore : 0)
    zerosBefore = zeros
    if (high != 0) amongHigh(from, high, to, word, lowest)
  }
}

/** Which form's escapes begin with this character; -1: one that only has the class of a sign. */
function listOf(sign: i32): List {
  switch (sign) {
    case 0x25:
      return List.percent
    case 0x5c:
      return List.backslash
    case 0x26:
      return List.entity
    case 0x3d:
      return List.quotedPrintable
    case 0x2b:
      return List.utf7
    case 0x1b:
      return List.iso2022
    case 0x27:
      return List.doubledQuote
    default:
      return -1
  }
}

let pairsBefore: u64 = 0

/** UTF-16 has a zero at every other byte and none in between, at least so many times as a short identifier needs. */
function siftZeros(from: i32, zeros: u64, before: u64): void {
  const count = load<i32>(sieve, 252)
  if (before == 0) pairsBefore = 0
  const pairs = zeros & ~((zeros << 1) | (before >> 63)) & ((zeros << 2) | (before >> 62))
  const many = pairs & ((pairs << 4) | (pairsBefore >> 60))
  pairsBefore = pairs
  const found = count > 3 ? many : pairs
  if (found != 0 && count > 0) addSpot(List.utf16, from + <i32>ctz(found))
}
