import { byteCharactersCheck } from './byte-characters.ts'
import { markCheck } from './encoded-marks.ts'
import { nextBegin, nextOf, nextRun } from './encoded-runs.ts'
import { alphabet, mostGlued, type Problem, sign, wholeWindow } from './encoded-window.ts'
import { shortestRun } from './kernel/text-kernel.ts'
import { mixedScriptsCheck } from './mixed-scripts.ts'
import { escapeBegins, escapeEnds, gluedBehind, isEscapePrefix, lineEnd, nothing } from './run-escapes.ts'
import { overlap, runJudge } from './run-judge.ts'
import { mayHavePrefix, mostPrefix, prefixOf } from './run-prefixes.ts'
import { type Seen, surveyed } from './survey.ts'

export type EncodedProblem = Problem & { offset: number }

/**
 * Whether text holds, in base64 or as hexadecimal digits, what hides its content: a compressed or encrypted format that
 * begins where such a run begins, behind a sign in it or on one of its lines, or a long run that stands for anything but text. What
 * stands for text is searched as it is, and so is one value of DER. A run goes on over line ends as long as its lines are long, whether the next is
 * indented or quoted, and over its own characters and line ends that are escaped. Armour and uuencode are told by their first line, and some runs by what
 * stands in front of them.
 */
export type EncodedCheck = {
  write(bytes: Uint8Array): void
  /** The same for bytes of which there may be a survey. */
  writeSeen(bytes: Uint8Array, seen: Seen | undefined): void
  end(): void
  /** The first problem of what was written so far. */
  problem(): EncodedProblem | undefined
}

/** Bytes behind a problem by which each of the checks tells it. */
const mostNeeded = 1024
const none = Buffer.alloc(0)
const noBegins = new Int32Array(0)
const carriageReturn = 0x0d
const lineFeed = 0x0a
/** Space, tab and the sign of quoting stand before a line. */
const isIndent = (byte: number) => byte === 0x20 || byte === 0x09 || byte === 0x3e

/**
 * `rows`: a line feed ends a row, whose values have none, so that no run goes on behind it. `isText`: otherwise they are bytes of any
 * kind, which hold by chance, once in three MiB, what tells bits or bytes that are written as characters in a text.
 */
export function encodedCheck({ rows = false, isText = true } = {}): EncodedCheck {
  let found: EncodedProblem | undefined
  const marks = markCheck()
  const inCharacters = isText ? [mixedScriptsCheck(), byteCharactersCheck()] : []
  /** Of everything that was written before. */
  let offset = 0
  /** The run at the end of what was written: whether there is one, the characters of its last line and of all, its beginning. */
  let isOpen = false
  let line = 0
  let total = 0
  let start = 0
  /** A line ended before any character: the run begins behind it. */
  let beginsAnew = false
  /** A line end stood behind the last line. */
  let isBetween = false
  /** An escape that has no end yet. */
  let unfinished = ''
  /** The last characters of the run, and at which of them something encoded may begin. */
  let characters = none
  let begins = noBegins
  let beginCount = 0
  let filled = 0
  let isBeginning = false
  const run = runJudge()

  function judgeWindow(isEnd = false): void {
    const problem = run.problemOf(characters.subarray(0, filled), begins.subarray(0, beginCount), total, isEnd)
    if (problem !== undefined && (found === undefined || start < found.offset)) found = { ...problem, offset: start }
  }

  function judge(): void {
    if (total >= shortestRun) judgeWindow(true)
    line = total = filled = beginCount = 0
    isOpen = isBetween = isBeginning = beginsAnew = false
    unfinished = ''
  }

  /** Room for one more character in the window. */
  function makeRoom(): void {
    if (filled < wholeWindow) return
    judgeWindow()
    const shift = filled - overlap
    characters.copyWithin(0, shift)
    filled = overlap
    let kept = 0
    for (let i = 0; i < beginCount; i++) if (begins[i]! >= shift) begins[kept++] = begins[i]! - shift
    beginCount = kept
  }

  function add(character: number): void {
    if (isBetween) line = 0
    makeRoom()
    characters[filled] = character
    if (total <= mostGlued || isBeginning || isBetween) begins[beginCount++] = filled
    filled++
    isBeginning = alphabet[character] === sign
    isBetween = false
    line++
    total++
  }

  /** The same for the characters from `from` on, none of them behind a line end, as far as the window has room; returns where they end. */
  function addSome(bytes: Uint8Array, from: number): number {
    makeRoom()
    const to = Math.min(bytes.length, from + wholeWindow - filled)
    const shift = filled - from
    const glues = from + mostGlued - total
    let at = from
    for (; at < to; at++) {
      const character = bytes[at]!
      const kind = alphabet[character]!
      if (kind === 0) break
      characters[at + shift] = character
      if (at <= glues || isBeginning) begins[beginCount++] = at + shift
      isBeginning = kind === sign
    }
    filled = at + shift
    line += at - from
    total += at - from
    return at
  }

  /** Whether the run goes on behind a line end. */
  function endLine(): boolean {
    if (total > 0 && !isBetween && line < shortestRun) return false
    isBetween = total > 0
    beginsAnew = total === 0
    return true
  }

  /** The next byte of an escape; whether the run goes on. */
  function goOnEscape(byte: number): boolean {
    unfinished += String.fromCharCode(byte).toLowerCase()
    if (isEscapePrefix(unfinished)) return true
    const meaning = escapeEnds.get(unfinished)
    if (meaning === undefined) return false
    unfinished = typeof meaning === 'string' ? meaning : ''
    if (meaning === lineEnd) return endLine()
    if (meaning === nothing) isBeginning = true
    else if (typeof meaning === 'number') add(meaning)
    return true
  }

  function goesOnWith(byte: number): boolean {
    if (unfinished !== '') return goOnEscape(byte)
    if (alphabet[byte]! > 0) add(byte)
    else if (escapeBegins(byte)) unfinished = String.fromCharCode(byte)
    else if (byte === carriageReturn || (byte === lineFeed && !rows)) return endLine()
    else return isBetween && isIndent(byte)
    return true
  }

  /** Goes on with the run at the end; returns where it ends in these bytes. */
  function goOn(bytes: Uint8Array, from: number): number {
    let at = from
    while (at < bytes.length) {
      if (beginsAnew) start = offset + at
      beginsAnew = false
      // Nearly all of a run.
      if (unfinished === '' && !isBetween) at = addSome(bytes, at)
      if (at === bytes.length || !goesOnWith(bytes[at]!)) return at
      at++
    }
    return at
  }

  function look(bytes: Uint8Array, seen: Seen | undefined): void {
    const next = seen === undefined ? nextRun : nextOf(seen)
    let at = 0
    while (at < bytes.length) {
      if (!isOpen) {
        at = nextBegin(bytes, at, next)
        if (at === bytes.length) return
        start = offset + at
        isOpen = true
        run.begin(
          mayHavePrefix(bytes, at) ? prefixOf(bytesBefore(bytes, at)) : undefined,
          gluedBehind(at < mostPrefix ? bytesBefore(bytes, at) : bytes.subarray(at - mostPrefix, at)),
        )
        // Few contents have a run, and many are small.
        if (characters === none) {
          characters = Buffer.alloc(wholeWindow)
          begins = new Int32Array(wholeWindow)
        }
      }
      at = goOn(bytes, at)
      if (at === bytes.length) return
      // What ended an escape may begin the next run.
      judge()
    }
  }

  /** The bytes in front of those from `at` on, as far as a prefix needs them. */
  function bytesBefore(bytes: Uint8Array, at: number): Uint8Array {
    const here = bytes.subarray(Math.max(0, at - mostPrefix), at)
    return here.length < mostPrefix ? Buffer.concat([marks.tail(), here]) : here
  }

  /** A run that a mark is in begins before it, and may not have ended; and what needs most bytes behind it is told last. */
  const isSettled = () =>
    found !== undefined && offset >= found.offset + mostNeeded && !(isOpen && start < found.offset)

  /**
   * Of a run and a mark, the first in the content counts. A run before a mark ends in it or is waited for, and one behind it is judged
   * where the mark is known (`shortestRun` is more than a mark needs), so that what is written later changes nothing.
   */
  function keepFirst(marked: EncodedProblem | undefined): void {
    if (marked !== undefined && (found === undefined || marked.offset < found.offset)) found = marked
  }

  function writeSeen(bytes: Uint8Array, seen: Seen | undefined): void {
    if (isSettled()) return
    look(bytes, seen)
    keepFirst(marks.write(bytes, seen?.mayHaveKey))
    for (const check of inCharacters) keepFirst(check.write(bytes, seen))
    offset += bytes.length
  }

  return {
    write(bytes) {
      if (!isSettled()) surveyed(bytes, writeSeen)
    },
    writeSeen,
    end() {
      if (isOpen) judge()
      keepFirst(marks.end())
      for (const check of inCharacters) keepFirst(check.end())
    },
    problem: () => found,
  }
}
