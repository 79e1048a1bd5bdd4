import { dottedCharacters, lengthTable, trimmedCharacters } from './alphabets.ts'
import type { RunSource } from './collect-runs.ts'
import { endsEscape, longestEscape, mayGlue } from './escapes.ts'
import type { Block, Emit, Finder } from './finder.ts'
import { createHeldRun } from './held-run.ts'
import type { Probe } from './probe.ts'

const none: readonly number[] = []

/**
 * Finds dotted identifiers: runs of letters, digits, `_`, `.` and `-`, without the `.` and `-` at either end, and the
 * same without an escape that they begin with.
 */
export function createDottedFinder(
  { bytes }: Block,
  runs: RunSource,
  lengths: readonly number[],
  probe: Probe,
  emit: Emit,
): Finder {
  const maxLength = Math.max(...lengths)
  const allowed = lengthTable(lengths)
  const held = createHeldRun(dottedCharacters)
  let resume = 0

  const isTrimmed = (at: number) => trimmedCharacters[bytes[at]!] !== 0

  function trimmedStart(from: number, to: number): number {
    let start = from
    while (start < to && isTrimmed(start)) start++
    return start
  }

  function trimmedEnd(start: number, to: number): number {
    let end = to
    while (end > start && isTrimmed(end - 1)) end--
    return end
  }

  function look(start: number, end: number): number {
    const length = end - start
    return length > maxLength || allowed[length] === 0 ? -1 : probe(start, end)
  }

  /** Where else identifiers may begin in the run from `start` (trimmed), ascending: behind the escapes it begins with. */
  function behindEscapes(start: number, end: number): readonly number[] {
    if (start === 0 || mayGlue[bytes[start - 1]!] === 0) return none
    const found: number[] = []
    const last = Math.min(start + longestEscape, end)
    for (let at = start + 1; at <= last; at++) if (endsEscape(bytes, at)) found.push(trimmedStart(at, end))
    return found
  }

  return {
    scan(to, final) {
      if (held.isOpen) resume = held.resume(bytes, resume, to, final)
      runs.collect(resume, to, final)
      for (let run = 0; run < runs.count; run++) {
        const first = trimmedStart(runs.starts[run]!, runs.ends[run]!)
        const end = trimmedEnd(first, runs.ends[run]!)
        const ordinal = look(first, end)
        if (ordinal !== -1) emit.now(ordinal, first, end - first)
        const others = behindEscapes(first, end)
        for (let other = 0; other < others.length; other++) {
          const start = others[other]!
          const ordinal = look(start, end)
          if (ordinal !== -1) emit.now(ordinal, start, end - start)
        }
      }
      resume = trimmedStart(runs.resume, to)
      if (!final && to - resume > longestEscape + maxLength) {
        const starts = [resume, ...behindEscapes(resume, to)]
        const last = starts.at(-1)!
        if (to - last > maxLength) {
          const end = trimmedEnd(last, to)
          held.open(
            starts.flatMap((start) => {
              const ordinal = look(start, end)
              return ordinal === -1 ? [] : [emit.later(ordinal, start, end - start)]
            }),
          )
          resume = to
          // However many `.` and `-` follow an escape: what begins before them is too long already.
        } else if (last - resume > maxLength) resume = last
      }
      return Math.max(0, resume - longestEscape)
    },
    shift(count) {
      resume -= count
    },
  }
}
