import { CsvError, parse } from 'csv-parse'
import type { Sink } from '../decode/sink.ts'
import { maxLineBytes } from './text-lines.ts'

/** What is found in CSV: a record with the line that it begins on, or where and why the rest cannot be read. */
export type CsvFound =
  | { kind: 'record'; fields: string[]; line: number }
  | { kind: 'broken'; problem: string; line: number }

/**
 * Reads CSV strictly (RFC 4180, lines ended by LF or CR LF): quotes only around a whole field. An empty line is a record
 * of one empty field; records may have any number of fields. After `broken` nothing more is found.
 */
export function csvRecords(delimiter: string, onFound: (found: CsvFound) => void): Sink {
  let line = 1
  let failure: { error: unknown } | undefined
  let broken = false
  const parser = parse({
    delimiter,
    record_delimiter: ['\r\n', '\n'],
    relax_column_count: true,
    max_record_size: maxLineBytes,
    on_record(fields: string[]) {
      const at = line
      // The parser's own count takes a CR LF inside quotes for two lines.
      line += 1 + fields.reduce((count, field) => count + lineEnds(field), 0)
      try {
        onFound({ kind: 'record', fields, line: at })
      } catch (error) {
        failure = { error }
        throw error
      }
      return null
    },
  })
  // Errors come through the callbacks as well.
  parser.on('error', () => {})
  parser.resume()

  function settle(error: Error | null | undefined): void {
    if (failure !== undefined) throw failure.error
    if (error === null || error === undefined) return
    if (!(error instanceof CsvError)) throw error
    broken = true
    onFound({ kind: 'broken', problem: problemOf(error.code), line })
  }

  return {
    async write(bytes) {
      if (broken) return
      // The parser keeps the end of what it is given, and the caller may reuse it.
      const copy = Buffer.from(bytes)
      settle(await new Promise<Error | null | undefined>((resolve) => parser.write(copy, resolve)))
    },
    async end() {
      if (broken) return
      settle(
        await new Promise<Error | undefined>((resolve) => {
          parser.once('error', resolve)
          parser.once('end', () => resolve(undefined))
          parser.end()
        }),
      )
    },
  }
}

function lineEnds(field: string): number {
  let count = 0
  for (let at = field.indexOf('\n'); at >= 0; at = field.indexOf('\n', at + 1)) count += 1
  return count
}

/** In our words: the parser's messages quote content. */
function problemOf(code: string): string {
  switch (code) {
    case 'CSV_MAX_RECORD_SIZE':
      return 'expected a row of at most 1 MiB, and could not read on'
    case 'CSV_QUOTE_NOT_CLOSED':
      return 'expected quotes to be closed, and could not read on'
    default:
      return 'expected quotes only around a whole field, doubled inside it, and could not read on'
  }
}
