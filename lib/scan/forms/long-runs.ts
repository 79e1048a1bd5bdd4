import type { Alphabet } from '../finders/alphabets.ts'
import { collectSpans, leastSpan } from '../kernel/collect-spans.ts'
import type { Region } from './form.ts'
import { listOf, type SpotList } from './spots.ts'

const leastForKernel = 1024

/** Maximal runs of an alphabet in a region, ascending: `count` of them, `starts` and `ends` (exclusive). */
export type Runs = { count: number; starts: Int32Array; ends: Int32Array }

/** Room for the runs of at least `minLength` bytes in so many. */
export function createRuns(bytes: number, minLength: number): Runs {
  const most = Math.floor(bytes / (minLength + 1)) + 2
  return { count: 0, starts: new Int32Array(most), ends: new Int32Array(most) }
}

/**
 * Collects the maximal runs of at least `minLength` bytes in a region: those with a spot in a list, or all where there is no
 * list.
 */
export function collectRunsIn(
  runs: Runs,
  region: Region,
  list: SpotList | undefined,
  alphabet: Alphabet,
  minLength: number,
): void {
  const places = list === undefined ? undefined : listOf(region, list)
  if (places === undefined) collectRuns(runs, region.bytes, region.to, alphabet, minLength)
  else collectAround(places, runs, region, alphabet, minLength)
}

/** Those that the places are in, which ascend. */
function collectAround(
  places: Int32Array,
  runs: Runs,
  { bytes, to }: Region,
  alphabet: Alphabet,
  minLength: number,
): void {
  runs.count = 0
  let known = 0
  for (const place of places) {
    if (place < known || place >= to || alphabet[bytes[place]!] === 0) continue
    let start = place
    while (start > known && alphabet[bytes[start - 1]!] !== 0) start--
    let end = place + 1
    while (end < to && alphabet[bytes[end]!] !== 0) end++
    known = end
    if (end - start < minLength) continue
    runs.starts[runs.count] = start
    runs.ends[runs.count++] = end
  }
}

/**
 * Collects the maximal runs of at least `minLength` bytes before `to`. Such a run covers one of every `minLength` positions:
 * bytes in between are looked at only when that one is in the alphabet.
 */
export function collectRuns(runs: Runs, bytes: Uint8Array, to: number, alphabet: Alphabet, minLength: number): void {
  const { starts, ends } = runs
  runs.count = 0
  // Copying little to the kernel is not worth it.
  let start = to >= leastForKernel && minLength >= leastSpan ? collectSpans(runs, bytes, to, alphabet, minLength) : 0
  let count = runs.count
  /** All of [start, known) is in the alphabet. */
  let known = start
  for (let probe = start + minLength - 1; probe < to; probe = start + minLength - 1) {
    if (alphabet[bytes[probe]!] === 0) {
      start = known = probe + 1
      continue
    }
    let before = probe - 1
    while (before >= known && alphabet[bytes[before]!] !== 0) before--
    if (before >= known) {
      start = before + 1
      known = probe + 1
      continue
    }
    let end = probe + 1
    while (end < to && alphabet[bytes[end]!] !== 0) end++
    starts[count] = start
    ends[count] = end
    count++
    start = known = end + 1
  }
  runs.count = count
}
