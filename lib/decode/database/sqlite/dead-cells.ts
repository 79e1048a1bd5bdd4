import { type BtreePage, type Cell, pageType, parseCell, type Unused, u16 } from './page.ts'
import { type Field, parseRecord } from './record.ts'
import { readVarint, sizeOf, type Varint } from './varint.ts'

/** A cell that no pointer points to any more; `fields`: those of its values that are still there, the last one maybe cut. */
export type DeadRow = { cell: Cell; payload: Uint8Array; fields: Field[] }

const { indexInterior, tableInterior, indexLeaf, tableLeaf } = pageType
/** A page changes its kind when its tree grows or shrinks at the root. */
const kinds: Record<number, number[]> = {
  [tableLeaf]: [tableLeaf, tableInterior],
  [tableInterior]: [tableInterior, tableLeaf],
  [indexLeaf]: [indexLeaf, indexInterior],
  [indexInterior]: [indexInterior, indexLeaf],
}

/** SQLite itself leaves no more than so many bytes behind that are in no free block. */
export const mostFragment = 3
/** Zeros that show that what is before them was not overwritten from behind. */
const enoughZeros = 8
const enoughPointers = 6
const largestPage = 0x2000

/** What explains every byte of a space. `fragments`: up to three bytes that may be anything. `block`: what a free block held that went to its end. */
type Explained = { rows: DeadRow[]; fragments: Unused[]; block?: Unused }

/**
 * The cells in the space between the pointers and the content of a page. Where a page was rebuilt, its old pointers are still
 * behind the new ones, then zeros, and then its old cells, one right behind the other, up to where new ones overwrote them. Absent
 * unless that explains every byte.
 */
export function deadCells(page: Uint8Array, parsed: BtreePage, usable: number): Explained | undefined {
  const { type, unused } = parsed
  const free = unused[0]!
  const empty = emptied(page, parsed, usable)
  if (empty !== undefined && empty.block === undefined) return empty
  for (const kind of kinds[type] ?? []) {
    const found = cellsOfKind(page, free.from, free.to, kind, usable)
    if (found !== undefined) return found
  }
  return empty
}

/**
 * What there is in the free space of a page that has nothing in it but zeros, old pointers, the header of a free block that went to its end, and
 * fragments with zeros around them: at least six pointers, which is more than a number has bytes for, each below the one before as those of rows are
 * that were added one after the other, or fewer to where something begins in the page. Pointers count on pages of which no place is as large as
 * two characters of text.
 */
function emptied(page: Uint8Array, parsed: BtreePage, usable: number): Explained | undefined {
  const { from, to } = parsed.unused[0]!
  if (firstNonZero(page, from, to) === to) return explained([])
  const rest = headerBefore(page, from, to)
  let end = from
  if (usable <= largestPage)
    for (let before = usable; end + 2 <= rest; end += 2) {
      const pointer = u16(page, end)
      if (pointer < from || pointer > before - 4) break
      before = pointer
    }
  const isPointers = end - from >= 2 * enoughPointers || pointsToKnown(page, from, end, parsed, rest)
  const fragments = fragmentsIn(page, isPointers ? end : from, rest)
  const held = rest + blockHeader
  const isHeld = held < to && firstNonZero(page, held, to) < to
  return fragments && { ...explained([], fragments), ...(isHeld && { block: { from: held, to } }) }
}

const blockHeader = 4

/** Where the header of a free block begins that ended where the space does: where the first old pointer is to, or as the last thing in it; `to`: there is none. */
function headerBefore(page: Uint8Array, from: number, to: number): number {
  let end = to
  while (end > from && page[end - 1] === 0) end--
  const isHeader = (at: number) => {
    if (at < from || at + blockHeader > to || at + u16(page, at + 2) !== to) return false
    const next = u16(page, at)
    return next === 0 || (next > to && next < page.length)
  }
  const pointed = from + 2 <= to ? u16(page, from) : 0
  // The size is in its last two bytes, of which the second one may be zero.
  return [pointed > from + 1 ? pointed : -1, end - blockHeader, end - blockHeader + 1].find(isHeader) ?? to
}

/** The bytes that are not zero, if no more than three stand together and zeros around them. */
function fragmentsIn(page: Uint8Array, from: number, to: number): Unused[] | undefined {
  const fragments: Unused[] = []
  for (let at = firstNonZero(page, from, to); at < to; ) {
    let end = at + 1
    for (let next = end; next < Math.min(to, end + enoughZeros); next++) if (page[next] !== 0) end = next + 1
    if (end - at > mostFragment) return undefined
    fragments.push({ from: at, to: end })
    at = firstNonZero(page, end, to)
  }
  return fragments
}

/** Whether all of a few old pointers are to where a cell or a free block of the page begins; `header`: one that went to the end of the space. */
function pointsToKnown(
  page: Uint8Array,
  from: number,
  to: number,
  { cells, unused }: BtreePage,
  header: number,
): boolean {
  const blocks = unused.slice(1).map((block) => block.from - blockHeader)
  const known = new Set([...cells.map(({ at }) => at), ...blocks, header])
  for (let at = from; at < to; at += 2) if (!known.has(u16(page, at))) return false
  return true
}

function cellsOfKind(page: Uint8Array, from: number, to: number, type: number, usable: number): Explained | undefined {
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
    return rows !== undefined && rows.length > 1
      ? explained(withHidden(rows, page, first, to, type, usable))
      : undefined
  }
  const start = Math.min(...inside)
  const rows = tile(page, start, to, type, usable, pointers)
  if (rows === undefined) return undefined
  const starts = new Set(rows.map(({ cell }) => cell.at))
  for (let at = from; at < end && at < start; at += 2) {
    const pointer = u16(page, at)
    if (pointer < to && !starts.has(pointer)) return undefined
  }
  const fragments = fragmentsIn(page, Math.min(end, start), start)
  return fragments && explained(withHidden(rows, page, start, to, type, usable), fragments)
}

const explained = (rows: DeadRow[], fragments: Unused[] = []): Explained => ({ rows, fragments })

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

/** A cell that is cut off before its first value: at most its row number is left. */
function headOf(bytes: Uint8Array, at: number, type: number): DeadRow | undefined {
  const cell: Cell = {
    ...{ at, end: bytes.length, hasRowid: false, rowidHigh: 0, rowidLow: 0 },
    ...{ payload: 1, payloadAt: bytes.length, local: 0, overflow: 0, child: 0 },
  }
  const cut = { cell, payload: none, fields: [] }
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

/** Where the first byte is that is not zero; `to`: there is none. */
export function firstNonZero(bytes: Uint8Array, from: number, to: number): number {
  let at = from
  while (at < to && bytes[at] === 0) at++
  return at
}
