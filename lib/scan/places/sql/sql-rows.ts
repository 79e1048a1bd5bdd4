import type { FormatPlace } from '../../../decode/format-place.ts'
import { isSign } from './sql-statement.ts'
import type { SqlRows } from './sql-tables.ts'
import { readToken, type SqlDialect, type SqlToken } from './sql-tokens.ts'

/** What wants to know where it is, by its place in the bytes. */
export type Sought = { readonly at: number; tell(place: FormatPlace): void }

/** The column of the byte at `at` of a row of `COPY` (PostgreSQL, "Text Format"); absent where the row has another number of columns. */
export function placeInCopyRow(row: Uint8Array, at: number, rows: SqlRows): FormatPlace | undefined {
  let column = 1
  let count = 1
  for (let index = 0; index < row.length; index++) {
    if (row[index] === backslash) index += 1
    else if (row[index] === tab) {
      count += 1
      if (index < at) column += 1
    }
  }
  return placeOf(column, count, rows)
}

/**
 * Tells of each sought byte, by place, which column of its row it is in. The rows of `INSERT` begin at `from` and go to the end. Of a row of more than
 * `longestRow` bytes, one that does not end, and one with another number of values than there are columns nothing is told.
 */
export function tellInRows(
  bytes: Buffer,
  from: number,
  { rows, dialect }: { rows: SqlRows; dialect: SqlDialect },
  sought: readonly Sought[],
  longestRow: number,
): void {
  let next = 0
  for (let at = from; next < sought.length; ) {
    const row = readRow(at, sought[next]!.at)
    if (row === undefined) return
    for (; next < sought.length && sought[next]!.at < row.end; next++) {
      const found = row.seen.get(sought[next]!.at)
      const place =
        found === undefined || row.end - row.start > longestRow ? undefined : placeOf(found, row.count, rows)
      if (place !== undefined) sought[next]!.tell(place)
    }
    const comma = readToken(bytes, row.end, bytes.length, dialect)
    if (!isSign(bytes, comma, ',')) return
    at = comma.to
  }

  /** A row and the columns of what is sought in it. Undefined: what is at `at` is none, or does not end. */
  function readRow(at: number, first: number) {
    let token = readToken(bytes, at, bytes.length, dialect)
    if (!isSign(bytes, token, '(')) return undefined
    const start = token.from
    const seen = new Map<number, number>()
    let depth = 1
    let column = 1
    let coming = next
    for (;;) {
      token = readToken(bytes, token.to, bytes.length, dialect)
      if (token.kind === 'none') return undefined
      if (token.to > first) coming = see(token, column, coming, seen)
      if (token.kind !== 'sign') {
        // Whoever writes MySQL's dumps leaves no line end in a text: this is none of theirs.
        if (dialect === 'mysql' && bytes.subarray(token.from, token.to).includes(lineFeed)) return undefined
        continue
      }
      if (isSign(bytes, token, ',') && depth === 1) column += 1
      if (isSign(bytes, token, '(')) depth += 1
      if (isSign(bytes, token, ')')) depth -= 1
      if (depth === 0) return { start, end: token.to, count: column, seen }
    }
  }

  /** Notes what is sought in a token; what is before it is in none. Returns what is sought next. */
  function see(token: SqlToken, column: number, coming: number, seen: Map<number, number>): number {
    let index = coming
    for (; index < sought.length && sought[index]!.at < token.to; index++)
      if (sought[index]!.at >= token.from) seen.set(sought[index]!.at, column)
    return index
  }
}

function placeOf(column: number, count: number, { table, columns }: SqlRows): FormatPlace | undefined {
  if (columns !== undefined && columns.length !== count) return undefined
  return { table, column: { number: column, name: columns?.[column - 1] } }
}

const backslash = 0x5c
const tab = 0x09
const lineFeed = 0x0a
