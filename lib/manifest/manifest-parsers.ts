import type { Sink } from '../decode/sink.ts'
import { csvRecords } from './csv-records.ts'
import { jsonRow, type NameKind } from './json-row.ts'
import { columnsOf, unusedOf } from './manifest-columns.ts'
import { isColumnName, isIdName, isRowId, type ManifestFormat } from './manifest-format.ts'
import type { ManifestRows } from './manifest-rows.ts'
import { textLines } from './text-lines.ts'

/** A parser of one format; `transferColumn` and `unused`, how many columns or members nobody reads, are known once rows were read. */
export type ManifestParser = Sink & { transferColumn(): boolean; unused(): number }

export function parserOf(format: ManifestFormat, rows: ManifestRows): ManifestParser {
  switch (format.kind) {
    case 'csv':
      return csvParser(format.delimiter, rows)
    case 'json-lines':
      return jsonLinesParser(rows)
    case 'lines':
      return linesParser(rows)
    default:
      return format satisfies never
  }
}

const tooLong = 'expected a line of at most 1 MiB'

function linesParser(rows: ManifestRows): ManifestParser {
  const list = listRows(rows)
  const sink = textLines((text, line) => {
    if (text === undefined) rows.malformed(line, tooLong)
    else if (text.trim() === '') rows.empty(line)
    else list.row(line, text)
  })
  return { write: sink.write, end: () => endBoth(sink, list), transferColumn: () => false, unused: () => 0 }
}

async function endBoth(lines: Sink, list: { end(): void }): Promise<void> {
  await lines.end()
  list.end()
}

/**
 * Rows of a list without a header. A first one that may be a header is asked about, neither taken for an identifier nor left out: a
 * subject may be called `email`, and on any other line is.
 */
function listRows(rows: ManifestRows): { row(line: number, id: string, isText?: boolean): void; end(): void } {
  let first: { line: number; isWord: boolean } | undefined
  let hasOthers = false
  let isAmongWords = false
  return {
    row(line, id, isText) {
      const text = id.trim()
      if (first === undefined) {
        const isColumn = isColumnName(text)
        first = { line, isWord: !isColumn && isWord(text) }
        if (isColumn) return rows.malformed(line, mayBeHeader)
      } else {
        hasOthers = true
        if (first.isWord && !isAmongWords) isAmongWords = isWord(text)
      }
      rows.row(line, id, undefined, isText)
    },
    end() {
      if (first?.isWord && hasOthers && !isAmongWords) rows.malformed(first.line, mayBeHeader)
    },
  }
}

const mayBeHeader =
  'expected an identifier, got what may be the header of a table: call the column userId, or leave the line out; if it is an identifier, move it to another line'

/**
 * Whether a field may be several rows: where quotes are written as they are, those that two rows have in the same column are around all that stands between, in
 * which there is a delimiter if there are two columns.
 */
const mayHoldRows = (field: string, delimiter: string): boolean => field.includes('\n') && field.includes(delimiter)

/** Whether a row is the header of another file, which was put behind the first: with the columns in the same order, or in another one. */
const isHeader = (fields: string[], id: number): boolean =>
  fields.some((field, index) => field.length < longestIdName && isIdName(field) && (index === id || !isRowId(field)))

/** With what may be around it, such as a byte order mark. */
const longestIdName = 12

const headerAgain =
  'expected a row, got a header, as of a second file: leave it out, with the columns of what follows in the order of the first one'

const mayBeRows =
  'expected no field of several lines with a delimiter in it, which may be several rows with a quote in two of them: leave its column out'

/** As no number, UUID or e-mail address is: without a digit and `@`. */
const isWord = (text: string): boolean => !/[0-9@]/.test(text)

function csvParser(delimiter: string, rows: ManifestRows): ManifestParser {
  let header: { columns: number; id: number; time: number; unused: number } | undefined
  let refused = false

  function readHeader(fields: string[], line: number): void {
    const columns = columnsOf(fields)
    refused = columns.kind === 'problem'
    if (columns.kind === 'problem') rows.malformed(line, columns.problem)
    else header = { columns: fields.length, id: columns.id, time: columns.time ?? -1, unused: unusedOf(fields) }
  }

  const sink = csvRecords(delimiter, (found) => {
    if (refused) return
    const { line } = found
    if (found.kind === 'broken') return rows.malformed(line, found.problem)
    const { fields } = found
    if (found.lines > 1 && fields.some((field) => mayHoldRows(field, delimiter))) return rows.malformed(line, mayBeRows)
    if (fields.length === 1 && fields[0]!.trim() === '') return rows.empty(line)
    if (header === undefined) return readHeader(fields, line)
    if (fields.length !== header.columns)
      return rows.malformed(line, `expected ${header.columns} fields, got ${fields.length}`)
    if (isHeader(fields, header.id)) return rows.malformed(line, headerAgain)
    rows.row(line, fields[header.id]!, header.time < 0 ? undefined : fields[header.time]!)
  })
  return {
    ...sink,
    transferColumn: () => header !== undefined && header.time >= 0,
    unused: () => header?.unused ?? 0,
  }
}

/** Objects with `userId`, or bare strings and numbers; whether rows have `transferredAt` is the same for all. */
function jsonLinesParser(rows: ManifestRows): ManifestParser {
  let timed: boolean | undefined
  const names = new Map<string, NameKind>()
  const list = listRows(rows)
  const sink = textLines((text, line) => {
    if (text === undefined) return rows.malformed(line, tooLong)
    if (text.trim() === '') return rows.empty(line)
    const row = jsonRow(text, names)
    if (row.kind === 'malformed') return rows.malformed(line, row.problem)
    const isTimed = row.kind === 'row' && row.transferredAt !== undefined
    timed ??= isTimed
    if (timed !== isTimed) return rows.malformed(line, 'expected transferredAt in every row or in none')
    if (row.kind === 'bare') list.row(line, row.id, row.isText)
    else rows.row(line, row.id, row.transferredAt, row.isText)
  })
  return {
    write: sink.write,
    end: () => endBoth(sink, list),
    transferColumn: () => timed === true,
    unused: () => unusedOf([...names.keys()]),
  }
}
