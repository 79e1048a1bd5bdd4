import { digits, handleCharacters as gluing } from '../finders/alphabets.ts'
import { codeEdges, mayHaveCodes } from './code-columns.ts'
import {
  beginsText,
  blank,
  countOf,
  createApart,
  isBehindCode,
  isGlued,
  isHyphen,
  isMostly,
  isSame,
  isVersion,
  mostOf,
  numberSigns,
  runOn,
} from './column-signs.ts'

/**
 * Where the fields of a text may begin whose lines have them at the same columns, with nothing in between (fields of fixed width). `edges`: columns, ascending, each
 * above 0. `numbers`: columns of digits, so many that they may be several numbers.
 */
export type Columns = { readonly edges: readonly number[]; readonly numbers: readonly number[] }

/** Lines that tell the columns of a text, at most and at least. */
export const mostLines = 64
const leastLines = 3
/** So many lines are asked for a sign of columns first, and twice as many if they have none: as many as may be no records (`mostOf`), and three. */
export const firstLines = 8
/** From so many lines on a column is told by what most of them have, and one digit is enough for a field. */
const manyLines = 16

/**
 * The columns of a text with these lines, which are of characters of one byte each. Undefined: nothing in them is a field of digits or a code with something glued onto it, or of at
 * least `longDigits` of them, as two numbers beside each other are; or something stands around it, as in CSV and JSON.
 */
export function columnsOf(whole: readonly Uint8Array[], longDigits: number): Columns | undefined {
  const delimiter = whole.length < manyLines ? -1 : delimiterOf(whole)
  const lines = delimiter === -1 ? whole : whole.map((line) => line.subarray(0, Math.max(0, line.indexOf(delimiter))))
  const all = [lines, ...kindsOf(lines)].map((some) => columnsOfKind(some, longDigits))
  const edges = new Set(all.flatMap((each) => [...each.edges]))
  const numbers = new Set(all.flatMap((each) => each.numbers))
  if (edges.size === 0 && numbers.size === 0) return undefined
  return { edges: ascending(edges), numbers: ascending(numbers) }
}

/** Signs between fields, and how many in each line no text between fields of fixed width has (`SMITH, JOHN`). */
const delimiters: readonly (readonly [sign: string, least: number])[] = [
  ['|', 1],
  ['\t', 1],
  [';', 2],
  [',', 3],
  ['"', 4],
]

/** What most lines have as many of, but the last at other columns: then only what is before the first may be at the same ones. -1: there is no such sign. */
function delimiterOf(lines: readonly Uint8Array[]): number {
  for (const [sign, least] of delimiters) {
    const byte = sign.charCodeAt(0)
    const places = lines.map((line) => ({
      count: countOf(line, (each) => each === byte),
      last: line.lastIndexOf(byte),
    }))
    const { count, last } = places[places.length >> 1]!
    const some = places.filter((each) => each.count === count)
    const isMost = some.length >= mostOf * lines.length && count >= least
    if (isMost && some.filter((each) => each.last === last).length < mostOf * some.length) return byte
  }
  return -1
}

const ascending = (columns: Iterable<number>) => [...columns].sort((x, y) => x - y)

/** A first character of more kinds is none of a kind. */
const mostKinds = 4

/** How many lines begin with each character, of those that are looked at. */
const firsts = new Uint8Array(256)

/** The lines that begin with the same character, as records of one kind do where there are several. */
function kindsOf(lines: readonly Uint8Array[]): Uint8Array[][] {
  const first = lines[0]?.[0] ?? blank
  if (lines.every((line) => (line[0] ?? blank) === first)) return []
  const hasEnough = lines.some((line) => ++firsts[line[0] ?? blank]! === leastLines)
  firsts.fill(0)
  if (!hasEnough) return []
  const kinds = Object.values(Object.groupBy(lines, (line) => line[0] ?? blank)) as Uint8Array[][]
  const enough = kinds.filter((kind) => kind.length >= leastLines)
  return enough.length > mostKinds ? [] : enough
}

const noColumns: Columns = { edges: [], numbers: [] }

function columnsOfKind(lines: readonly Uint8Array[], longDigits: number): Columns {
  if (lines.length < leastLines) return noColumns
  // What most lines have not is no column.
  const width = lines.map((line) => line.length).toSorted((x, y) => y - x)[Math.ceil(mostOf * lines.length) - 1]!
  const least = lines.length < manyLines ? 2 : 1
  const edges = new Set(codeEdges(lines, width))
  const numbers: number[] = []
  const isNumeric = mostlyNumeric(lines, width)
  const isApart = createApart(lines)
  for (let start = 0; start < width; start++) {
    if (isNumeric[start] === 0) continue
    const from = start
    let end = start
    while (isNumeric[end] === 1) end++
    start = end
    if (isApart(from) || isVersion(lines, from)) continue
    if (end - from >= longDigits) numbers.push(from)
    if (end - from < least) continue
    if (isMostly(lines, end, numberSigns) && isMostly(lines, end + 1, gluing) && !isHyphen(lines, end))
      edges.add(end + 1)
    if (isGlued(lines, from, -1) && !(isNumeric[from - 2] === 1 && isSame(lines, from - 1))) edges.add(from)
    if (isGlued(lines, end, 1) && !(isSame(lines, end) && (isNumeric[end + 1] === 1 || !runOn(lines, end + 1))))
      edges.add(end)
  }
  if (edges.size === 0 && numbers.length === 0) return noColumns
  if (lines.length >= manyLines)
    for (let column = 1; column < width; column++)
      if (beginsText(lines, column) || isBehindCode(lines, column)) edges.add(column)
  return { edges: [...edges], numbers }
}

/** 1 for each column up to `width` in which most lines have a digit. */
function mostlyNumeric(lines: readonly Uint8Array[], width: number): Uint8Array {
  const least = Math.ceil(mostOf * lines.length)
  // Of so many lines one has a digit there if most have.
  const some = lines.length - least + 1
  const isNumeric = new Uint8Array(width + 1)
  for (let column = 0; column <= width; column++) {
    let count = 0
    for (let at = 0; at < lines.length && (at < some || count > 0); at++) count += digits[lines[at]![column] ?? 0]!
    if (count >= least) isNumeric[column] = 1
  }
  return isNumeric
}

/** What costs little to tell of the first lines: they are of one length, or three of them, of which the first may be names or the first ones a heading, or three of one kind may have columns. */
export function mayHaveColumns(lines: readonly Uint8Array[], longDigits: number): boolean {
  if (lines.length < leastLines) return false
  if (lines.every((line) => line.length === lines[0]!.length)) return true
  const [behindFirst, last] = [lines.slice(lines.length > leastLines ? 1 : 0), lines.slice(-leastLines)]
  return [behindFirst, last, ...kindsOf(lines)].some((some) => mayHave(some, longDigits))
}

/** Whether three lines have digits at the same columns, with something glued onto them or many of them, or codes in hexadecimal ones. */
function mayHave(lines: readonly Uint8Array[], longDigits: number): boolean {
  const [one, two, three] = lines as [Uint8Array, Uint8Array, Uint8Array]
  const width = Math.min(one.length, two.length, three.length)
  const isNumeric = (column: number) => digits[one[column]!]! + digits[two[column]!]! + digits[three[column]!]! === 3
  const isText = (column: number) => gluing[one[column]!]! + gluing[two[column]!]! + gluing[three[column]!]! > 0
  const isSign = (column: number) => one[column] === two[column] && one[column] === three[column]
  let end = 0
  for (let start = 0; start < width; start = end + 1) {
    end = start
    while (end < width && isNumeric(end)) end++
    if (end === start) continue
    if (end - start >= longDigits) return true
    let same = start
    while (same < end && isSign(same)) same++
    // A word with a digit that all lines have.
    if (same === end && (start === 0 || isSign(start - 1)) && (end === width || isSign(end))) continue
    if (start > 0 && isText(start - 1) && !(start > 1 && isSign(start - 1) && isNumeric(start - 2))) return true
    if (end < width && isText(end) && !(isSign(end) && (end + 1 >= width || isNumeric(end + 1) || !isText(end + 1))))
      return true
  }
  return mayHaveCodes([one, two, three], width)
}
