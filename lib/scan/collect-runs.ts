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

/**
 * All runs of at least `minLength` bytes. Such a run covers one of every `minLength` positions: bytes in between are
 * looked at only when that one is in the alphabet.
 */
export function createRunSource(bytes: Uint8Array, alphabet: Alphabet, minLength: number): RunSource {
  const most = Math.floor(bytes.length / (minLength + 1)) + 2
  const starts = new Int32Array(most)
  const ends = new Int32Array(most)
  return {
    starts,
    ends,
    count: 0,
    resume: 0,
    collect(from, to, final) {
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
      this.count = count
      this.resume = Math.min(start, to)
    },
  }
}
