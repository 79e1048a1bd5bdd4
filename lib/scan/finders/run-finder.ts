import { lengthTable } from './alphabets.ts'
import type { RunSource } from './collect-runs.ts'
import { endsEscape, longestEscape, mayGlue } from './escapes.ts'
import type { Block, Emit, Finder } from './finder.ts'
import type { Probe } from './probe.ts'
import { eachEndBeforeWritten, mostWritten } from './written-character.ts'

/** Runs that may begin inside of an escape, of the one finder that scans now: as much memory for each content costs more than a short one. */
let scratch = new Int32Array(1024)

function gluedOf(count: number): Int32Array {
  if (count > scratch.length) scratch = new Int32Array(2 * count)
  return scratch
}

/** Of these as many as this may be markup at either end of a run: `_bob_`, `__bob__`. */
export const mostUnderscores = 3
const underscore = 0x5f
/** `0x`, which SQL and others write before hexadecimal digits: a handle may have nothing else. */
const hexPrefix = 2
const zero = 0x30
const letterX = 0x78

/**
 * Finds identifiers that are whole runs of one alphabet, or runs without the escape that they begin with: decimal
 * numbers and handles, these also without a few `_` at either end, without `0x` before them, and without `_x000D_` behind them.
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

  function look(start: number, end: number): void {
    if (end - start > maxLength || allowed[end - start] === 0) return
    const ordinal = probe(start, end)
    if (ordinal !== -1) emit.now(ordinal, start, end - start)
  }

  function lookBehindEscapes(runStart: number, end: number): void {
    const first = Math.max(runStart + 1, end - maxLength - 2 * mostUnderscores - hexPrefix)
    const last = Math.min(runStart + longestEscape, end - minLength)
    for (let start = first; start <= last; start++) {
      if (!endsEscape(bytes, start)) continue
      look(start, end)
      lookInside(start, end)
      lookBehindPrefix(start, end)
    }
  }

  /** `ESC [ 0 x` is an escape, behind which is looked anyway. */
  function lookBehindPrefix(from: number, to: number): void {
    if (bytes[from] !== zero || (bytes[from + 1]! | 0x20) !== letterX || to - from <= hexPrefix) return
    if (endsEscape(bytes, from + hexPrefix)) return
    look(from + hexPrefix, to)
    lookInside(from + hexPrefix, to)
  }

  /** What is there without some `_` at either end. */
  function lookInside(from: number, to: number): void {
    if (bytes[from] !== underscore && bytes[to - 1] !== underscore) return
    const last = Math.min(from + mostUnderscores, to)
    for (let start = from; start <= last; start++) {
      const least = Math.max(start + 1, to - mostUnderscores)
      for (let end = to; end >= least; end--) {
        if (start > from || end < to) look(start, end)
        if (bytes[end - 1] !== underscore) break
      }
      if (bytes[start] !== underscore) break
    }
  }

  function lookAround(start: number, end: number): void {
    if (end - start > maxLength + 2 * mostUnderscores + hexPrefix) return
    if (bytes[start] === underscore || bytes[end - 1] === underscore) lookInside(start, end)
    if (bytes[start] === zero) lookBehindPrefix(start, end)
    look(start, end)
  }

  return {
    scan(to, final) {
      runs.collect(resume, to, final)
      const { count, starts, ends } = runs
      const glued = gluedOf(count + 1)
      let gluedCount = 0
      for (let run = 0; run < count; run++) {
        const start = starts[run]!
        const end = ends[run]!
        // Without a branch, and probed later: nearly none is, and this loop is where the time goes.
        glued[gluedCount] = run
        if (start > 0) gluedCount += mayGlue[bytes[start - 1]!]!
        lookAround(start, end)
        if (bytes[end - 1] === underscore) eachEndBeforeWritten(bytes, start, end, lookAround)
      }
      for (let at = 0; at < gluedCount; at++) {
        const [start, end] = [starts[glued[at]!]!, ends[glued[at]!]!]
        lookBehindEscapes(start, end)
        if (bytes[end - 1] === underscore) eachEndBeforeWritten(bytes, start, end, lookBehindEscapes)
      }
      // Of a run that is already too long, one byte more than an escape and the longest identifier still shows that.
      resume = Math.max(runs.resume, to - (longestEscape + maxLength + mostWritten + 1))
      return Math.max(0, resume - longestEscape)
    },
    shift(count) {
      resume -= count
    },
  }
}
