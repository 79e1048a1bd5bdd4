import { digits, handleCharacters as gluing, localCharacters, tableOf } from '../finders/alphabets.ts'
import { hasUuidHyphens } from '../finders/written-uuid.ts'

/** What one column of lines is like that most of them have, or some. */

/** So many of the lines are most, and some. */
export const mostOf = 0.8
const someOf = 0.1

export const blank = 0x20
const hyphen = 0x2d
/** They may stand behind a number. */
export const numberSigns = tableOf('+-')
/** Characters that an identifier may have, which run on from one field to the next: those of an address. */
export const runsOn = localCharacters.with(0x40, 1)

export function countOf<T>(all: ArrayLike<T>, has: (each: T) => boolean): number {
  let count = 0
  for (let at = 0; at < all.length; at++) if (has(all[at]!)) count++
  return count
}

/** Whether most lines are so; asks no more of them than it takes. */
export function areMost(lines: readonly Uint8Array[], is: (line: Uint8Array, at: number) => boolean): boolean {
  let others = lines.length - Math.ceil(mostOf * lines.length)
  for (let at = 0; at < lines.length; at++) if (!is(lines[at]!, at) && --others < 0) return false
  return true
}

/** Whether a column has the digit that says of which version a UUID is, which most have the same of (RFC 9562, section 5). */
export const isVersion = (lines: readonly Uint8Array[], column: number) =>
  areMost(lines, (line) => column >= uuidVersion && hasUuidHyphens(line, column - uuidVersion))
const uuidVersion = 14

export const isMostly = (lines: readonly Uint8Array[], column: number, table: Uint8Array) =>
  areMost(lines, (line) => table[line[column] ?? 0] === 1)

/** Says whether what a column is in has something other than blanks on both sides in most lines. Columns of one run, which may be all of a line, are asked for one after the other: it is read once. */
export function createApart(lines: readonly Uint8Array[]): (column: number) => boolean {
  const runs = lines.map(() => ({ start: 0, end: -1 }))
  const isApart = (line: Uint8Array, column: number, at: number) => {
    if (column < runs[at]!.start || column > runs[at]!.end) runs[at] = runAround(line, column)
    const { start, end } = runs[at]!
    return start > 0 && end < line.length && line[start - 1] !== blank && line[end] !== blank
  }
  return (column) => areMost(lines, (line, at) => isApart(line, column, at))
}

/** The characters around a place that run on, of the line [from, to). */
export function runAround(
  bytes: Uint8Array,
  place: number,
  from = 0,
  to = bytes.length,
): { start: number; end: number } {
  let start = place
  let end = place
  while (start > from && runsOn[bytes[start - 1]!] === 1) start--
  while (end < to && runsOn[bytes[end]!] === 1) end++
  return { start, end }
}

/**
 * Whether there are lines in which something runs on from a number that ends before a column (`step` 1) or begins at it (-1). Digits do only where other lines have blanks in
 * place of them and a field behind those: the number is padded. Otherwise it is one that is longer in some lines.
 */
export function isGlued(lines: readonly Uint8Array[], column: number, step: 1 | -1): boolean {
  if (column === 0) return false
  const [own, other] = step === 1 ? [column - 1, column] : [column, column - 1]
  const glued = lines.filter((line) => digits[line[own] ?? 0] === 1 && gluing[line[other] ?? 0] === 1)
  return glued.some((line) => digits[line[other]!] === 0) || (glued.length > 0 && isPadded(lines, other, step))
}

/**
 * Whether lines that have no digit at a column mostly have a blank, and behind it and others mostly digits, or a text that is at the same column in most and runs on from a
 * number in some.
 */
function isPadded(lines: readonly Uint8Array[], column: number, step: 1 | -1): boolean {
  const others = lines.filter((line) => column < line.length && digits[line[column]!] === 0)
  const padded = others.filter((line) => line[column] === blank)
  if (padded.length < mostOf * others.length) return false
  const next = padded.map((line) => {
    let at = column
    while (line[at] === blank) at += step
    return { at, isDigit: digits[line[at] ?? 0] === 1 }
  })
  if (next.length === 0) return false
  const isMost = (some: readonly unknown[]) => some.length >= mostOf * next.length
  if (isMost(next.filter(({ isDigit }) => isDigit))) return true
  const { at } = next[next.length >> 1]!
  return isMost(next.filter((each) => each.at === at)) && runsIntoText(lines, at, step)
}

const runsIntoText = (lines: readonly Uint8Array[], column: number, step: 1 | -1) =>
  lines.some((line) => {
    const byte = line[column] ?? 0
    return digits[line[column - step] ?? 0] === 1 && gluing[byte] === 1 && digits[byte] === 0
  })

/** Whether there are lines in which the characters before and behind a column run on. */
export const runOn = (lines: readonly Uint8Array[], column: number) =>
  lines.some((line) => gluing[line[column - 1] ?? 0] === 1 && gluing[line[column] ?? 0] === 1)

/** Numbers are negative in some lines; a hyphen that all have is one of a date or a code. */
export const isHyphen = (lines: readonly Uint8Array[], column: number) =>
  lines.at(-1)![column] === hyphen && isSame(lines, column)

/** One letter that all lines have is a sign of its own, as in `2026-01-01T00:00:00Z`. */
export const isSame = (lines: readonly Uint8Array[], column: number) =>
  areMost(lines, (line) => line[column] === lines.at(-1)![column])

/** Whether a column of few letters ends before a column that has many. */
export function isBehindCode(lines: readonly Uint8Array[], column: number): boolean {
  const countAt = (at: number) => new Set(lines.map((line) => line[at] ?? blank)).size
  const few = countAt(column - 1)
  return few <= Math.max(1, lines.length / 12) && countAt(column) > 2 * few
}

/** Whether a text begins at a column, on the left of its field: there is hardly a blank in it, and some right before. */
export function beginsText(lines: readonly Uint8Array[], column: number): boolean {
  const isBlank = (at: number) => (line: Uint8Array) => (line[at] ?? blank) === blank
  return (
    countOf(lines, isBlank(column)) <= someOf * lines.length &&
    countOf(lines, isBlank(column - 1)) >= someOf * lines.length
  )
}
