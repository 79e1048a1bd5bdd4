import { digits } from '../finders/alphabets.ts'
import { hasUuidHyphens, uuidHyphens, uuidLength } from '../finders/written-uuid.ts'
import { type Columns, runAround, runsOn } from './columns.ts'

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

/** Reports parts of a line that may be a whole field each, and that something is glued onto, but for parts of numbers. */
export function eachPiece(line: Uint8Array, { edges }: Columns, sought: Sought, report: Report): void {
  for (let edge = 0; edge < edges.length; ) {
    const { start, end } = runAround(line, edges[edge]!)
    if (edges[edge]! === start || edges[edge]! >= end) {
      edge++
      continue
    }
    const first = edge
    while (edge < edges.length && edges[edge]! < end) edge++
    if (end - start > sought.shortest) betweenCuts([start, ...edges.slice(first, edge), end], sought, report)
  }
}

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
      if (length >= shortest && length <= longest && (from > 0 || to < last)) report(cuts[from]!, cuts[to]!)
    }
}

/** Reports numbers within longer ones: beside other characters a number is found as it is. */
export function eachNumber(line: Uint8Array, { numbers }: Columns, { within, inOne }: Sought, report: Report): void {
  let reached = 0
  for (const column of numbers) {
    if (column < reached || digits[line[column] ?? 0] === 0) continue
    let start = column
    let end = column + 1
    while (start > 0 && digits[line[start - 1]!] === 1) start--
    while (end < line.length && digits[line[end]!] === 1) end++
    const isOne = end - start <= longestNumber && !runsOn[line[start - 1] ?? 0] && !runsOn[line[end] ?? 0]
    for (const length of isOne ? inOne : within)
      for (let at = start; length < end - start && at + length <= end; at++) report(at, at + length)
    reached = end
  }
}
