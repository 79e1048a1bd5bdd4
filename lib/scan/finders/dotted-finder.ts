import { dottedCharacters, lengthTable, trimmedCharacters } from './alphabets.ts'
import type { RunSource } from './collect-runs.ts'
import { endBeforeSuffix, mostBehind } from './domain-ends.ts'
import { endsEscape, longestEscape, mayGlue } from './escapes.ts'
import type { Block, Emit, Finder } from './finder.ts'
import { createHeldRun } from './held-run.ts'
import type { Probe } from './probe.ts'
import { mostUnderscores } from './run-finder.ts'
import { eachEndBeforeWritten } from './written-character.ts'

/** Of these as many as this may belong to an identifier at either end: one in thirty that are drawn from letters, digits, `_` and `-` has one. */
const mostHyphens = 3
const none: readonly number[] = []
const hyphen = 0x2d
const underscore = 0x5f
const backslash = 0x5c

type Tell = (ordinal: number, start: number, length: number) => void

/**
 * Finds dotted identifiers: runs of letters, digits, `_`, `.` and `-`, without the `.` and `-` at either end or with up to three of the `-`, and the
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

  /** How many hyphens are before `start`, of those that may belong to an identifier. */
  function hyphensBefore(start: number): number {
    let count = 0
    while (count < mostHyphens && bytes[start - count - 1] === hyphen) count++
    return count
  }

  /** The same from `end` on. */
  function hyphensBehind(end: number, to: number): number {
    let count = 0
    while (count < mostHyphens && end + count < to && bytes[end + count] === hyphen) count++
    return count
  }

  /** All that may be an identifier in a run from `first` (trimmed). */
  function eachName(first: number, to: number, tell: Tell): void {
    const trimmed = trimmedEnd(first, to)
    const last = trimmed + hyphensBehind(trimmed, to)
    for (let start = first - hyphensBefore(first); start <= first; start++)
      for (let end = trimmed; end <= last; end++) {
        eachUnmarked(start, end, tell)
        if (bytes[end - 1] === underscore && end - start <= maxLength + mostBehind) eachUnwritten(start, end, tell)
      }
  }

  function eachUnwritten(start: number, end: number, tell: Tell): void {
    eachEndBeforeWritten(bytes, start, end, (_start, to) => {
      const trimmed = trimmedEnd(start, to)
      const last = trimmed + hyphensBehind(trimmed, to)
      for (let shorter = trimmed; shorter <= last; shorter++) eachUnmarked(start, shorter, tell)
    })
  }

  function eachUnmarked(start: number, end: number, tell: Tell): void {
    eachBeforeSuffix(start, end, tell)
    for (let count = 1; count <= mostUnderscores && start + 2 * count < end; count++) {
      if (bytes[start + count - 1] !== underscore || bytes[end - count] !== underscore) return
      eachBeforeSuffix(start + count, end - count, tell)
    }
  }

  function eachBeforeSuffix(start: number, end: number, tell: Tell): void {
    look(start, end, tell)
    if (end - start > maxLength + mostBehind) return
    for (let shorter = end; ; ) {
      shorter = endBeforeSuffix(bytes, start, shorter)
      if (shorter === -1) return
      look(start, shorter, tell)
    }
  }

  function look(start: number, end: number, tell: Tell): void {
    const length = end - start
    if (length > maxLength || allowed[length] === 0) return
    const ordinal = probe(start, end)
    if (ordinal !== -1) tell(ordinal, start, length)
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
        const end = runs.ends[run]!
        const first = trimmedStart(runs.starts[run]!, end)
        eachName(first, end, emit.now)
        const others = behindEscapes(first, end)
        for (let other = 0; other < others.length; other++) eachName(others[other]!, end, emit.now)
      }
      resume = trimmedStart(runs.resume, to)
      resume -= hyphensBefore(resume)
      if (!final && to - resume > longestEscape + maxLength + mostBehind) {
        const first = trimmedStart(resume, to)
        const starts = [first, ...behindEscapes(first, to)]
        const last = starts.at(-1)!
        if (to - last > maxLength + mostBehind) {
          const waiting: (() => void)[] = []
          for (const start of starts)
            eachName(start, to, (ordinal, from, length) => waiting.push(emit.later(ordinal, from, length)))
          held.open(waiting)
          resume = to
          // However many `.` and `-` follow an escape: what begins before them is too long already.
        } else if (last - resume > maxLength + mostBehind) resume = last - hyphensBefore(last)
      }
      return Math.max(0, resume - longestEscape)
    },
    shift(count) {
      resume -= count
    },
  }
}
