import type { HeldBytes } from './held-bytes.ts'
import { endOfRows, isOneOf, isSign, type PlacedToken, readStatement, type SqlStatement } from './sql-statement.ts'
import { type SqlRows, sqlTables } from './sql-tables.ts'
import { readToken, type SqlDialect } from './sql-tokens.ts'

/** Of a longer one nothing is told: dumps of MySQL and MariaDB have 1 MiB in a statement. */
export const longestStatement = 2 ** 21
/** So much is read of rows that have a statement each, which takes as long as finding somebody in ten times as much; what is behind that is not told. */
const mostRows = 2 ** 21
/** And of what makes tables and all else that has to be read word by word. */
const mostOthers = 2 ** 23
/** Statements that are longer are found by their ends alone where that can be. */
const shortStatement = 4096

/** Where rows are, by offset: those of `COPY`, whose `to` is beyond everything while they go on, or of `INSERT`. */
export type RowRegion = { readonly kind: 'copy' | 'insert'; readonly from: number; to: number; readonly rows: SqlRows }

/**
 * Reads a dump of SQL from its beginning, statement by statement, as far as it is held. How it comes changes nothing. `statements`: the next one begins
 * at `cursor`; `copy`: what is before it has rows of `COPY` only; `passing`: it is in a statement that is too long; `lost`: what follows is not understood.
 */
export type SqlReader = {
  readonly state: 'statements' | 'copy' | 'passing' | 'lost'
  readonly cursor: number
  /** Reads as far as it goes; `isEnd`: no more is coming. Returns where there are rows. */
  advance(isEnd: boolean): readonly RowRegion[]
  /** More rows of `COPY` have passed that are not held; only where these bytes, which come behind those that are, do not end them. */
  passCopied(bytes: Buffer, end: number): boolean
}

export function createSqlReader(held: HeldBytes, dialect: SqlDialect): SqlReader {
  const tables = sqlTables(dialect)
  let state: SqlReader['state'] = 'statements'
  let delimiter = ';'
  let cursor = 0
  const read = { rows: 0, others: 0 }
  let found: RowRegion[] = []
  let copied: RowRegion | undefined
  /** What the last rows began with, and whose they were: many statements begin with the same. */
  let known: { head: Buffer; rows: SqlRows | undefined } | undefined

  /** Reads the next thing in the state that it is in; whether there may be more. */
  function step(isEnd: boolean): boolean {
    switch (state) {
      case 'statements':
        return readNext(isEnd)
      case 'copy':
        return readCopied(isEnd)
      case 'passing':
        return pass()
      case 'lost':
        return false
      default:
        return state satisfies never
    }
  }

  function readNext(isEnd: boolean): boolean {
    const { bytes, base } = held
    const from = cursor - base
    const first = readToken(bytes, from, bytes.length, dialect)
    if (dialect === 'postgres' && isSign(bytes, first, '\\')) return readCommand(first.from)
    if (dialect === 'mysql' && isOneOf(bytes, first, 'delimiter')) return readCommand(first.from)
    if (dialect === 'mysql' && delimiter === ';' && isOneOf(bytes, first, 'insert', 'replace'))
      return readLong(first.from, isEnd)
    const { tokens, rowsFrom, end } = readKnown(first.from) ?? readStatement(bytes, from, { dialect, delimiter })
    const isCopy = isOneOf(bytes, tokens[0], 'copy')
    const next = isCopy && end !== undefined ? bytes.indexOf(lineFeed, end) + 1 : end
    if (end === undefined || next === undefined || next === 0) {
      if (isEnd && rowsFrom !== undefined) addInserted(first.from, tokens, rowsFrom, bytes.length)
      return isTooLong(bytes.length - from)
    }
    if (!count(rowsFrom === undefined ? 'others' : 'rows', next - from)) return false
    if (isCopy) beginCopy(tokens, end, next)
    else if (rowsFrom !== undefined) addInserted(first.from, tokens, rowsFrom, end)
    else {
      tables.see(bytes, tokens)
      known = undefined
    }
    cursor = base + next
    return true
  }

  /** Counts what is read word by word; false: it is too much. */
  function count(what: 'rows' | 'others', length: number): boolean {
    read[what] += length
    if (length > longestStatement || read.rows > mostRows || read.others > mostOthers) state = 'lost'
    return state !== 'lost'
  }

  function isTooLong(length: number): false {
    if (length > longestStatement) state = 'lost'
    return false
  }

  /** A line for the program that reads the dump: `\connect app`, `DELIMITER ;;`. */
  function readCommand(from: number): boolean {
    const { bytes, base } = held
    const end = bytes.indexOf(lineFeed, from)
    if (end < 0) return isTooLong(bytes.length - from)
    if (!count('others', end + 1 - (cursor - base))) return false
    const line = bytes.toString('latin1', from, end).trim()
    if (dialect === 'mysql') delimiter = line.split(/\s+/)[1] ?? ';'
    else if (/^\\c(?:onnect)?\s/.test(line)) tables.enter(line)
    known = undefined
    cursor = base + end + 1
    return true
  }

  /** `INSERT` of MySQL, which ends where a line does. */
  function readLong(from: number, isEnd: boolean): boolean {
    const { bytes, base } = held
    const start = cursor - base
    const end = endOfLong(bytes, from) ?? (isEnd ? bytes.length : undefined)
    if (end === undefined ? bytes.length - start > longestStatement : end - start > longestStatement) {
      state = 'passing'
      return true
    }
    if (end === undefined || (end - start < shortStatement && !count('rows', end - start))) return false
    const own = bytes.subarray(0, end)
    const { tokens, rowsFrom } = isKnown(from) ? knownHead(from) : readStatement(own, from, { dialect, isHead: true })
    if (rowsFrom !== undefined) addInserted(from, tokens, rowsFrom, end)
    cursor = base + end
    return end < bytes.length
  }

  /** The rest of a statement that is too long. */
  function pass(): boolean {
    const { bytes, base } = held
    const end = endOfLong(bytes, cursor - base)
    // A line end may follow.
    cursor = end === undefined ? Math.max(cursor, held.end - 2) : base + end
    if (end !== undefined) state = 'statements'
    return end !== undefined
  }

  /** Whether the statement at `from` begins as the last one with rows did. */
  function isKnown(from: number): boolean {
    if (known === undefined || held.bytes.length - from < known.head.length) return false
    for (let at = 0; at < known.head.length; at++) if (held.bytes[from + at] !== known.head[at]) return false
    return true
  }

  const knownHead = (from: number) => ({ tokens: [], rowsFrom: from + known!.head.length })

  function readKnown(from: number): SqlStatement | undefined {
    if (delimiter !== ';' || !isKnown(from)) return undefined
    const head = knownHead(from)
    const end = endOfRows(held.bytes, head.rowsFrom, dialect)
    return end === undefined ? head : { ...head, end }
  }

  /** Rows of a statement that begins at `start`; `tokens`: none, if it is known. */
  function addInserted(start: number, tokens: readonly PlacedToken[], from: number, to: number): void {
    if (tokens.length > 0)
      known = { head: Buffer.from(held.bytes.subarray(start, from)), rows: tables.rowsOf(held.bytes, tokens) }
    const rows = known?.rows
    if (rows !== undefined) found.push({ kind: 'insert', from: held.base + from, to: held.base + to, rows })
  }

  function beginCopy(tokens: readonly PlacedToken[], end: number, next: number): void {
    const rows = tables.rowsOf(held.bytes, tokens)
    // It goes to a file or comes from one.
    if (rows === undefined) return
    copied = { kind: 'copy', from: held.base + next, to: Number.POSITIVE_INFINITY, rows }
    state = held.bytes.toString('latin1', end, next).trim() === '' ? 'copy' : 'lost'
    if (state === 'copy') found.push(copied)
  }

  function readCopied(isEnd: boolean): boolean {
    const { bytes, base } = held
    for (
      let at = bytes.indexOf(endOfCopy, Math.max(0, cursor - base - 2));
      at >= 0;
      at = bytes.indexOf(endOfCopy, at + 1)
    ) {
      if (!(base + at === copied!.from || (at > 0 && bytes[at - 1] === lineFeed))) continue
      const behind = at + (bytes[at + 2] === carriageReturn ? 3 : 2)
      if (behind >= bytes.length && !isEnd) {
        cursor = base + at
        return false
      }
      if (behind < bytes.length && bytes[behind] !== lineFeed) continue
      copied!.to = base + at
      cursor = base + Math.min(behind + 1, bytes.length)
      state = 'statements'
      return true
    }
    cursor = held.end
    return false
  }

  return {
    get state() {
      return state
    },
    get cursor() {
      return cursor
    },
    advance(isEnd) {
      found = []
      while (step(isEnd));
      return found
    },
    passCopied(bytes, end) {
      if (state !== 'copy' || cursor !== held.end || bytes[0] === dot) return false
      for (let at = bytes.indexOf(endOfCopy); at >= 0; at = bytes.indexOf(endOfCopy, at + 1))
        if (at === 0 || bytes[at - 1] === lineFeed) return false
      cursor = end
      return true
    },
  }
}

/** Behind `;` and a line end. */
function endOfLong(bytes: Buffer, from: number): number | undefined {
  for (let at = bytes.indexOf(semicolon, from); at >= 0; at = bytes.indexOf(semicolon, at + 1)) {
    if (bytes[at + 1] === lineFeed) return at + 2
    if (bytes[at + 1] === carriageReturn && bytes[at + 2] === lineFeed) return at + 3
  }
  return undefined
}

const endOfCopy = Buffer.from('\\.', 'latin1')
const semicolon = 0x3b
const dot = 0x2e
const lineFeed = 0x0a
const carriageReturn = 0x0d
