import type { Alphabet } from './alphabets.ts'

/**
 * Maximal runs of an alphabet in one block, ascending: `count` of them, `starts` and `ends` (exclusive). `resume` is where
 * a run may begin that is not complete yet, or the block's end.
 */
export type RunSource = {
  readonly starts: Int32Array
  readonly ends: Int32Array
  count: number
  resume: number
  /**
   * Collects those in [from, to). No run begins before `from`. A run that touches `to` is complete only if the content
   * ends there (`final`).
   */
  collect(from: number, to: number, final: boolean): void
}

/** Runs alone, without the way to collect more. */
export type Runs = Pick<RunSource, 'starts' | 'ends' | 'count'>

/** Room for the runs of at least `minLength` bytes in so many. */
export function createRuns(bytes: number, minLength: number): Runs {
  const most = Math.floor(bytes / (minLength + 1)) + 2
  return { starts: new Int32Array(most), ends: new Int32Array(most), count: 0 }
}

/** All runs of at least `minLength` bytes. */
export function createRunSource(bytes: Uint8Array, alphabet: Alphabet, minLength: number): RunSource {
  return {
    ...createRuns(bytes.length, minLength),
    resume: 0,
    collect(from, to, final) {
      this.count = 0
      this.resume = appendRuns(this, bytes, { from, to, final }, alphabet, minLength)
    },
  }
}

/**
 * Collects what `RunSource.collect` does, behind what was collected before; returns where it may resume. A run of at least `minLength`
 * bytes covers one of every `minLength` positions: bytes in between are looked at only when that one is in the alphabet.
 */
export function appendRuns(
  runs: Runs,
  bytes: Uint8Array,
  { from, to, final }: { from: number; to: number; final: boolean },
  alphabet: Alphabet,
  minLength: number,
): number {
  const { starts, ends } = runs
  let count = runs.count
  let start = from
  /** All of [start, known) is in the alphabet. */
  let known = from
  for (;;) {
    const probe = start + minLength - 1
    if (probe >= to) break
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
    if (end === to && !final) break
    starts[count] = start
    ends[count] = end
    count++
    start = known = end + 1
  }
  runs.count = count
  return Math.min(start, to)
}
