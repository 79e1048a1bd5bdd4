import { type BtreePage, type Cell, pageType, parseCell, u16 } from './page.ts'
import { type Field, parseRecord } from './record.ts'
import { firstNonZero, mostAnyBytes, type Remnant } from './remnants.ts'
import { readVarint, sizeOf, type Varint } from './varint.ts'

/**
 * A cell that no pointer points to any more; `fields`: those of its values that are still there, the last one maybe cut. `head`: of a cell that is cut off before its values all that
 * is left, which may also be values of one that was freed.
 */
export type DeadRow = { cell: Cell; payload: Uint8Array; fields: Field[]; head?: Remnant }

const { indexInterior, tableInterior, indexLeaf, tableLeaf } = pageType
/** A page changes its kind when its tree grows or shrinks at the root. */
const kinds: Record<number, number[]> = {
  [tableLeaf]: [tableLeaf, tableInterior],
  [tableInterior]: [tableInterior, tableLeaf],
  [indexLeaf]: [indexLeaf, indexInterior],
  [indexInterior]: [indexInterior, indexLeaf],
}

/** Zeros that show that what is before them was not overwritten from behind. */
const enoughZeros = 8

/**
 * The cells in the space between the pointers and the content of a page. Where a page was rebuilt, its old pointers are still
 * behind the new ones, then zeros, and then its old cells, one right behind the other, up to where new ones overwrote them. Absent
 * unless that explains every byte.
 */
export function deadCells(page: Uint8Array, parsed: BtreePage, usable: number): DeadRow[] | undefined {
  const { type, unused } = parsed
  const free = unused[0]!
  for (const kind of kinds[type] ?? []) {
    const found = cellsOfKind(page, free.from, free.to, kind, usable)
    if (found !== undefined) return found
  }
  return undefined
}

function cellsOfKind(page: Uint8Array, from: number, to: number, type: number, usable: number): DeadRow[] | undefined {
  const pointers = new Set<number>()
  let end = from
  for (; end + 2 <= to; end += 2) {
    const pointer = u16(page, end)
    if (pointer < from || pointer >= usable || pointers.has(pointer)) break
    pointers.add(pointer)
  }
  const first = firstNonZero(page, end, to)
  const inside = [...pointers].filter((pointer) => pointer < to)
  if (inside.length === 0) {
    const rows = first - end >= enoughZeros || end > from ? tile(page, first, to, type, usable, pointers) : undefined
    return rows !== undefined && rows.length > 1 ? withHidden(rows, page, first, to, type, usable) : undefined
  }
  const start = Math.min(...inside)
  const rows = tile(page, start, to, type, usable, pointers)
  if (rows === undefined) return undefined
  const starts = new Set(rows.map(({ cell }) => cell.at))
  for (let at = from; at < start; at++) {
    if (at < end) {
      const pointer = u16(page, at)
      if (pointer < to && !starts.has(pointer)) return undefined
      at += 1
    } else if (page[at] !== 0) return undefined
  }
  return withHidden(rows, page, start, to, type, usable)
}

/**
 * The rows and those that may lie within them: a page that was rebuilt more than once has cells that were written over the end of an
 * older one, whose head still claims their bytes. Each ends where another cell begins.
 */
function withHidden(
  rows: DeadRow[],
  page: Uint8Array,
  from: number,
  to: number,
  type: number,
  usable: number,
): DeadRow[] {
  const bytes = page.subarray(0, to)
  const ends = new Set([to, ...rows.map(({ cell }) => cell.at)])
  const hidden: DeadRow[] = []
  for (let at = to - 4; at > from; at--) {
    const cell = ends.has(at) ? undefined : parseCell(bytes, at, type, usable)
    if (cell === undefined || !ends.has(cell.end)) continue
    const row = rowOf(bytes, cell, type)
    if (row === undefined || row.cell.payload === 0) continue
    hidden.push(row)
    ends.add(at)
  }
  return [...rows, ...hidden]
}

/** Cells one right behind the other; the last one may be cut off. */
function tile(
  page: Uint8Array,
  from: number,
  to: number,
  type: number,
  usable: number,
  pointers: ReadonlySet<number>,
): DeadRow[] | undefined {
  const rows: DeadRow[] = []
  // What is behind was written later.
  const bytes = page.subarray(0, to)
  for (let at = from; at < to; ) {
    const cell = parseCell(bytes, at, type, usable)
    const row = (cell && rowOf(bytes, cell, type)) ?? headOf(bytes, at, type)
    // A cell without a record is any five bytes.
    if (row?.cell.payload === 0 && !pointers.has(at)) return undefined
    if (row === undefined || (row.fields.length === 0 && row.cell.payload > 0 && rows.length === 0)) return undefined
    rows.push(row)
    at = row.cell.end
  }
  return rows
}

function rowOf(bytes: Uint8Array, cell: Cell, type: number): DeadRow | undefined {
  const payload = bytes.subarray(cell.payloadAt, cell.payloadAt + cell.local)
  if (cell.payload === 0)
    return type === tableInterior && cell.end <= bytes.length ? { cell, payload, fields: [] } : undefined
  const fields = parseRecord(payload, cell.payload)
  if (fields === undefined || fields.length === 0) return undefined
  return { cell, payload, fields: fields.flatMap((field) => remaining(field, payload.length)) }
}

/** A cell that is cut off before its first value: at most its row number is left. Absent where so much is left that it may be something else. */
function headOf(bytes: Uint8Array, at: number, type: number): DeadRow | undefined {
  if (bytes.length - at > mostAnyBytes) return undefined
  const cell: Cell = {
    ...{ at, end: bytes.length, hasRowid: false, rowidHigh: 0, rowidLow: 0 },
    ...{ payload: 1, payloadAt: bytes.length, local: 0, overflow: 0, child: 0 },
  }
  const cut = { cell, payload: none, fields: [], head: { from: at, to: bytes.length } }
  let next = at
  if (type === tableInterior || type === indexInterior) next += 4
  if (next >= bytes.length) return cut
  if (type !== tableInterior) {
    if (!readVarint(bytes, next, varint)) return cut
    next = varint.end
  }
  if (type === tableInterior || type === tableLeaf) {
    if (!readVarint(bytes, next, varint)) return cut
    Object.assign(cell, { hasRowid: true, rowidHigh: varint.high, rowidLow: varint.low })
    next = varint.end
  }
  if (type === tableInterior || !readVarint(bytes, next, varint)) return cut
  return next + sizeOf(varint) > bytes.length ? cut : undefined
}

const none = new Uint8Array(0)
const varint: Varint = { high: 0, low: 0, end: 0 }

/** What is left of a value: of one that is cut text and bytes remain; of a number nothing does. */
function remaining(field: Field, length: number): Field[] {
  if (field.at + field.size <= length) return [field]
  if (field.at >= length || field.type < 12) return []
  return [{ ...field, size: length - field.at }]
}
