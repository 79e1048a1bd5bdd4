import { digits, hexDigits, tableOf } from '../finders/alphabets.ts'
import { hasUuidHyphens, uuidHyphens, uuidLength } from '../finders/written-uuid.ts'
import { runAround, runsOn } from './column-signs.ts'
import type { Columns } from './columns.ts'

/**
 * How long what is looked for may be, and of which lengths numbers are looked for within longer ones: `within` those that something is glued onto or that are longer than any that is one (`longestNumber`),
 * and `inOne` within those that stand alone.
 */
export type Sought = {
  readonly shortest: number
  readonly longest: number
  readonly hasUuids: boolean
  readonly within: readonly number[]
  readonly inOne: readonly number[]
}

/** Of 64 bits, in digits. */
const longestNumber = 20

type Report = (start: number, end: number) => void

/** Fields that one identifier may be taken for. */
const mostFields = 12

/** Runs of a line that are no fields: of each where it begins and ends. */
export type Codes = readonly { readonly start: number; readonly end: number }[]

/** Reports parts of a line that may be a whole field each, and that something is glued onto, but for parts of numbers. Returns the runs that have none. */
export function eachPiece(line: Uint8Array, { edges }: Columns, sought: Sought, report: Report): Codes {
  const codes: { start: number; end: number }[] = []
  for (let edge = 0; edge < edges.length; ) {
    const { start, end } = runAround(line, edges[edge]!)
    if (edges[edge]! === start || edges[edge]! >= end) {
      edge++
      continue
    }
    const first = edge
    while (edge < edges.length && edges[edge]! < end) edge++
    if (isCode(line, start, end)) codes.push({ start, end })
    else if (end - start > sought.shortest) betweenCuts([start, ...edges.slice(first, edge), end], sought, report)
  }
  return codes
}

/**
 * Whether a run is the hexadecimal digits of a text, with what says so around them (`0x`, `X'`), and no fields. Those have a digit as the first of each pair in all lines: all parts that
 * this leaves would be as much as fifty times the text.
 */
function isCode(line: Uint8Array, start: number, end: number): boolean {
  if (end - start < shortestCode) return false
  let others = 0
  const firsts = [0, 0]
  for (let at = start; at < end; at++) {
    if (hexDigits[line[at]!] === 0 && ++others > mostOthers) return false
    firsts[at & 1]! += beginsText[line[at]!]!
  }
  return Math.max(...firsts) >= mostlyText * ((end - start) >> 1)
}
const shortestCode = 64
/** Of characters before and behind the digits. */
const mostOthers = 4
/** Of all pairs: the others are line ends, and characters beyond ASCII. */
const mostlyText = 7 / 8
/** What the first digit of a character of ASCII is. */
const beginsText = tableOf('234567')

/** Reports what is written as a UUID with hyphens and something is glued onto: one that stands alone is found as it is. */
export function eachUuid(line: Uint8Array, report: Report): void {
  for (let at = line.indexOf(hyphen, uuidHyphens[0]!); at !== -1; at = line.indexOf(hyphen, at + 1)) {
    const start = at - uuidHyphens[0]!
    const end = start + uuidLength
    if (end > line.length || !(runsOn[line[start - 1] ?? 0] || runsOn[line[end] ?? 0])) continue
    if (hasUuidHyphens(line, start)) report(start, end)
  }
}

const hyphen = 0x2d

/** From each cut to each other one behind it, but for the whole, which is found as it is. */
function betweenCuts(cuts: readonly number[], { shortest, longest }: Sought, report: Report): void {
  const last = cuts.length - 1
  for (let from = 0; from < last; from++)
    for (let to = from + 1; to <= Math.min(last, from + mostFields); to++) {
      const length = cuts[to]! - cuts[from]!
      if (length > longest) break
      if (length >= shortest && (from > 0 || to < last)) report(cuts[from]!, cuts[to]!)
    }
}

/** Reports numbers within longer ones, unless there are no fields: beside other characters a number is found as it is. */
export function eachNumber(
  line: Uint8Array,
  { numbers }: Columns,
  { within, inOne }: Sought,
  codes: Codes,
  report: Report,
): void {
  let reached = 0
  for (const column of numbers) {
    if (column < reached || digits[line[column] ?? 0] === 0) continue
    let start = column
    let end = column + 1
    while (start > 0 && digits[line[start - 1]!] === 1) start--
    while (end < line.length && digits[line[end]!] === 1) end++
    reached = end
    if (codes.some((code) => code.start < end && code.end > start)) continue
    const isOne = end - start <= longestNumber && !runsOn[line[start - 1] ?? 0] && !runsOn[line[end] ?? 0]
    for (const length of isOne ? inOne : within)
      for (let at = start; length < end - start && at + length <= end; at++) report(at, at + length)
  }
}
