import { type Alphabet, lengthTable } from './alphabets.ts'
import { collectRuns, createRuns } from './collect-runs.ts'
import type { Block, Emit, Finder } from './finder.ts'
import type { Probe } from './probe.ts'

/** Finds identifiers that are whole runs of one alphabet: decimal numbers and handles. */
export function createRunFinder(
  { bytes }: Block,
  alphabet: Alphabet,
  lengths: readonly number[],
  probe: Probe,
  emit: Emit,
): Finder {
  const minLength = Math.min(...lengths)
  const maxLength = Math.max(...lengths)
  const allowed = lengthTable(lengths)
  const runs = createRuns(bytes.length, minLength)
  let resume = 0
  return {
    scan(to, final) {
      collectRuns(runs, bytes, resume, to, final, alphabet, minLength)
      const { count, starts, ends } = runs
      for (let run = 0; run < count; run++) {
        const start = starts[run]!
        const length = ends[run]! - start
        if (length > maxLength || allowed[length] === 0) continue
        const ordinal = probe(start, start + length)
        if (ordinal !== -1) emit.now(ordinal, start, length)
      }
      // Of a run that is already too long, one byte more than the longest identifier still shows that it is.
      resume = Math.max(runs.resume, to - (maxLength + 1))
      return resume
    },
    shift(count) {
      resume -= count
    },
  }
}
