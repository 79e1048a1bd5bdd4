import { masks, stops } from './memory'

/** Where the runs end that `collectStops` found: in `stops`, as distances from the first bit of the masks. */
export let stopCount: i32 = 0

/**
 * Finds where maximal runs of at least `minLength` end in the masks of `size` bytes. The last byte ends one only if
 * nothing follows (`final`).
 */
export function collectStops(minLength: i32, size: i32, final: bool): void {
  // Runs of more than 64 are among those of 64.
  const window = min(minLength, 64)
  const words = size >> 6
  const last = masks + (<usize>words << 3)
  let list: usize = stops
  if (window <= 4) list = collect(1, window, last, list)
  else if (window <= 8) list = collect(2, window, last, list)
  else if (window <= 16) list = collect(3, window, last, list)
  else if (window <= 32) list = collect(4, window, last, list)
  else list = collect(5, window, last, list)
  // Bits from `size` on are clear, so a run that touches the end seems to end there.
  if (!final && list > stops && load<i32>(list - 4) == size) list -= 4
  stopCount = <i32>((list - stops) >> 2)
}

/**
 * In a mask, bit n stays set if those of n and of the `window - 1` bytes before are: doubled `doublings` times, then
 * widened by the rest. A run has ended where its last byte is such a one and the next byte is not in the alphabet. Nearly
 * without a branch, since what comes next cannot be foretold.
 */
// @ts-ignore: a decorator of AssemblyScript
@inline
function collect(doublings: i32, window: i32, last: usize, list: usize): usize {
  const rest = <u64>(window - (1 << doublings))
  const back: u64 = 64 - rest
  let before1: u64 = 0
  let before2: u64 = 0
  let before4: u64 = 0
  let before8: u64 = 0
  let before16: u64 = 0
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
    if (doublings > 3) {
      const next = wide & ((wide << 8) | (before8 >> 56))
      before8 = wide
      wide = next
    }
    if (doublings > 4) {
      const next = wide & ((wide << 16) | (before16 >> 48))
      before16 = wide
      wide = next
    }
    const whole = wide & ((wide << rest) | (beforeRest >> back))
    beforeRest = wide
    let complete = ~mask & ((whole << 1) | (beforeWhole >> 63))
    beforeWhole = whole

    const found = <usize>popcnt(complete)
    // Four at once, whether there are so many or not: what is too much is overwritten. There are no more of 17 bytes and
    // one between them.
    store<i32>(list, first + <i32>ctz(complete))
    complete &= complete - 1
    store<i32>(list, first + <i32>ctz(complete), 4)
    complete &= complete - 1
    store<i32>(list, first + <i32>ctz(complete), 8)
    complete &= complete - 1
    store<i32>(list, first + <i32>ctz(complete), 12)
    if (doublings < 4) {
      complete &= complete - 1
      let more = list
      while (complete != 0) {
        more += 4
        store<i32>(more, first + <i32>ctz(complete), 12)
        complete &= complete - 1
      }
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
  // At least 56 bits before it; in front of the first word there are zeros.
  const bits = load<u64>(masks + <usize>(stop >> 3) - 7) << (8 - (<u64>stop & 7))
  const length = <i32>clz(~bits)
  return length < 56 ? length : longLengthBefore(stop)
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
