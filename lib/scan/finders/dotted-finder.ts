import { dottedCharacters, lengthTable, trimmedCharacters } from './alphabets.ts'
import type { RunSource } from './collect-runs.ts'
import { endBeforeSuffix, mostBehind } from './domain-ends.ts'
import { endsEscape, longestEscape, mayGlue } from './escapes.ts'
import type { Block, Emit, Finder } from './finder.ts'
import { createHeldRun } from './held-run.ts'
import type { Probe } from './probe.ts'
import { mostUnderscores } from './run-finder.ts'
import { eachEndBeforeWritten } from './written-character.ts'

const none: readonly number[] = []
const underscore = 0x5f
const backslash = 0x5c

/**
 * Finds dotted identifiers: runs of letters, digits, `_`, `.` and `-`, without the `.` and `-` at either end, and the
 * same without an escape that they begin with, without as many `_` at both ends, as markup has them (`_bob.smith_`), without endings of a file's name (`bob.smith.tar.gz`), and without
 * `_x000D_` behind them or, behind a backslash, a `_` before them: a no-break space in YAML.
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

  const isNoBreakSpace = (end: number) => bytes[end - 1] === underscore && bytes[end - 2] === backslash

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

  function emitFrom(start: number, end: number): void {
    emitMarked(start, end)
    if (end - start <= maxLength + mostBehind) eachEndBeforeWritten(bytes, start, end, emitTrimmed)
  }

  function emitTrimmed(start: number, end: number): void {
    emitMarked(start, trimmedEnd(start, end))
  }

  function emitMarked(start: number, end: number): void {
    emitName(start, end)
    for (let count = 1; count <= mostUnderscores && start + 2 * count < end; count++) {
      if (bytes[start + count - 1] !== underscore || bytes[end - count] !== underscore) return
      emitName(start + count, end - count)
    }
  }

  function emitName(start: number, end: number): void {
    const ordinal = look(start, end)
    if (ordinal !== -1) emit.now(ordinal, start, end - start)
    if (end - start > maxLength + mostBehind) return
    for (let shorter = endBeforeSuffix(bytes, start, end); shorter !== -1; ) {
      const ordinal = look(start, shorter)
      if (ordinal !== -1) emit.now(ordinal, start, shorter - start)
      shorter = endBeforeSuffix(bytes, start, shorter)
    }
  }

  /** Where else identifiers may begin in the run from `start` (trimmed), ascending: behind the escapes it begins with. */
  function behindEscapes(start: number, end: number): readonly number[] {
    if (start === 0 || mayGlue[bytes[start - 1]!] === 0) return none
    const found: number[] = []
    const last = Math.min(start + longestEscape, end)
    for (let at = start + 1; at <= last; at++)
      if (endsEscape(bytes, at) || isNoBreakSpace(at)) found.push(trimmedStart(at, end))
    return found
  }

  return {
    scan(to, final) {
      if (held.isOpen()) resume = held.resume(bytes, resume, to, final)
      runs.collect(resume, to, final)
      for (let run = 0; run < runs.count; run++) {
        const first = trimmedStart(runs.starts[run]!, runs.ends[run]!)
        const end = trimmedEnd(first, runs.ends[run]!)
        emitFrom(first, end)
        const others = behindEscapes(first, end)
        for (let other = 0; other < others.length; other++) emitFrom(others[other]!, end)
      }
      resume = trimmedStart(runs.resume, to)
      if (!final && to - resume > longestEscape + maxLength + mostBehind) {
        const starts = [resume, ...behindEscapes(resume, to)]
        const last = starts.at(-1)!
        if (to - last > maxLength + mostBehind) {
          const end = trimmedEnd(last, to)
          held.open(
            starts.flatMap((start) => {
              const ordinal = look(start, end)
              return ordinal === -1 ? [] : [emit.later(ordinal, start, end - start)]
            }),
          )
          resume = to
          // However many `.` and `-` follow an escape: what begins before them is too long already.
        } else if (last - resume > maxLength + mostBehind) resume = last
      }
      return Math.max(0, resume - longestEscape)
    },
    shift(count) {
      resume -= count
    },
  }
}
