import type { BadRow } from '../errors.ts'
import { Identifier } from './identifier.ts'
import { parseTransferTime } from './transfer-time.ts'

/** How many rows are of a kind, and the lines of the first 20 of them, from 1. */
export type Lines = { count: number; first: number[] }

const maxListed = 20

/** Where the parsers of all formats put what they find, row by row. */
export type ManifestRows = {
  /** A row with its identifier; `transferredAt` is absent if the manifest has no such column. */
  row(line: number, id: string, transferredAt: string | undefined): void
  empty(line: number): void
  malformed(line: number, problem: string): void
  result(): { confirmed: number; empty: Lines; notYetTransferred: Lines; badRows: BadRow[]; badRowCount: number }
}

export function manifestRows(now: Date, onRow: (line: number, id: Identifier) => string | undefined): ManifestRows {
  const empty: Lines = { count: 0, first: [] }
  const notYetTransferred: Lines = { count: 0, first: [] }
  const badRows: BadRow[] = []
  let badRowCount = 0
  let confirmed = 0

  const note = (lines: Lines, line: number): void => {
    lines.count += 1
    if (lines.first.length < maxListed) lines.first.push(line)
  }
  const malformed = (line: number, problem: string): void => {
    badRowCount += 1
    if (badRows.length < maxListed) badRows.push({ line, problem })
  }

  return {
    row(line, id, transferredAt) {
      const text = id.trim()
      if (text === '') return malformed(line, 'expected an identifier, got an empty field')
      if (transferredAt !== undefined) {
        const written = transferredAt.trim()
        const time = written === '' ? Number.POSITIVE_INFINITY : parseTransferTime(written)
        if (time === undefined)
          return malformed(line, 'expected transferredAt to be a date, or a date and time with an offset (RFC 3339)')
        if (time > now.getTime()) return note(notYetTransferred, line)
      }
      const problem = onRow(line, new Identifier(text))
      if (problem !== undefined) return malformed(line, problem)
      confirmed += 1
    },
    empty: (line) => note(empty, line),
    malformed,
    result: () => ({ confirmed, empty, notYetTransferred, badRows, badRowCount }),
  }
}
