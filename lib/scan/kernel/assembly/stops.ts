import { constants, masks, stops } from './memory'

/** Where the runs end that `collectStops` found: in `stops`, as distances from the first bit of the masks. */
export let stopCount: i32 = 0

/**
 * Finds where maximal runs of at least `minLength` end in the masks of `size` bytes, and perhaps where some shorter ones
 * do. The last byte ends one only if nothing follows (`final`). Nearly without a branch, since what comes next cannot be
 * foretold.
 */
export function collectStops(minLength: i32, size: i32, final: bool): void {
  const last = masks + (<usize>(size >> 6) << 3)
  let list: usize = stops
  if (minLength >= leastOfLong) list = collectLong(last, list)
  else if (minLength <= 4) list = collect(1, minLength, last, list)
  else if (minLength <= 8) list = collect(2, minLength, last, list)
  else list = collect(3, minLength, last, list)
  // Bits from `size` on are clear, so a run that touches the end seems to end there.
  if (!final && list > stops && load<i32>(list - 4) == size) list -= 4
  stopCount = <i32>((list - stops) >> 2)
}

/** A run of so many bytes has all eight bits of one byte of the masks. */
const leastOfLong: i32 = 15

/** Looks for bytes of the masks that are full, each first one of several, and from there for the end of its run. */
function collectLong(last: usize, list: usize): usize {
  const full = v128.load(constants, 288)
  const begin = list
  let before: u32 = 0
  let first = 0
  for (let at = masks; at <= last; at += 16) {
    const bytes = <u32>i8x16.bitmask(i8x16.eq(v128.load(at), full))
    let begins = bytes & ~((bytes << 1) | before)
    before = bytes >> 15
    let next = list
    list += <usize>popcnt(begins) << 2
    // Three at once, or all eight, whether there are so many or not: what is too much is overwritten.
    store<i32>(next, first + ctz(begins))
    begins &= begins - 1
    store<i32>(next, first + ctz(begins), 4)
    begins &= begins - 1
    store<i32>(next, first + ctz(begins), 8)
    begins &= begins - 1
    if (begins != 0) {
      store<i32>(next, first + ctz(begins), 12)
      begins &= begins - 1
      store<i32>(next, first + ctz(begins), 16)
      begins &= begins - 1
      store<i32>(next, first + ctz(begins), 20)
      begins &= begins - 1
      // At most one of two bytes is the first full one.
      store<i32>(next, first + ctz(begins), 24)
      begins &= begins - 1
      store<i32>(next, first + ctz(begins), 28)
    }
    first += 16
  }
  for (let at = begin; at < list; at += 4) {
    const byte = load<i32>(at)
    const gaps = ~load<u64>(masks + <usize>byte)
    store<i32>(at, (byte << 3) + (gaps != 0 ? <i32>ctz(gaps) : longLengthFrom(byte)))
  }
  return list
}

function longLengthFrom(byte: i32): i32 {
  let at = masks + <usize>byte
  let length = 0
  // Behind the last word there are zeros.
  for (; ~load<u64>(at) == 0; at += 8) length += 64
  return length + <i32>ctz(~load<u64>(at))
}

/**
 * In a mask, bit n stays set if those of n and of the `window - 1` bytes before are: doubled `doublings` times, then
 * widened by the rest. A run has ended where its last byte is such a one and the next byte is not in the alphabet.
 */
// @ts-ignore: a decorator of AssemblyScript
@inline
function collect(doublings: i32, window: i32, last: usize, list: usize): usize {
  const rest = <u64>(window - (1 << doublings))
  const back: u64 = 64 - rest
  let before1: u64 = 0
  let before2: u64 = 0
  let before4: u64 = 0
  let beforeRest: u64 = 0
  let beforeWhole: u64 = 0
  let first = 0
  for (let at = masks; at <= last; at += 8) {
    const mask = load<u64>(at)
    let wide = mask & ((mask << 1) | (before1 >> 63))
    before1 = mask
    if (doublings > 1) {
      const next = wide & ((wide << 2) | (before2 >> 62))
      before2 = wide
      wide = next
    }
    if (doublings > 2) {
      const next = wide & ((wide << 4) | (before4 >> 60))
      before4 = wide
      wide = next
    }
    const whole = wide & ((wide << rest) | (beforeRest >> back))
    beforeRest = wide
    let complete = ~mask & ((whole << 1) | (beforeWhole >> 63))
    beforeWhole = whole

    const found = <usize>popcnt(complete)
    // Four at once, whether there are so many or not: what is too much is overwritten.
    store<i32>(list, first + <i32>ctz(complete))
    complete &= complete - 1
    store<i32>(list, first + <i32>ctz(complete), 4)
    complete &= complete - 1
    store<i32>(list, first + <i32>ctz(complete), 8)
    complete &= complete - 1
    store<i32>(list, first + <i32>ctz(complete), 12)
    complete &= complete - 1
    let more = list
    while (complete != 0) {
      more += 4
      store<i32>(more, first + <i32>ctz(complete), 12)
      complete &= complete - 1
    }
    list += found << 2
    first += 64
  }
  return list
}

/** How long the run is that ends at this distance; 0: no byte of the alphabet is before it. */
// @ts-ignore: a decorator of AssemblyScript
@inline
export function runLengthBefore(stop: i32): i32 {
  const length = shortLengthBefore(stop)
  return length < 56 ? length : longLengthBefore(stop)
}

/** The same for runs of less than 56 bytes; of others it is 56 or more. */
// @ts-ignore: a decorator of AssemblyScript
@inline
export function shortLengthBefore(stop: i32): i32 {
  // At least 56 bits before it; in front of the first word there are zeros.
  return <i32>clz(~(load<u64>(masks + <usize>(stop >> 3) - 7) << (8 - (<u64>stop & 7))))
}

function longLengthBefore(stop: i32): i32 {
  const bit = stop & 63
  const gaps = ~load<u64>(masks + (<usize>(stop >> 6) << 3)) & ((<u64>1 << bit) - 1)
  if (gaps != 0) return bit - 64 + <i32>clz(gaps)
  for (let word = (stop >> 6) - 1; word >= 0; word--) {
    const gaps = ~load<u64>(masks + (<usize>word << 3))
    if (gaps != 0) return stop - (word << 6) - 64 + <i32>clz(gaps)
  }
  return stop
}
