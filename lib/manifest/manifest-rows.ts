import type { BadRow } from '../errors.ts'
import { Identifier } from './identifier.ts'
import { type Lines, maxListed, noteLine } from './lines.ts'
import { createLostDigits } from './lost-digits.ts'
import { parseTransferTime } from './transfer-time.ts'

/** Where the parsers of all formats put what they find, row by row. */
export type ManifestRows = {
  /** A row with its identifier; `transferredAt`, as written or in milliseconds since 1970, is absent if the manifest has no such column. `isText`: the identifier is a string of JSON, whatever it is. */
  row(line: number, id: string, transferredAt: string | number | undefined, isText?: boolean): void
  empty(line: number): void
  malformed(line: number, problem: string): void
  result(): {
    confirmed: number
    empty: Lines
    notYetTransferred: Lines
    padded: Lines
    badRows: BadRow[]
    badRowCount: number
  }
}

/**
 * Who is told of each row: its line and identifier; what it returns is a problem that makes the row malformed. A transfer
 * that is not dated, or dated in the future, is pending. Two functions, so that nobody takes one kind for the other.
 */
export type RowReaders = {
  confirmed(line: number, id: Identifier): string | undefined
  pending(line: number, id: Identifier): string | undefined
}

export function manifestRows(now: Date, readers: RowReaders): ManifestRows {
  const empty: Lines = { count: 0, first: [] }
  const notYetTransferred: Lines = { count: 0, first: [] }
  const padded: Lines = { count: 0, first: [] }
  const hyphened: Lines = { count: 0, first: [] }
  const lostDigits = createLostDigits()
  const badRows: BadRow[] = []
  let badRowCount = 0
  let confirmed = 0

  const malformed = (line: number, problem: string): void => {
    badRowCount += 1
    if (badRows.length < maxListed) badRows.push({ line, problem })
  }

  return {
    row(line, id, transferredAt, isText = false) {
      const text = id.trim()
      if (text === '') return malformed(line, 'expected an identifier, got an empty field')
      const time = transferredAt === undefined ? Number.NEGATIVE_INFINITY : timeOf(transferredAt)
      if (time === undefined)
        return malformed(
          line,
          'expected transferredAt to be a date, or a date and time with an offset, as in 2026-01-31 or 2026-01-31T10:00:00Z',
        )
      if (time < earliest && transferredAt !== undefined)
        return malformed(
          line,
          'expected transferredAt to be since 2002, or empty where nothing was transferred, got an earlier time, as programs write where there is none (0001-01-01, 1970-01-01)',
        )
      const isConfirmed = time <= now.getTime()
      const problem = readers[isConfirmed ? 'confirmed' : 'pending'](line, new Identifier(text))
      if (problem !== undefined) return malformed(line, problem)
      if (text.startsWith('-') || text.endsWith('-')) noteLine(hyphened, line)
      if (!isText) lostDigits.look(line, text)
      if (!isConfirmed) return noteLine(notYetTransferred, line)
      confirmed += 1
      if (text.startsWith('0') && isNumber.test(text)) noteLine(padded, line)
    },
    empty: (line) => noteLine(empty, line),
    malformed,
    result() {
      const lost = lostDigits.lines()
      for (const line of lost.first) malformed(line, lostItsDigits)
      badRowCount += lost.count - lost.first.length
      if (hyphened.count > 1 + (confirmed + notYetTransferred.count) / 8) {
        for (const line of hyphened.first) malformed(line, hasHyphen)
        badRowCount += hyphened.count - hyphened.first.length
      }
      return { confirmed, empty, notYetTransferred, padded, badRows, badRowCount }
    },
  }
}

const lostItsDigits =
  'expected the identifier as text, got zeros in place of its last digits, as spreadsheets and JavaScript write all numbers of so many digits here; ' +
  'if it does end so, write it as a string in JSON Lines'

/** Of identifiers that are drawn from letters, digits, `_` and `-`, one in thirty has one; where more than one in eight has, it is the mark of a list. */
const hasHyphen =
  'expected an identifier without a hyphen before or behind it, as too many have one here for it to be part of them'

const isNumber = /^[0-9]+$/

/** No time of a transfer is before it; the zero of clocks, of databases and of languages is, which is written for no time at all. */
const earliest = Date.UTC(2002, 0, 1)

function timeOf(time: string | number): number | undefined {
  if (typeof time === 'number') return time
  const written = time.trim()
  return written === '' ? Number.POSITIVE_INFINITY : parseTransferTime(written)
}
