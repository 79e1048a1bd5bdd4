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

/** The bytes [from, to) of a text, a character each. Columns count from 0, places that are reported from the text's beginning. */
export type Line = { readonly bytes: Uint8Array; readonly from: number; readonly to: number }

type Report = (start: number, end: number) => void
type Seen = (line: Line, start: number, end: number) => boolean

/** Fields that one identifier may be taken for. */
const mostFields = 12

/** Runs of a line that are no fields: of each where it begins and ends. */
export type Codes = readonly { readonly start: number; readonly end: number }[]

/**
 * Reports parts of a line that may be a whole field each, and that something is glued onto, but for parts of numbers and of runs that were `seen` at these columns before. Returns the
 * runs that have none.
 */
export function eachPiece(line: Line, { edges }: Columns, sought: Sought, seen: Seen, report: Report): Codes {
  const { bytes, from, to } = line
  let codes = noCodes
  for (let edge = 0; edge < edges.length; ) {
    const place = from + edges[edge]!
    if (place >= to) break
    if (runsOn[bytes[place - 1]!] === 0 || runsOn[bytes[place]!] === 0) {
      edge++
      continue
    }
    const { start, end } = runAround(bytes, place, from, to)
    const first = edge
    while (edge < edges.length && from + edges[edge]! < end) edge++
    if (isCode(bytes, start, end)) codes = [...codes, { start, end }]
    else if (end - start > sought.shortest && !seen(line, start, end))
      betweenCuts([start, ...edges.slice(first, edge).map((column) => from + column), end], sought, report)
  }
  return codes
}

const noCodes: Codes = []

/**
 * Whether a run is the hexadecimal digits of a text, with what says so around them (`0x`, `X'`), and no fields. Those have a digit as the first of each pair in all lines: all parts that
 * this leaves would be as much as fifty times the text.
 */
function isCode(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start < shortestCode) return false
  let others = 0
  const firsts = [0, 0]
  for (let at = start; at < end; at++) {
    if (hexDigits[bytes[at]!] === 0 && ++others > mostOthers) return false
    firsts[at & 1]! += beginsText[bytes[at]!]!
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
export function eachUuid({ bytes, from, to }: Line, report: Report): void {
  // Not `indexOf`, which goes on behind the line where there are no hyphens.
  for (let start = from; start + uuidLength <= to; start++) {
    if (bytes[start + uuidHyphens[0]!] !== hyphen || !hasUuidHyphens(bytes, start)) continue
    const end = start + uuidLength
    if ((start > from && runsOn[bytes[start - 1]!]) || (end < to && runsOn[bytes[end]!])) report(start, end)
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

/** Reports where numbers of some lengths are to be looked for within longer ones, unless there are no fields: beside other characters a number is found as it is. */
export function eachNumber(
  { bytes, from, to }: Line,
  { numbers }: Columns,
  { within, inOne }: Sought,
  codes: Codes,
  report: (start: number, end: number, lengths: readonly number[]) => void,
): void {
  let reached = from
  for (const column of numbers) {
    const place = from + column
    if (place < reached || place >= to || digits[bytes[place]!] === 0) continue
    let start = place
    let end = place + 1
    while (start > from && digits[bytes[start - 1]!] === 1) start--
    while (end < to && digits[bytes[end]!] === 1) end++
    reached = end
    if (codes.some((code) => code.start < end && code.end > start)) continue
    const isOne =
      end - start <= longestNumber && !(start > from && runsOn[bytes[start - 1]!]) && !(end < to && runsOn[bytes[end]!])
    const size = end - start
    const lengths = isOne ? inOne : within
    report(start, end, lengths.at(-1)! < size ? lengths : lengths.filter((length) => length < size))
  }
}
