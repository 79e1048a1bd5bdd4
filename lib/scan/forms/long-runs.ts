import type { Alphabet } from '../finders/alphabets.ts'
import { appendRuns, type Runs } from '../finders/collect-runs.ts'
import { collectSpans, leastSpan } from '../kernel/collect-spans.ts'
import type { Region } from './form.ts'
import { listOf, type SpotList } from './spots.ts'

const leastForKernel = 1024

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

/** Collects the maximal runs of at least `minLength` bytes before `to`. */
export function collectRuns(runs: Runs, bytes: Uint8Array, to: number, alphabet: Alphabet, minLength: number): void {
  runs.count = 0
  // Copying little to the kernel is not worth it.
  const from = to >= leastForKernel && minLength >= leastSpan ? collectSpans(runs, bytes, to, alphabet, minLength) : 0
  appendRuns(runs, bytes, { from, to, final: true }, alphabet, minLength)
}
