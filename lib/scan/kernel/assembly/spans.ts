import { markBytes } from './classify'
import { ends, starts, stops } from './memory'
import { collectStops, runLengthBefore, stopCount } from './stops'

/** Where a run may begin that is not complete, or the end. */
export let spanResume: i32 = 0

/**
 * Collects all maximal runs of at least `minLength` (3 or more) bytes of an alphabet in the block's first `size` bytes, in
 * `starts` and `ends`; returns how many. `columns`: where the alphabet is, 32 bytes.
 */
export function scanSpans(columns: usize, minLength: i32, size: i32, final: bool): i32 {
  markBytes(v128.load(columns), v128.load(columns, 16), 0, size)
  collectStops(minLength, size, final)
  let count: usize = 0
  for (let at = 0; at < stopCount; at++) {
    const stop = load<i32>(stops + (<usize>at << 2))
    const length = runLengthBefore(stop)
    // The next one overwrites it unless it is long enough.
    store<i32>(starts + (count << 2), stop - length)
    store<i32>(ends + (count << 2), stop)
    count += <usize>(length >= minLength)
  }
  spanResume = final ? size : size - runLengthBefore(size)
  return <i32>count
}
