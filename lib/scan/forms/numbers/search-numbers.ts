import type { WholeNumbers } from '../../../decode/whole-numbers.ts'
import { type NumberPlace, writeNumber } from '../../finders/number-lookup.ts'
import type { Report } from '../form.ts'
import type { FormSearch } from '../form-search.ts'

const lineFeed = 0x0a
const minus = 0x2d
/** Twenty digits, a sign and a line end. */
const longestLine = 22

/**
 * Searches the lines of some of these numbers for what is written in a form, and nothing else: a line of digits says nothing about another one.
 * `report` is told of places in the lines of all of them.
 */
export function searchNumbers(
  search: FormSearch['search'],
  numbers: WholeNumbers,
  some: readonly NumberPlace[],
  report: (ordinal: number, line: number, start: number, form: string) => void,
): void {
  const buffer = Buffer.alloc(some.length * longestLine)
  const out = { buffer, view: new DataView(buffer.buffer, buffer.byteOffset, buffer.length) }
  /** Where the digits of each begin. */
  const starts: number[] = []
  let to = 0
  for (const { index } of some) {
    const from = to
    to = writeNumber(out, to, numbers, index)
    starts.push(buffer[from] === minus ? from + 1 : from)
    buffer[to++] = lineFeed
  }
  const keep: Report = (ordinal, start, _end, form) => {
    // What begins with the sign begins before its digits.
    const at = starts.findLastIndex((digits) => digits - 1 <= start)
    const { index, start: digits } = some[at]!
    report(ordinal, index, digits + start - starts[at]!, form)
  }
  search({ bytes: buffer, buffer, to }, keep)
}
