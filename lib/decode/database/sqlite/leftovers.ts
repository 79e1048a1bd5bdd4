import { addGap, type Decoding } from '../../decoding.ts'
import { int64Text } from '../number-text.ts'
import { type RowWriter, rowWriter } from '../row-writer.ts'
import { type Numbering, type ValueWriter, valueWriter } from '../value-writer.ts'
import { type DeadRow, deadCells, firstNonZero } from './dead-cells.ts'
import type { PageLayout } from './header.ts'
import { type BtreePage, type Cell, pageType, parsePage, type Unused } from './page.ts'
import { parseRecord, writeRecord } from './record.ts'

/**
 * What no row uses, and what deleted rows may have left: zeros hold nothing; old cells of a page are read as rows (see `deadCells`);
 * everything else is delivered as it is and is a gap, since numbers in it are not text and values are not told apart.
 */
export type Leftovers = {
  /** Bytes of a page that are not known to be cells. `offset`: where the page begins in the file. */
  readUnused(page: Uint8Array, unused: Unused, offset: number): Promise<void>
  /** All that no cell of a page uses. */
  readUnusedOf(page: Uint8Array, parsed: BtreePage, offset: number): Promise<void>
  /** A page that is read by itself; `headerAt`: 100 in the first one of a database. */
  readPage(page: Uint8Array, offset: number, headerAt?: number): Promise<void>
  end(isComplete: boolean): Promise<void>
}

/** SQLite itself leaves no more than so many bytes behind that are in no free block. */
const mostFragment = 3

/** `name`: of the content that rows are delivered as; their numbers are one of their own. */
export function createLeftovers(
  name: string,
  layout: PageLayout,
  path: readonly string[],
  decoding: Decoding,
  numbering: Numbering,
): Leftovers {
  const rows: ValueWriter = valueWriter(name, path, decoding, numbering)
  const rowNumbers: RowWriter = rowWriter([...path, `${name}-row-numbers`], decoding)
  const raw: RowWriter = rowWriter([...path, 'unused'], decoding)
  let isGap = false

  async function writeRaw(bytes: Uint8Array, offset: number): Promise<void> {
    if (!isGap)
      addGap(decoding, {
        ...{ reason: 'not-text', path, offset },
        detail: 'sqlite: expected what no row uses to be zero, or whole rows',
      })
    isGap = true
    raw.cell(bytes)
    await raw.endRow()
  }

  async function writeRows(found: DeadRow[]): Promise<void> {
    for (const { cell, payload, fields } of found) {
      if (cell.hasRowid) {
        rowNumbers.ascii(int64Text(cell.rowidHigh, cell.rowidLow))
        await rowNumbers.endRow()
      }
      if (cell.payload === 0) continue
      writeRecord(payload, fields, layout.encoding, rows)
      await rows.endRow()
    }
  }

  async function readUnused(page: Uint8Array, { from, to }: Unused, offset: number): Promise<void> {
    const start = firstNonZero(page, from, to)
    if (start < to) await writeRaw(page.subarray(start, to), offset + start)
  }

  /** The end of an old cell that is too short for another one: whatever value it may be. */
  async function readFragment(bytes: Uint8Array): Promise<void> {
    if (firstNonZero(bytes, 0, bytes.length) === bytes.length) return
    const fragment = Buffer.from(bytes)
    for (let from = 0; from < bytes.length; from++)
      for (let to = from + 1; to <= bytes.length; to++) {
        const part = fragment.subarray(from, to)
        rows.ascii(String(part.readIntBE(0, part.length)))
        if (part.every((byte) => byte >= 0x20 && byte < 0x7f)) rows.text(part)
      }
    await rows.endRow()
  }

  async function readUnusedOf(page: Uint8Array, parsed: BtreePage, offset: number): Promise<void> {
    const dead = deadCells(page, parsed, layout.usable)
    if (dead !== undefined) await writeRows(dead)
    if (dead === undefined) await readUnused(page, parsed.unused[0]!, offset)
    for (const unused of parsed.unused.slice(1))
      if (unused.to - unused.from <= mostFragment) await readFragment(page.subarray(unused.from, unused.to))
      else await readUnused(page, unused, offset)
    await readUnused(page, { from: layout.usable, to: page.length }, offset)
  }

  return {
    readUnused,
    readUnusedOf,
    async readPage(page, offset, headerAt = 0) {
      if (firstNonZero(page, 0, page.length) === page.length) return
      const parsed = parsePage(page, headerAt, layout.usable)
      const found = typeof parsed === 'string' ? undefined : rowsOf(page, parsed)
      if (typeof parsed === 'string' || found === undefined) return writeRaw(page, offset)
      await writeRows(found)
      await readUnusedOf(page, parsed, offset)
    },
    async end(isComplete) {
      await rows.end(isComplete)
      await rowNumbers.end(isComplete)
      await raw.end(isComplete)
    },
  }
}

/** A record that is whole within its page; absent where it is not. */
function rowOf(page: Uint8Array, cell: Cell): DeadRow | undefined {
  if (cell.overflow !== 0 || cell.local !== cell.payload) return undefined
  const payload = page.subarray(cell.payloadAt, cell.payloadAt + cell.local)
  const fields = cell.payload === 0 ? [] : parseRecord(payload)
  return fields && { cell, payload, fields }
}

function rowsOf(page: Uint8Array, { cells, type }: BtreePage): DeadRow[] | undefined {
  const rows: DeadRow[] = []
  for (const cell of cells) {
    const row = rowOf(page, cell)
    if (row === undefined || (row.cell.payload === 0 && type !== pageType.tableInterior)) return undefined
    rows.push(row)
  }
  return rows
}
