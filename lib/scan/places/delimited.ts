import type { FormatPlace } from '../../decode/format-place.ts'

/** How a text is divided into columns. `names`: what stands in the columns of its first line. */
export type Delimited = { readonly delimiter: number; readonly names: readonly string[] }

const delimiters = [0x2c, 0x09, 0x3b, 0x7c]
const quote = 0x22
const tab = 0x09
const lineFeed = 0x0a

/**
 * Whether a text is a table with a header line, as CSV (RFC 4180) or with tabs, `;` or `|`: its first two lines have the same number of columns,
 * two or more. `head`: its first bytes. `isAll`: there are no more.
 */
export function delimitedOf(head: Uint8Array, isAll: boolean): Delimited | undefined {
  const first = head.indexOf(lineFeed)
  if (first < 0) return undefined
  const next = head.indexOf(lineFeed, first + 1)
  const second = next >= 0 ? next : isAll ? head.length : -1
  if (second < 0) return undefined
  const start = startOfText(head)
  const found = delimiters
    .map((delimiter) => ({ delimiter, columns: columnsOf(head.subarray(start, first), delimiter) }))
    .filter(({ delimiter, columns }) => {
      const others = columnsOf(head.subarray(first + 1, second), delimiter)
      return columns.length > 1 && columns.length === others.length
    })
    .sort((a, b) => b.columns.length - a.columns.length)[0]
  return found && { delimiter: found.delimiter, names: found.columns.map(({ text }) => text) }
}

/** Behind the mark of UTF-8. */
export function startOfText(head: Uint8Array): number {
  return head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf ? 3 : 0
}

/**
 * The column of the byte at `place` of a whole line. Absent where the line has another number of columns than the header: it is none, or one
 * of several lines of a row.
 */
export function columnAt(line: Uint8Array, place: number, { delimiter, names }: Delimited): FormatPlace | undefined {
  const columns = columnsOf(line, delimiter)
  if (columns.length !== names.length) return undefined
  const index = columns.findIndex(({ end }) => place < end)
  return index < 0 ? undefined : { column: { number: index + 1, name: names[index] } }
}

/**
 * Columns of a line, none if a quote is open at its end, or one ends a text that none began: then the line is the end of a row of several. Between tabs quotes are of texts. `end`: where
 * its text ends.
 */
function columnsOf(line: Uint8Array, delimiter: number): { end: number; text: string }[] {
  const columns: { end: number; text: string }[] = []
  const length = line.at(-1) === 0x0d ? line.length - 1 : line.length
  let from = 0
  let isQuoted = false
  for (let at = 0; at <= length; at++) {
    // A quote within a quoted text is written twice: the text ends and goes on.
    if (at < length && line[at] === quote && line[from] === quote) isQuoted = !isQuoted
    else if (line[at] === quote && delimiter !== tab && isEndOf(line, at + 1, length, delimiter)) return []
    else if (at === length || (line[at] === delimiter && !isQuoted)) {
      const text = Buffer.from(line.subarray(from, at)).toString('utf8')
      columns.push({ end: at, text: /^"[^"]*"$/.test(text) ? text.slice(1, -1) : text })
      from = at + 1
    }
  }
  return isQuoted ? [] : columns
}

const isEndOf = (line: Uint8Array, at: number, length: number, delimiter: number) =>
  at >= length || line[at] === delimiter
