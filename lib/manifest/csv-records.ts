import { CsvError, parse } from 'csv-parse'
import type { Sink } from '../decode/sink.ts'
import { maxLineBytes } from './text-lines.ts'

/** What is found in CSV: a record with the line that it begins on and how many it takes, or where and why the rest cannot be read. */
export type CsvFound =
  | { kind: 'record'; fields: string[]; line: number; lines: number }
  | { kind: 'broken'; problem: string; line: number }

type OnFound = (found: CsvFound) => void

/** Of a line that is cut into fields here, in characters; of one that is not at its end, in bytes. */
const longestSimple = 4096

/**
 * Reads CSV strictly (RFC 4180, lines ended by LF or CR LF): quotes only around a whole field. An empty line is a record
 * of one empty field; records may have any number of fields. After `broken` nothing more is found.
 *
 * Lines in which every quoted field begins and ends, with no quotes inside, are cut into fields here, in a tenth of the time. From the first
 * other one on `strictRecords` reads, which is the reference.
 */
export function csvRecords(delimiter: string, onFound: OnFound): Sink {
  let line = 1
  /** The beginning of a line. */
  let carried = Buffer.alloc(0)
  let strict: Sink | undefined

  /** Finds the records of simple lines, all ended; returns how many bytes they have. */
  function takeSimple(lines: Buffer): number {
    const first = line
    const text = lines.toString()
    const cut = lines.includes(quote) ? simpleFields : split
    for (let start = 0, stop = 0; start < text.length; start = stop + 1, line++) {
      stop = text.indexOf('\n', start)
      const end = stop > start && text.charCodeAt(stop - 1) === carriageReturn ? stop - 1 : stop
      const fields = end - start > longestSimple ? undefined : cut(text.slice(start, end), delimiter)
      if (fields === undefined) return bytesOfLines(lines, line - first)
      onFound({ kind: 'record', fields, line, lines: 1 })
    }
    return lines.length
  }

  return {
    write(bytes) {
      if (strict !== undefined) return strict.write(bytes)
      const all = Buffer.concat([carried, bytes])
      const end = all.lastIndexOf(lineFeed) + 1
      const taken = takeSimple(all.subarray(0, end))
      carried = all.subarray(taken)
      if (taken === end && carried.length <= longestSimple) return
      strict = strictRecords(delimiter, onFound, line)
      return strict.write(carried)
    },
    async end() {
      if (strict === undefined) {
        strict = strictRecords(delimiter, onFound, line)
        await strict.write(carried)
      }
      await strict.end()
    },
  }
}

const split = (content: string, delimiter: string): string[] | undefined => content.split(delimiter)

/** Absent unless all quotes of the line are around whole fields, with none inside. */
function simpleFields(content: string, delimiter: string): string[] | undefined {
  const fields: string[] = []
  for (let at = 0; ; at++) {
    const isQuoted = content.charCodeAt(at) === quote
    const from = isQuoted ? at + 1 : at
    const found = content.indexOf(isQuoted ? '"' : delimiter, from)
    if (isQuoted && found < 0) return undefined
    const to = found < 0 ? content.length : found
    const field = content.slice(from, to)
    if (!isQuoted && field.includes('"')) return undefined
    fields.push(field)
    at = isQuoted ? to + 1 : to
    if (at === content.length) return fields
    if (content[at] !== delimiter) return undefined
  }
}

function bytesOfLines(bytes: Buffer, lines: number): number {
  let at = 0
  for (let line = 0; line < lines; line++) at = bytes.indexOf(lineFeed, at) + 1
  return at
}

const lineFeed = 0x0a
const carriageReturn = 0x0d
const quote = 0x22

/** The same for any CSV; the first line that it is given is `line`. */
export function strictRecords(delimiter: string, onFound: OnFound, line = 1): Sink {
  let next = line
  let failure: { error: unknown } | undefined
  let broken = false
  const parser = parse({
    delimiter,
    record_delimiter: ['\r\n', '\n'],
    relax_column_count: true,
    max_record_size: maxLineBytes,
    on_record(fields: string[]) {
      const at = next
      // The parser's own count takes a CR LF inside quotes for two lines.
      const lines = 1 + fields.reduce((count, field) => count + lineEnds(field), 0)
      next += lines
      try {
        onFound({ kind: 'record', fields, line: at, lines })
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
    onFound({ kind: 'broken', problem: problemOf(error.code), line: next })
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
