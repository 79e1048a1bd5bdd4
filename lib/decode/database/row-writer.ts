import { addGap, countProduced, type Decoding } from '../decoding.ts'
import { type EncodedCheck, encodedCheck } from '../encoded-check.ts'
import type { Sink } from '../sink.ts'
import { surveyed } from '../survey.ts'
import { type TextCheck, textCheck } from '../text-check.ts'

/**
 * Pushes values as the text of one content: a row a line, the cells of a row separated by a tab. A line feed inside of a value
 * becomes a carriage return, so that lines count rows; no identifier holds one of the three. The content is opened by its
 * first value. What is not text in it is a gap, and so is what it holds in base64 that cannot be searched.
 */
export type RowWriter = {
  /** The next cell of the row, in UTF-8. */
  cell(value: Uint8Array): void
  /** The same for text that is ASCII, as numbers are. */
  ascii(value: string): void
  /** Ends the row; one without a cell is an empty line. Pushes what has gathered, now and then. */
  endRow(): Promise<void> | undefined
  /** Everything was written: pushes the rest, and says so unless `isComplete` is false. */
  end(isComplete?: boolean): Promise<void>
}

const pushedAt = 64 * 1024
const tab = 0x09
const lineFeed = 0x0a
const carriageReturn = 0x0d

export function rowWriter(path: readonly string[], decoding: Decoding): RowWriter {
  let buffer = Buffer.allocUnsafe(0)
  let filled = 0
  let cells = 0
  let offset = 0
  let opened: { sink: Sink; check: TextCheck; encoded: EncodedCheck } | undefined

  function makeRoom(count: number): void {
    if (buffer.length - filled >= count) return
    const larger = Buffer.allocUnsafe(Math.max(2 * pushedAt, buffer.length * 2, filled + count))
    buffer.copy(larger, 0, 0, filled)
    buffer = larger
  }

  function beginCell(length: number): void {
    makeRoom(length + 1)
    if (cells > 0) buffer[filled++] = tab
    cells += 1
  }

  async function push(): Promise<void> {
    if (filled === 0) return
    opened ??= { sink: decoding.open(path), check: textCheck(), encoded: encodedCheck({ rows: true }) }
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
    if (buffer.length > 16 * pushedAt) buffer = Buffer.allocUnsafe(0)
  }

  return {
    cell(value) {
      beginCell(value.length)
      buffer.set(value, filled)
      const end = filled + value.length
      for (let at = buffer.indexOf(lineFeed, filled); at !== -1 && at < end; at = buffer.indexOf(lineFeed, at + 1))
        buffer[at] = carriageReturn
      filled = end
    },
    ascii(value) {
      beginCell(value.length)
      buffer.write(value, filled, 'latin1')
      filled += value.length
    },
    endRow() {
      makeRoom(1)
      buffer[filled++] = lineFeed
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
