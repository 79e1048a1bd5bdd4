import { addGap, type Decoding } from '../../decoding.ts'
import { int64Text } from '../number-text.ts'
import { type RowWriter, rowWriter } from '../row-writer.ts'
import { type Numbering, type ValueWriter, valueWriter } from '../value-writer.ts'
import { writeAnyValue } from './any-value.ts'
import { type DeadRow, deadCells } from './dead-cells.ts'
import type { PageLayout } from './header.ts'
import { type BtreePage, type Cell, pageType, parsePage, type Unused } from './page.ts'
import { parseRecord, writeRecord } from './record.ts'
import { behindPointers, firstNonZero, mostAnyBytes, oldRowsIn, type Remnant, remnantsIn } from './remnants.ts'

/**
 * What no row uses, and what deleted rows may have left: zeros and old pointers hold nothing; old cells of a page are read as rows (see `deadCells`, `oldRowsIn`), and a few
 * bytes between zeros as each value that they may be. Everything else is delivered as it is and is a gap, since numbers in it are not text and values are not told apart.
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

  async function writeRows(page: Uint8Array, found: DeadRow[]): Promise<void> {
    for (const { cell, payload, fields, head } of found) {
      if (head !== undefined) await readAny(page, head)
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
    for (const remnant of remnantsIn(page, from, to)) {
      if (isShort(remnant)) await readAny(page, remnant)
      else await writeRaw(page.subarray(remnant.from, remnant.to), offset + remnant.from)
    }
  }

  async function readAny(page: Uint8Array, remnant: Remnant): Promise<void> {
    if (remnant.from === remnant.to) return
    writeAnyValue(page, remnant, layout.encoding, rows)
    await rows.endRow()
  }

  /** The space between the pointers to the cells of a page and their content. */
  async function readFree(page: Uint8Array, parsed: BtreePage, offset: number): Promise<void> {
    const free = parsed.unused[0]!
    const isInterior = parsed.type === pageType.tableInterior
    const remnants = remnantsIn(page, behindPointers(page, free, layout.usable, isInterior), free.to)
    const dead = remnants.length > 0 ? deadCells(page, parsed, layout.usable) : []
    if (dead !== undefined) {
      await writeRows(page, dead)
      // A cell that was freed has a block's place and size for its first bytes, and may be taken for others.
      for (const remnant of remnants) if (isShort(remnant)) await readAny(page, remnant)
      return
    }
    for (const remnant of remnants) {
      const old = isInterior ? oldRowsIn(page, remnant) : undefined
      if (old === undefined) {
        await readUnused(page, remnant, offset)
        continue
      }
      for (const { high, low } of old.numbers) {
        rowNumbers.ascii(int64Text(high, low))
        await rowNumbers.endRow()
      }
      await readAny(page, { from: Math.min(remnant.from, old.from), to: old.from })
      await readAny(page, { from: old.to, to: remnant.to })
    }
  }

  async function readUnusedOf(page: Uint8Array, parsed: BtreePage, offset: number): Promise<void> {
    await readFree(page, parsed, offset)
    for (const unused of parsed.unused.slice(1)) await readUnused(page, unused, offset)
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
      await writeRows(page, found)
      await readUnusedOf(page, parsed, offset)
    },
    async end(isComplete) {
      await rows.end(isComplete)
      await rowNumbers.end(isComplete)
      await raw.end(isComplete)
    },
  }
}

const isShort = ({ from, to }: Remnant) => to - from <= mostAnyBytes

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
