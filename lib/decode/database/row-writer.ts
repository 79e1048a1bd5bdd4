import { asciiTextCheck } from '../checks/ascii-text-check.ts'
import { type EncodedCheck, encodedCheck } from '../checks/encoded-check.ts'
import { surveyed } from '../checks/survey.ts'
import { type TextCheck, textCheck } from '../checks/text-check.ts'
import { addGap, countProduced, type Decoding } from '../decoding.ts'
import type { Told } from '../format-place.ts'
import type { Sink } from '../sink.ts'

/**
 * Pushes values as the text of one content: a row a line, the cells of a row separated by a tab. A line feed inside of a value
 * becomes a carriage return, so that lines count rows; no identifier holds one of the three. The content is opened by its
 * first value. What is not text in it is a gap, and so is what it holds in base64 that cannot be searched.
 */
export type RowWriter = {
  /** The next cell of the row, in UTF-8: bytes `from` to before `to`. */
  cell(bytes: Uint8Array, from?: number, to?: number): void
  /** The same for text that is ASCII, as numbers are. */
  ascii(value: string): void
  /** Ends the row, of which `mark` is kept in mind for a while; one without a cell is an empty line. Pushes what has gathered, now and then. */
  endRow(mark?: number): Promise<void> | undefined
  /** Rows `index` to before `to` of one cell each, without line feeds and marks, with a line feed behind each: the first from `from` on, each up to where it ends. */
  rows(bytes: Uint8Array, from: number, ends: Int32Array, index: number, to: number): Promise<void> | undefined
  /** Everything was written: pushes the rest, and says so unless `isComplete` is false. */
  end(isComplete?: boolean): Promise<void>
}

/** Rows that were pushed together: the line of the first, how many there are, and of each up to the last with a mark its mark and how many cells it has. */
type Pushed = { first: number; rows: number; marks: number[]; counts: number[] }

const pushedAt = 64 * 1024
const leastBuffer = 4 * 1024
/** So many are sooner copied one by one. */
const fewBytes = 32
const tab = 0x09
const lineFeed = 0x0a
const carriageReturn = 0x0d

/** Where a marked row is, and its cell from 0 on; absent: which cell is not known. */
export type PlaceOfRow = (mark: number, cell?: number) => Told

/** Pushes whose rows are kept in mind: nobody asks later than 192 KiB behind a row (see `FormMatcher.undecided`). */
const rememberedPushes = 4

/** `placeOf`: where a row is that was ended with a mark other than 0. */
export function rowWriter(path: readonly string[], decoding: Decoding, placeOf?: PlaceOfRow): RowWriter {
  return writerOf(path, decoding, () => textCheck(), placeOf)
}

/** The same for texts out of a text that is checked as it is (`tapped`): they may be in the encodings that it may be in, and be as short as they are. */
export function textWriter(path: readonly string[], decoding: Decoding, placeOf?: PlaceOfRow): RowWriter {
  return writerOf(path, decoding, ({ readsEightBit = false }) => asciiTextCheck({ readsEightBit, least: 0 }), placeOf)
}

function writerOf(
  path: readonly string[],
  decoding: Decoding,
  checkOf: (sink: Sink) => TextCheck,
  placeOf: PlaceOfRow | undefined,
): RowWriter {
  let buffer = Buffer.allocUnsafe(0)
  let filled = 0
  let cells = 0
  let offset = 0
  let pushes: Pushed[] = [{ first: 1, rows: 0, marks: [], counts: [] }]
  let opened: { sink: Sink; check: TextCheck; encoded: EncodedCheck } | undefined

  function open() {
    const sink = decoding.open(path, placeOf && tell)
    return { sink, check: checkOf(sink), encoded: encodedCheck({ rows: true }) }
  }

  function makeRoom(count: number): void {
    if (buffer.length - filled >= count) return
    // Many contents are small.
    const larger = Buffer.allocUnsafe(Math.max(leastBuffer, buffer.length * 2, filled + count))
    buffer.copy(larger, 0, 0, filled)
    buffer = larger
  }

  function beginCell(length: number): void {
    makeRoom(length + 1)
    if (cells > 0) buffer[filled++] = tab
    cells += 1
  }

  function tell(record: number, cell?: { index: number; count: number }): Told {
    const pushed = pushes.findLast(({ first }) => first <= record)
    const row = record - (pushed?.first ?? 0)
    const mark = pushed?.marks[row] ?? 0
    // With a tab in a value cells cannot be told apart.
    return mark === 0 ? undefined : placeOf?.(mark, cell?.count === pushed?.counts[row] ? cell?.index : undefined)
  }

  function remember(mark: number): void {
    const pushed = pushes.at(-1)!
    const { marks, counts } = pushed
    pushed.rows += 1
    if (mark === 0) return
    while (marks.length < pushed.rows - 1) {
      marks.push(0)
      counts.push(0)
    }
    marks.push(mark)
    counts.push(cells)
  }

  async function push(): Promise<void> {
    if (filled === 0) return
    opened ??= open()
    const bytes = buffer.subarray(0, filled)
    // An error must not push the same again.
    filled = 0
    countProduced(decoding, bytes.length, path, offset)
    offset += bytes.length
    const { check, encoded } = opened
    surveyed(bytes, (piece, seen) => {
      check.writeSeen(piece, seen)
      encoded.writeSeen(piece, seen)
    })
    decoding.deliveredBytes += bytes.length
    await opened.sink.write(bytes)
    const { first, rows } = pushes.at(-1)!
    pushes = [...pushes.slice(1 - rememberedPushes), { first: first + rows, rows: 0, marks: [], counts: [] }]
    if (buffer.length > 16 * pushedAt) buffer = Buffer.allocUnsafe(0)
  }

  /** Adds rows until there is enough to push; returns which is the next. */
  function addRows(bytes: Uint8Array, from: number, ends: Int32Array, index: number, to: number): number {
    const enough = from + pushedAt - filled
    let next = to
    if (ends[to - 1]! + 1 > enough) for (next = index + 1; ends[next - 1]! + 1 < enough; next++);
    const end = ends[next - 1]! + 1
    makeRoom(end - from)
    buffer.set(bytes.subarray(from, end), filled)
    filled += end - from
    pushes.at(-1)!.rows += next - index
    return next
  }

  async function pushRows(bytes: Uint8Array, ends: Int32Array, index: number, to: number): Promise<void> {
    await push()
    for (let next = index; next < to; ) {
      next = addRows(bytes, ends[next - 1]! + 1, ends, next, to)
      if (filled >= pushedAt) await push()
    }
  }

  return {
    rows(bytes, from, ends, index, to) {
      const next = addRows(bytes, from, ends, index, to)
      return filled >= pushedAt ? pushRows(bytes, ends, next, to) : undefined
    },
    cell(bytes, from = 0, to = bytes.length) {
      beginCell(to - from)
      if (to - from > fewBytes) {
        const value = bytes.subarray(from, to)
        buffer.set(value, filled)
        for (let at = value.indexOf(lineFeed); at !== -1; at = value.indexOf(lineFeed, at + 1))
          buffer[filled + at] = carriageReturn
        filled += value.length
        return
      }
      for (let at = from; at < to; at++) {
        const byte = bytes[at]!
        buffer[filled++] = byte === lineFeed ? carriageReturn : byte
      }
    },
    ascii(value) {
      beginCell(value.length)
      buffer.write(value, filled, 'latin1')
      filled += value.length
    },
    endRow(mark = 0) {
      makeRoom(1)
      buffer[filled++] = lineFeed
      if (placeOf !== undefined) remember(mark)
      cells = 0
      return filled >= pushedAt ? push() : undefined
    },
    async end(isComplete = true) {
      await push()
      if (opened === undefined) return
      for (const check of [opened.check, opened.encoded]) {
        check.end()
        const problem = check.problem()
        if (problem !== undefined) addGap(decoding, { ...problem, path })
      }
      if (isComplete) await opened.sink.end()
    },
  }
}
