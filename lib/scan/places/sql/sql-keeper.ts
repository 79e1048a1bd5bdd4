import type { PlaceKeeper, Wanted } from '../place-keeper.ts'
import { heldBytes } from './held-bytes.ts'
import { createSqlReader, longestStatement, type RowRegion } from './sql-reader.ts'
import { placeInCopyRow, tellInRows } from './sql-rows.ts'
import type { SqlDialect } from './sql-tokens.ts'

/**
 * Tells where in a dump of SQL the wanted places are: table and column of a row, of not more than `longestRow` bytes. Nothing is read before somebody wants
 * to know or 2 MiB are held. Of rows of `COPY` only the last one is kept.
 */
export function createSqlKeeper(dialect: SqlDialect, longestRow: number): PlaceKeeper {
  const held = heldBytes()
  const reader = createSqlReader(held, dialect)
  let regions: RowRegion[] = []
  let waiting: Wanted[] = []
  /** Before so many bytes are held a statement that has not ended is not read again. */
  let nextTry = 0

  function isDue(): boolean {
    if (reader.state !== 'statements') return true
    return held.bytes.length >= (waiting.length > 0 ? nextTry : Math.max(nextTry, longestStatement))
  }

  /** `isEnd`: the text has ended, and not just a part of it. */
  function tell(isEnd: boolean): void {
    if (waiting.length === 0) return
    const inOrder = waiting.toSorted((a, b) => a.offset - b.offset)
    waiting = []
    for (const region of regions) {
      const inside = inOrder.filter(({ offset }) => offset >= region.from && offset < region.to)
      if (region.kind === 'insert') tellInserted(region, inside)
      else waiting.push(...inside.filter((wanted) => !tellCopied(region, wanted, isEnd)))
    }
    if (reader.state === 'statements') waiting.push(...inOrder.filter(({ offset }) => offset >= reader.cursor))
  }

  function tellInserted({ from, to, rows }: RowRegion, wanted: readonly Wanted[]): void {
    const { base, bytes } = held
    if (wanted.length === 0 || from < base) return
    const sought = wanted.map(({ offset, tell }) => ({ at: offset - base, tell }))
    tellInRows(bytes.subarray(0, to - base), from - base, { rows, dialect }, sought, longestRow)
  }

  /** Whether no more can be told of it. */
  function tellCopied(region: RowRegion, { offset, tell }: Wanted, isEnd: boolean): boolean {
    const { base, bytes } = held
    const start = startOfRow(region, offset)
    if (start === undefined) return true
    const next = bytes.indexOf(lineFeed, offset - base)
    const end = next < 0 ? held.end : base + next
    if (end - start > longestRow) return true
    if (next < 0 && !isEnd) return false
    const place = placeInCopyRow(bytes.subarray(start - base, end - base), offset - start, region.rows)
    if (place !== undefined) tell(place)
    return true
  }

  /** Where the line with the byte at `offset` begins; absent: that is not held any more. */
  function startOfRow({ from }: RowRegion, offset: number): number | undefined {
    const { base, bytes } = held
    if (offset < base) return undefined
    const before = offset === base ? -1 : bytes.lastIndexOf(lineFeed, offset - base - 1)
    if (before >= 0) return Math.max(from, base + before + 1)
    return base <= from ? from : undefined
  }

  /** Holds what is not read yet, and what places may be wanted in. */
  function keep(undecided: number): void {
    const needed = waiting.reduce((least, { offset }) => Math.min(least, offset), Math.min(undecided, held.end))
    regions = regions.filter(({ to }) => to > needed)
    const [first] = regions
    const unread = reader.state === 'lost' ? held.end : reader.cursor - (reader.state === 'copy' ? 2 : 0)
    held.dropTo(Math.min(unread, first === undefined ? held.end : neededOf(first, needed)))
  }

  function neededOf(region: RowRegion, needed: number): number {
    const offset = Math.max(needed, region.from)
    if (region.kind === 'insert') return region.from
    const start = startOfRow(region, offset) ?? offset
    return held.end - start > longestRow ? offset : start
  }

  /** Most of a dump are rows of `COPY` that nobody asks about: they are not copied. */
  function passCopied(bytes: Buffer, undecided: number): boolean {
    if (reader.state !== 'copy' || waiting.length > 0) return false
    const from = held.end
    // The line end that is before the row tells that one begins.
    const start = undecided > from ? bytes.lastIndexOf(lineFeed, undecided - from - 1) : -1
    if (start < 0 || !reader.passCopied(bytes, from + bytes.length)) return false
    regions = regions.slice(-1)
    held.dropTo(from + start)
    held.append(bytes.subarray(start))
    return true
  }

  return {
    want: (wanted) => waiting.push(wanted),
    passed(chunk, undecided) {
      if (reader.state === 'lost' && regions.length === 0) return
      const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length)
      if (passCopied(bytes, undecided)) return
      held.append(bytes)
      const isRead = isDue()
      if (isRead) regions.push(...reader.advance(false))
      tell(false)
      keep(undecided)
      if (isRead) nextTry = 1.5 * held.bytes.length
    },
    end(after, isEnd = true) {
      if (waiting.length === 0) return
      if (after !== undefined) held.append(after)
      regions.push(...reader.advance(true))
      tell(isEnd)
      waiting = []
    },
  }
}

const lineFeed = 0x0a
