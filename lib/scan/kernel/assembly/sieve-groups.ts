import { mayBeText } from './code-text'
import { maskOf } from './mask-of'
import { block, sieve } from './memory'
import { addSpot, List } from './spots'

/** The bytes that are known: what is before or behind them may go on. */
let knownFrom: i32 = 0
let knownTo: i32 = 0
/** So many whole groups of four characters are in text of the shortest length, wherever it begins, and so many pairs of digits. */
export let groups: i32 = 0
let pairs: i32 = 0

/** Before the others, for the bytes [from, to). */
export function setGroups(from: i32, to: i32): void {
  knownFrom = from
  knownTo = to
  groups = load<i32>(sieve, 232)
  pairs = load<i32>(sieve, 240)
}

/**
 * Whole groups of four characters that begin in the `step` bytes from `at` on, with so many behind them, and stand for bytes below
 * 0x80. Their first three characters say so, and the fourth one that the run goes on. Of several in a row the first is enough.
 */
export function siftBase64(at: i32, step: i32): void {
  const bits = step == 64 ? ~(<u64>0) : (<u64>1 << <u64>step) - 1
  const place = block + <usize>at
  const first = maskOf(place, v128.load(sieve, 128))
  const second = maskOf(place + 1, v128.load(sieve, 144))
  const third = maskOf(place + 2, v128.load(sieve, 160))
  const found = chain(first & second & third & maskOf(place + 3, v128.load(sieve, 288)), groups, 4) & bits
  if (found == 0) return
  let begins = found & ~(found << 4)
  // Text has two bytes more than a group, at least, on either side of it or one on each; what is before and behind the window is not known.
  if (groups == 1) begins &= (before(second) & before(third)) | (before(third) & behind(first)) | (behind(first) & behind(second))
  for (; begins != 0; begins &= begins - 1) {
    const begin = at + <i32>ctz(begins)
    if (mayBeText(begin, false, knownFrom, knownTo)) addSpot(List.base64, begin)
  }
}

/** What the group before each one has. */
// @ts-ignore: a decorator of AssemblyScript
@inline
function before(mask: u64): u64 {
  return (mask << 4) | 0x0f
}

/** What the group behind each one has. */
// @ts-ignore: a decorator of AssemblyScript
@inline
function behind(mask: u64): u64 {
  return (mask >> 4) | 0xf000000000000000
}

/** Which bits are set with the `count - 1` others that follow, `stride` bits apart; `count` is a power of two, up to eight. */
// @ts-ignore: a decorator of AssemblyScript
@inline
function chain(mask: u64, count: i32, stride: u64): u64 {
  if (count > 1) mask &= mask >> stride
  if (count > 2) mask &= mask >> (stride << 1)
  if (count > 4) mask &= mask >> (stride << 2)
  return mask
}

/** Pairs of hexadecimal digits, five or more one behind the other, whose first one is that of a byte of text: the first pair. */
export function siftHex(start: i32, stop: i32): void {
  const halves = v128.load(sieve, 176)
  const digits = v128.load(sieve, 256)
  const inChain = pairs < 8 ? 4 : 8
  const rest = <u64>(pairs - inChain) << 1
  // The last pair's second digit is one bit further.
  const step = 63 - 2 * (pairs - 1)
  for (let at = start; at < stop; at += step) {
    // Behind the run is the next one, which is looked at by itself.
    const bits = (<u64>1 << <u64>min(step, stop - at)) - 1
    const place = block + <usize>at
    const all = chain(maskOf(place, halves) & (maskOf(place, digits) >> 1), inChain, 2)
    const found = all & (all >> rest) & bits
    for (let begins = found & ~(found << 2); begins != 0; begins &= begins - 1) {
      const begin = at + <i32>ctz(begins)
      if (mayBeText(begin, true, knownFrom, knownTo)) addSpot(List.hex, begin)
    }
  }
}
