import type { FormatPlace, Told } from '../../decode/format-place.ts'
import type { RowTeller } from '../../decode/sink.ts'
import { columnAt, type Delimited, delimitedOf, startOfText } from './delimited.ts'
import { createJsonWalker } from './json-field.ts'
import { sqlDialectOf } from './sql/sql-dialect.ts'
import { createSqlKeeper } from './sql/sql-keeper.ts'
import type { SqlDialect } from './sql/sql-tokens.ts'

/** The first bytes of a content tell what its lines are. */
export const placeHead = 4096
/** Of a longer line nothing is told but its number and the offset. */
export const longestLine = 64 * 1024
/** So far a document over several lines is walked through. */
const longestDocument = 256 * 1024

/** What wants to know where it is: a place of its content, by offset. */
export type Wanted = { readonly offset: number; readonly record: number; tell(place: Told): void }

/** What the lines of a text are. */
type TextKind =
  | { kind: 'lines' }
  | { kind: 'document' }
  | ({ kind: 'delimited' } & Delimited)
  | { kind: 'sql'; dialect: SqlDialect }
  | { kind: 'rows'; teller: RowTeller }

/**
 * Tells where in a text the wanted places are, from the line that they are in, if it has no more than `longestLine` bytes, or from the
 * beginning of the document. Only lines with wanted places are looked at; of all others nothing is kept but the last one, as far as it
 * may go on. What is told does not depend on how the text is cut into writes.
 */
export type PlaceKeeper = {
  want(wanted: Wanted): void
  /** More of the text. From `undecided` on, places may be wanted later. */
  passed(bytes: Uint8Array, undecided: number): void
  /** The text has ended; `after` is what follows a part of one, and `isEnd`: with it the text ends. */
  end(after?: Uint8Array, isEnd?: boolean): void
}

/** `teller`: whoever made rows of something that is no text. A part of a text: `start`, where it begins, `before`, what is before it, and `head`, the beginning of the whole. */
export type TextPart = { readonly start: number; readonly before: Uint8Array; readonly head: Uint8Array }

export function createPlaceKeeper(part?: TextPart, teller?: RowTeller): PlaceKeeper {
  let kind: TextKind | undefined = teller && { kind: 'rows', teller }
  if (part !== undefined) kind ??= kindOf(part.head, part.head.length < placeHead)
  /** The last bytes, those from `keptFrom` on; `isLineStart`: a line begins there. */
  let kept: Buffer = Buffer.from(part?.before ?? [])
  /** Where they are kept from the second time on; never what `hold` is given. */
  let room: Buffer = none
  let keptFrom = (part?.start ?? 0) - kept.length
  let isLineStart = keptFrom === 0
  const isFirst = isLineStart && kept.length === 0
  let waiting: Wanted[] = []
  /** Of a dump of SQL, from its beginning. */
  let inSql: PlaceKeeper | undefined

  /** Tells of what is waiting as much as these bytes show, which begin at `keptFrom`; the others go on waiting. */
  function tell(bytes: Buffer, isEnd: boolean): void {
    if (keptFrom === 0 && (isEnd || bytes.length >= placeHead)) kind ??= kindOf(bytes, isEnd)
    if (kind?.kind === 'sql' && !isFirst) waiting = []
    if (kind === undefined || kind.kind === 'sql' || waiting.length === 0) return
    const inOrder = waiting.toSorted((a, b) => a.offset - b.offset)
    if (kind.kind === 'document') tellInDocument(bytes, inOrder)
    waiting = kind.kind === 'document' ? [] : inOrder.filter((wanted) => !tellInLine(bytes, wanted, isEnd))
  }

  function tellInDocument(bytes: Buffer, wanted: readonly Wanted[]): void {
    if (!isFirst || keptFrom > 0) return
    const walker = createJsonWalker(bytes, startOfText(bytes), true)
    for (const { offset, tell } of wanted) {
      const place = offset < longestDocument ? walker.seek(offset) : undefined
      if (place !== undefined) tell(place)
    }
  }

  /** Whether no more can be told of it. */
  function tellInLine(bytes: Buffer, wanted: Wanted, isEnd: boolean): boolean {
    const { offset, tell } = wanted
    const at = offset - keptFrom
    const from = at < 0 ? 0 : startOfLine(bytes, at)
    if (at < 0 || (from === 0 && !isLineStart)) return tellRow(wanted)
    const end = bytes.indexOf(lineFeed, at)
    const to = end >= 0 ? end : bytes.length
    if (to - from > longestLine) return tellRow(wanted)
    if (end < 0 && !isEnd) return false
    const line = bytes.subarray(from, to)
    if (kind?.kind === 'rows')
      return tellRow(wanted, { index: tabsIn(line, at - from), count: tabsIn(line, line.length) + 1 })
    const place = placeInLine(line, at - from, keptFrom + from === 0 ? startOfText(line) : 0, kind!)
    if (place !== undefined) tell(place)
    return true
  }

  function tellRow({ record, tell }: Wanted, cell?: { index: number; count: number }): true {
    const place = kind?.kind === 'rows' ? kind.teller(record, cell) : undefined
    if (place !== undefined) tell(place)
    return true
  }

  function keep(bytes: Buffer, undecided: number): void {
    const total = keptFrom + bytes.length
    const needed = waiting.reduce((least, { offset }) => Math.min(least, offset), Math.min(undecided, total))
    const isBeginning = isFirst && keptFrom === 0
    const isWanted = kind === undefined || (kind.kind === 'document' && needed < longestDocument)
    if (isBeginning && isWanted) hold(bytes, 0, true)
    else keepLine(bytes, Math.max(0, needed - keptFrom))
  }

  /** Keeps the line with the byte at `at` and what is behind it, but nothing of a line that is too long. */
  function keepLine(bytes: Buffer, at: number): void {
    const from = startOfLine(bytes, at)
    const isBegun = from > 0 || isLineStart
    const next = bytes.indexOf(lineFeed, at)
    const end = next >= 0 ? next : bytes.length
    if (isBegun && end - from <= longestLine) hold(bytes, from, true)
    else if (next >= 0) hold(bytes, next + 1, true)
    else hold(bytes, bytes.length, false)
  }

  function hold(bytes: Buffer, from: number, begins: boolean): void {
    isLineStart = begins
    keptFrom += from
    const length = bytes.length - from
    if (length > room.length) room = Buffer.allocUnsafe(2 * length)
    room.set(bytes.subarray(from))
    kept = room.subarray(0, length)
  }

  /** Where nothing is told or kept of what is before some bytes, what was kept is not needed to read them. */
  function forget(bytes: Buffer, undecided: number): void {
    const at = undecided - keptFrom - kept.length
    if (kind === undefined || waiting.length > 0 || at <= 0 || startOfLine(bytes, at) === 0) return
    if (kind.kind === 'document' && undecided < longestDocument) return
    keptFrom += kept.length
    kept = none
  }

  /** Hands a dump over to who reads it; a part that does not begin with it knows of no tables. */
  function handOver(bytes: Buffer, undecided: number): void {
    if (kind?.kind !== 'sql' || !isFirst) return
    inSql = createSqlKeeper(kind.dialect, longestLine)
    for (const wanted of waiting) inSql.want(wanted)
    inSql.passed(bytes, undecided)
    kept = none
    waiting = []
  }

  function take(bytes: Buffer, undecided: number): void {
    if (inSql !== undefined) {
      inSql.passed(bytes, undecided)
      return
    }
    const all = kept.length === 0 ? bytes : Buffer.concat([kept, bytes])
    tell(all, false)
    handOver(all, undecided)
    if (inSql === undefined) keep(all, undecided)
  }

  /** Of lines, what is kept goes on to the end of its own alone: behind it a large piece is looked at where it is. A document is whole. */
  function passed(chunk: Uint8Array, undecided: number): void {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length)
    if (inSql === undefined) forget(bytes, undecided)
    const isOfLines = kind !== undefined && kind.kind !== 'document'
    const rest = isOfLines && kept.length > 0 && bytes.length > longestLine ? bytes.indexOf(lineFeed) + 1 : 0
    if (rest > 0) take(bytes.subarray(0, rest), Math.min(undecided, keptFrom + kept.length + rest))
    take(bytes.subarray(rest), undecided)
  }

  return {
    want: (wanted) => (inSql === undefined ? waiting.push(wanted) : inSql.want(wanted)),
    passed,
    end(after = none, isEnd = true) {
      const all = waiting.length > 0 ? Buffer.concat([kept, after]) : none
      if (waiting.length > 0) tell(all, isEnd)
      if (inSql === undefined) handOver(all, 0)
      else if (after.length > 0) inSql.passed(after, 0)
      inSql?.end(none, isEnd)
      waiting = []
    },
  }
}

/** Behind the last line end before `at`; 0: there is none. */
const startOfLine = (bytes: Buffer, at: number) => (at === 0 ? 0 : bytes.lastIndexOf(lineFeed, at - 1) + 1)
const none: Buffer = Buffer.alloc(0)

function tabsIn(line: Buffer, to: number): number {
  let count = 0
  for (let at = line.indexOf(9); at >= 0 && at < to; at = line.indexOf(9, at + 1)) count += 1
  return count
}
const lineFeed = 0x0a

function placeInLine(line: Uint8Array, at: number, from: number, kind: TextKind): FormatPlace | undefined {
  const first = line.subarray(from).find((byte) => byte !== 0x20 && byte !== 0x09)
  if (first === 0x7b || first === 0x5b) return createJsonWalker(line, from).seek(at)
  return kind.kind === 'delimited' ? columnAt(line, at, kind) : undefined
}

/** `isAll`: there is no more than this. */
function kindOf(head: Uint8Array, isAll: boolean): TextKind {
  const bytes = head.subarray(startOfText(head), placeHead)
  const start = bytes.findIndex((byte) => byte > 0x20)
  const first = bytes[start]
  if (first !== 0x7b && first !== 0x5b) {
    const dialect = sqlDialectOf(head.subarray(0, placeHead))
    if (dialect !== undefined) return { kind: 'sql', dialect }
    const delimited = delimitedOf(head.subarray(0, placeHead), isAll && head.length <= placeHead)
    return delimited === undefined ? { kind: 'lines' } : { kind: 'delimited', ...delimited }
  }
  const end = bytes.indexOf(lineFeed, start)
  return end >= 0 && !isClosed(bytes.subarray(start, end)) ? { kind: 'document' } : { kind: 'lines' }
}

/** Whether a line leaves no bracket of JSON open. */
function isClosed(line: Uint8Array): boolean {
  let depth = 0
  let isString = false
  for (let at = 0; at < line.length; at++) {
    const byte = line[at]!
    if (isString) {
      if (byte === 0x5c) at += 1
      else if (byte === 0x22) isString = false
    } else if (byte === 0x22) isString = true
    else if (byte === 0x7b || byte === 0x5b) depth += 1
    else if (byte === 0x7d || byte === 0x5d) depth -= 1
  }
  return depth === 0 && !isString
}
