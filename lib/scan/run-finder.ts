import { lengthTable } from './alphabets.ts'
import type { RunSource } from './collect-runs.ts'
import { endsEscape, longestEscape, mayGlue } from './escapes.ts'
import type { Block, Emit, Finder } from './finder.ts'
import type { Probe } from './probe.ts'

/** Runs that may begin inside of an escape, of the one finder that scans now: as much memory for each content costs more than a short one. */
let scratch = new Int32Array(1024)

function gluedOf(count: number): Int32Array {
  if (count > scratch.length) scratch = new Int32Array(2 * count)
  return scratch
}

/**
 * Finds identifiers that are whole runs of one alphabet, or runs without the escape that they begin with: decimal
 * numbers and handles.
 */
export function createRunFinder(
  { bytes }: Block,
  runs: RunSource,
  lengths: readonly number[],
  probe: Probe,
  emit: Emit,
): Finder {
  const minLength = Math.min(...lengths)
  const maxLength = Math.max(...lengths)
  const allowed = lengthTable(lengths)
  let resume = 0

  function lookBehindEscapes(runStart: number, end: number): void {
    const first = Math.max(runStart + 1, end - maxLength)
    const last = Math.min(runStart + longestEscape, end - minLength)
    for (let start = first; start <= last; start++) {
      if (allowed[end - start] === 0 || !endsEscape(bytes, start)) continue
      const ordinal = probe(start, end)
      if (ordinal !== -1) emit.now(ordinal, start, end - start)
    }
  }

  return {
    scan(to, final) {
      runs.collect(resume, to, final)
      const { count, starts, ends } = runs
      const glued = gluedOf(count + 1)
      let gluedCount = 0
      for (let run = 0; run < count; run++) {
        const start = starts[run]!
        const length = ends[run]! - start
        // Without a branch, and probed later: nearly none is, and this loop is where the time goes.
        glued[gluedCount] = run
        if (start > 0) gluedCount += mayGlue[bytes[start - 1]!]!
        if (length > maxLength || allowed[length] === 0) continue
        const ordinal = probe(start, start + length)
        if (ordinal !== -1) emit.now(ordinal, start, length)
      }
      for (let at = 0; at < gluedCount; at++) lookBehindEscapes(starts[glued[at]!]!, ends[glued[at]!]!)
      // Of a run that is already too long, one byte more than an escape and the longest identifier still shows that.
      resume = Math.max(runs.resume, to - (longestEscape + maxLength + 1))
      return Math.max(0, resume - longestEscape)
    },
    shift(count) {
      resume -= count
    },
  }
}
