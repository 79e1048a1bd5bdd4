import type { Alphabet } from './alphabets.ts'

/**
 * Maximal runs of an alphabet in one block, ascending: `count` of them, `starts` and `ends` (exclusive). `resume` is where
 * a run may begin that is not complete yet, or the block's end.
 */
export type Runs = { count: number; resume: number; readonly starts: Int32Array; readonly ends: Int32Array }

/** Runs of one block, and how they are collected. */
export type RunSource = Runs & {
  /**
   * Collects those in [from, to). No run begins before `from`. A run that touches `to` is complete only if the content
   * ends there (`final`).
   */
  collect(from: number, to: number, final: boolean): void
}

export function createRuns(blockBytes: number, minLength: number): Runs {
  const most = Math.floor(blockBytes / (minLength + 1)) + 2
  return { count: 0, resume: 0, starts: new Int32Array(most), ends: new Int32Array(most) }
}

/** All runs of at least `minLength` bytes. */
export function createRunSource(bytes: Uint8Array, alphabet: Alphabet, minLength: number): RunSource {
  return {
    ...createRuns(bytes.length, minLength),
    collect(from, to, final) {
      collectRuns(this, bytes, from, to, final, alphabet, minLength)
    },
  }
}

/**
 * Collects the maximal runs in [from, to) of at least `minLength` bytes: see `RunSource`.
 *
 * A run of at least `minLength` bytes covers one of every `minLength` positions: bytes in between are looked at only
 * when that one is in the alphabet.
 */
export function collectRuns(
  runs: Runs,
  bytes: Uint8Array,
  from: number,
  to: number,
  final: boolean,
  alphabet: Alphabet,
  minLength: number,
): void {
  const { starts, ends } = runs
  let count = 0
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
  runs.resume = Math.min(start, to)
}
