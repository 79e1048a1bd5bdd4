import { encodedFormatOf, firstBytes } from './encoded-magics.ts'
import { markCheck } from './encoded-marks.ts'
import { escapeBegins, escapeEnds, isEscapePrefix, lineEnd, nothing } from './run-escapes.ts'
import { type Seen, surveyed } from './survey.ts'
import { shortestRun } from './text-kernel/text-kernel.ts'
import type { UnverifiedReason } from './unverified.ts'

export type EncodedProblem = { reason: UnverifiedReason; offset: number; detail: string }
type Problem = Pick<EncodedProblem, 'reason' | 'detail'>

/**
 * Whether text holds, in base64 or as hexadecimal digits, what hides its content: a compressed or encrypted format that
 * begins where such a run begins, behind a sign in it or on one of its lines, or a long run that stands for anything but text. What
 * stands for text is searched as it is. A run goes on over line ends as long as its lines are long, whether the next is
 * indented or quoted, and over its own characters and line ends that are escaped. Armour and uuencode are told by their first line.
 */
export type EncodedCheck = {
  write(bytes: Uint8Array): void
  /** The same for bytes of which there may be a survey. */
  writeSeen(bytes: Uint8Array, seen: Seen | undefined): void
  end(): void
  /** The first problem of what was written so far. */
  problem(): EncodedProblem | undefined
}

/** Characters of a run that has to stand for text. A line that is looked at has as many as a run of the kernel. */
export { shortestRun }
export const longRun = 2048
/** Characters of a run that are looked at together. */
const windowCharacters = 1024
/** Of them so many are looked at again with what follows: no format needs more to be told. */
const overlap = 64
/** The beginning of a run may be something else: the end of an escape, a part of a path. */
const mostGlued = 8
/** Of the bytes of a long run, so many in a hundred may be no text before it is opaque. */
const mostBinary = 5
/**
 * Bits of information in each of its characters that make it opaque: of compressed bytes it is 6 and 4, nearly. Bytes in some
 * order are searched as they are.
 */
const mostOrdered = { base64: 5.5, hex: 3.7 }

const sixBits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const sign = 2
/** What each character of base64 stands for, in both alphabets; its class: 1 a letter or digit, 2 a sign. */
const values = new Uint8Array(256)
const alphabet = new Uint8Array(256)
for (const [value, character] of [...Array.from(sixBits).entries(), [62, '-'], [63, '_']] as const) {
  values[character.charCodeAt(0)] = value
  alphabet[character.charCodeAt(0)] = value < 62 ? 1 : sign
}
/** What a run is made of: the alphabet, and the beginnings of escapes. */
const inRun = new Uint8Array(256)
for (let byte = 0; byte < 256; byte++) inRun[byte] = alphabet[byte]! > 0 || escapeBegins(byte) ? 1 : 0
const hexDigits = new Uint8Array(256)
for (const character of '0123456789abcdefABCDEF') hexDigits[character.charCodeAt(0)] = 1
const carriageReturn = 0x0d
const lineFeed = 0x0a
/** Space, tab and the sign of quoting stand before a line. */
const isIndent = (byte: number) => byte === 0x20 || byte === 0x09 || byte === 0x3e

/** `rows`: a line feed ends a row, whose values have none, so that no run goes on behind it. */
export function encodedCheck({ rows = false }: { rows?: boolean } = {}): EncodedCheck {
  let found: EncodedProblem | undefined
  const marks = markCheck()
  /** Of everything that was written before. */
  let offset = 0
  /** The run at the end of what was written: whether there is one, the characters of its last line and of all, its beginning. */
  let isOpen = false
  let line = 0
  let total = 0
  let start = 0
  /** A line end stood behind the last line. */
  let isBetween = false
  /** An escape that has no end yet. */
  let unfinished = ''
  /** The last characters of the run, and a 1 for each of them where something encoded may begin. */
  const characters = Buffer.alloc(windowCharacters)
  const begins = new Uint8Array(windowCharacters)
  let filled = 0
  let isBeginning = false
  /** What is wrong with a window of the run, which matters once the run is long. */
  let opaque: Problem | undefined

  function judgeWindow(): void {
    const window = characters.subarray(0, filled)
    if (filled === windowCharacters) opaque ??= opaqueProblemOf(window)
    const problem = formatProblemOf(window, begins, total - filled) ?? (total >= longRun ? opaque : undefined)
    if (problem !== undefined) found ??= { ...problem, offset: start }
  }

  function judge(): void {
    if (total >= shortestRun) judgeWindow()
    line = total = filled = 0
    isOpen = isBetween = isBeginning = false
    unfinished = ''
    opaque = undefined
  }

  /** Room for one more character in the window. */
  function makeRoom(): void {
    if (filled < windowCharacters) return
    judgeWindow()
    characters.copyWithin(0, filled - overlap)
    begins.copyWithin(0, filled - overlap)
    filled = overlap
  }

  function add(character: number): void {
    if (isBetween) line = 0
    makeRoom()
    characters[filled] = character
    begins[filled++] = total <= mostGlued || isBeginning || isBetween ? 1 : 0
    isBeginning = alphabet[character] === sign
    isBetween = false
    line++
    total++
  }

  /** The same for the characters from `from` on, as far as the window has room; returns where they end. */
  function addSome(bytes: Uint8Array, from: number): number {
    makeRoom()
    const to = Math.min(bytes.length, from + windowCharacters - filled)
    let place = filled
    let begin = isBeginning ? 1 : 0
    let at = from
    for (; at < to; at++) {
      const character = bytes[at]!
      const kind = alphabet[character]!
      if (kind === 0) break
      characters[place] = character
      begins[place++] = begin
      begin = kind >> 1
    }
    filled = place
    isBeginning = begin === 1
    line += at - from
    total += at - from
    return at
  }

  /** Whether the run goes on behind a line end. */
  function endLine(): boolean {
    if (total > 0 && !isBetween && line < shortestRun) return false
    isBetween = total > 0
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
      // Nearly all of a long run.
      if (unfinished === '' && !isBetween && total > mostGlued) at = addSome(bytes, at)
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
        at = next(bytes, at)
        if (at === bytes.length) return
        start = offset + at
        isOpen = true
      }
      at = goOn(bytes, at)
      if (at === bytes.length) return
      // What ended an escape may begin the next run.
      judge()
    }
  }

  /**
   * Of a run and a mark, the first in the content counts. A run before a mark ends in it, and one behind it is judged where the
   * mark is known (`shortestRun` is more than a mark needs), so that what is written later changes nothing.
   */
  function keepFirst(marked: EncodedProblem | undefined): void {
    if (marked !== undefined && (found === undefined || marked.offset < found.offset)) found = marked
  }

  function writeSeen(bytes: Uint8Array, seen: Seen | undefined): void {
    if (found !== undefined) return
    look(bytes, seen)
    keepFirst(marks.write(bytes))
    offset += bytes.length
  }

  return {
    write(bytes) {
      if (found === undefined) surveyed(bytes, writeSeen)
    },
    writeSeen,
    end() {
      if (isOpen) judge()
      keepFirst(marks.end())
    },
    problem: () => found,
  }
}

/**
 * Where the first run begins at or behind `from` that is as long as a line that is looked at, or that may go on behind the
 * last byte; the end if there is none. A run is no longer than what it is written in, and none goes on behind a short line.
 */
function nextRun(bytes: Uint8Array, from: number): number {
  for (let at = from; at < bytes.length; ) {
    const probe = Math.min(at + shortestRun, bytes.length) - 1
    let first = probe
    while (first >= at && inRun[bytes[first]!] === 1) first--
    at = probe + 1
    if (first === probe) continue
    while (at < bytes.length && inRun[bytes[at]!] === 1) at++
    if (at === bytes.length || at - first > shortestRun) return first + 1
  }
  return bytes.length
}

/** The same of bytes that the kernel has seen, which lists all runs that are long enough; asked from the first one to the last. */
function nextOf({ runs }: Seen): (bytes: Uint8Array, from: number) => number {
  let at = 0
  return (bytes, from) => {
    for (; at < runs.length; at += 2) {
      const first = Math.max(from, runs[at]!)
      if (runs[at + 1]! - first >= shortestRun) return first
    }
    let first = bytes.length
    while (first > from && inRun[bytes[first - 1]!] === 1) first--
    return first
  }
}

/** `before`: characters of the run before the window. */
function formatProblemOf(window: Buffer, begins: Uint8Array, before: number): Problem | undefined {
  for (let at = 0; at <= window.length - (shortestRun - mostGlued); at++) {
    if (begins[at] === 0) continue
    for (const encoding of ['base64', 'hex'] as const) {
      if (!mayBegin(window, at, encoding)) continue
      const format = encodedFormatOf(Buffer.from(window.toString('latin1', at), encoding), before + at <= 1)
      if (format === undefined) continue
      const shown = encoding === 'base64' ? 'base64' : 'hexadecimal digits'
      return {
        reason: format.encrypted ? 'encrypted' : 'unsupported-format',
        detail: `expected no ${shown} that hold ${format.name}`,
      }
    }
  }
  return undefined
}

function opaqueProblemOf(window: Buffer): Problem | undefined {
  const digits = digitsFrom(window)
  const encoding = digits === -1 ? 'base64' : 'hex'
  if (entropyOf(window) < mostOrdered[encoding]) return undefined
  const decoded = (from: number) => Buffer.from(window.toString('latin1', from), encoding)
  if ([0, 1, 2, 3].some((phase) => isText(decoded(Math.max(0, digits) + phase)))) return undefined
  const shown = digits === -1 ? 'base64' : 'hexadecimal digits'
  return { reason: 'opaque', detail: `expected text in ${shown}, got other bytes` }
}

/** Where nothing but hexadecimal digits begin: with the run or shortly behind (`0x`, `\x`); -1: it has other characters. */
function digitsFrom(window: Buffer): number {
  const last = window.findLastIndex((byte) => hexDigits[byte] === 0)
  return last < mostGlued ? last + 1 : -1
}

/** Whether a format may begin with the byte that is encoded here: looked at first, since nearly every run is a token. */
function mayBegin(window: Buffer, at: number, encoding: 'hex' | 'base64'): boolean {
  if (encoding === 'hex') return firstBytes.has(Number.parseInt(window.toString('latin1', at, at + 2), 16))
  return firstBytes.has((values[window[at]!]! << 2) | (values[window[at + 1]!]! >> 4))
}

/** Bits of information in a character, as often as each occurs. */
function entropyOf(window: Buffer): number {
  const counts = new Uint32Array(256)
  for (const byte of window) counts[byte]!++
  let bits = 0
  for (const count of counts) if (count > 0) bits -= (count / window.length) * Math.log2(count / window.length)
  return bits
}

function isText(bytes: Buffer): boolean {
  let binary = 0
  for (const byte of bytes) if ((byte < 0x20 && byte !== 9 && byte !== 10 && byte !== 13) || byte > 0x7e) binary++
  return binary * 100 <= mostBinary * bytes.length
}
