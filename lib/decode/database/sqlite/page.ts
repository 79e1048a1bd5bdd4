import { readVarint, sizeOf, type Varint } from './varint.ts'

/** Kinds of pages of a b-tree (file format, 1.6), as their first byte says. */
export const pageType = { indexInterior: 2, tableInterior: 5, indexLeaf: 10, tableLeaf: 13 } as const

/**
 * One cell: bytes `at` to before `end` of its page. `payload`: size of its record, 0 where it has none; `local` bytes of it
 * begin at `payloadAt`, the rest is in the chain of pages that `overflow` begins (0: none). `child`: a page below (0: none).
 */
export type Cell = {
  at: number
  end: number
  hasRowid: boolean
  rowidHigh: number
  rowidLow: number
  payload: number
  payloadAt: number
  local: number
  overflow: number
  child: number
}

/** Bytes of a page that no cell uses: what was once there may still be. */
export type Unused = { from: number; to: number }

/**
 * A page of a b-tree; `children`: the pages below it. Every byte of it is in a cell, in `unused` or structure; the first of
 * `unused` is between the pointers to the cells and their content.
 */
export type BtreePage = { type: number; cells: Cell[]; children: number[]; unused: Unused[] }

const varint: Varint = { high: 0, low: 0, end: 0 }

export const u16 = (bytes: Uint8Array, at: number) => (bytes[at]! << 8) | bytes[at + 1]!
export const u32 = (bytes: Uint8Array, at: number): number =>
  ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0

/** The cell at a place of a page of this type; absent where there can be none. */
export function parseCell(page: Uint8Array, at: number, type: number, usable: number): Cell | undefined {
  const isTable = type === pageType.tableLeaf || type === pageType.tableInterior
  const isInterior = type === pageType.tableInterior || type === pageType.indexInterior
  const cell: Cell = {
    ...{ at, end: at, hasRowid: isTable, rowidHigh: 0, rowidLow: 0 },
    ...{ payload: 0, payloadAt: 0, local: 0, overflow: 0, child: 0 },
  }
  let next = at
  if (isInterior) {
    if (at + 4 > usable) return undefined
    cell.child = u32(page, at)
    next += 4
  }
  if (type !== pageType.tableInterior) {
    if (!readVarint(page, next, varint)) return undefined
    cell.payload = sizeOf(varint)
    next = varint.end
  }
  if (isTable) {
    if (!readVarint(page, next, varint)) return undefined
    cell.rowidHigh = varint.high
    cell.rowidLow = varint.low
    next = varint.end
  }
  if (cell.payload > 2 ** 31) return undefined
  cell.payloadAt = next
  cell.local = localSize(cell.payload, type, usable)
  next += cell.local
  if (cell.local < cell.payload) {
    if (next + 4 > usable) return undefined
    cell.overflow = u32(page, next)
    next += 4
  }
  cell.end = Math.max(next, at + 4)
  return cell.end <= usable ? cell : undefined
}

/** How much of a payload is in its cell (file format, 1.6). */
function localSize(payload: number, type: number, usable: number): number {
  const most = type === pageType.tableLeaf ? usable - 35 : Math.floor(((usable - 12) * 64) / 255) - 23
  if (payload <= most) return payload
  const least = Math.floor(((usable - 12) * 32) / 255) - 23
  const wanted = least + ((payload - least) % (usable - 4))
  return wanted <= most ? wanted : least
}

/**
 * A page of a b-tree, or what is wrong with it. `headerAt`: 100 in the first page of a database, else 0. Cells, freeblocks and
 * fragments have to fill the page from the stated beginning of its content to its end, without overlapping.
 */
export function parsePage(page: Uint8Array, headerAt: number, usable: number): BtreePage | string {
  const type = page[headerAt]!
  const isInterior = type === pageType.tableInterior || type === pageType.indexInterior
  if (!isInterior && type !== pageType.tableLeaf && type !== pageType.indexLeaf) return 'a page of a b-tree'
  const count = u16(page, headerAt + 3)
  const content = u16(page, headerAt + 5) || 65_536
  const pointersAt = headerAt + (isInterior ? 12 : 8)
  const pointersEnd = pointersAt + 2 * count
  if (pointersEnd > content || content > usable) return 'cell pointers before the content of the page'
  const cells: Cell[] = []
  const children = isInterior ? [u32(page, headerAt + 8)] : []
  const used: Unused[] = []
  for (let at = pointersAt; at < pointersEnd; at += 2) {
    const cellAt = u16(page, at)
    const cell = cellAt < content ? undefined : parseCell(page, cellAt, type, usable)
    if (cell === undefined) return 'a cell within its page'
    cells.push(cell)
    if (isInterior) children.push(cell.child)
    used.push({ from: cellAt, to: cell.end })
  }
  const unused: Unused[] = [{ from: pointersEnd, to: content }]
  for (let at = u16(page, headerAt + 1), least = content; at !== 0; ) {
    const size = at + 4 <= usable ? u16(page, at + 2) : 0
    if (at < least || size < 4 || at + size > usable) return 'free blocks in order'
    used.push({ from: at, to: at + size })
    unused.push({ from: at + 4, to: at + size })
    least = at + size
    at = u16(page, at)
  }
  const fragments = fragmentsBetween(used, content, usable)
  if (fragments === undefined) return 'cells that do not overlap'
  const fragmented = fragments.reduce((sum, { from, to }) => sum + to - from, 0)
  if (fragmented !== page[headerAt + 7]) return 'the number of fragmented bytes to match'
  return { type, cells, children, unused: [...unused, ...fragments] }
}

/** What is left between the ranges that are used; absent where two of them overlap. */
function fragmentsBetween(used: Unused[], from: number, to: number): Unused[] | undefined {
  const fragments: Unused[] = []
  let end = from
  for (const range of used.toSorted((a, b) => a.from - b.from)) {
    if (range.from < end) return undefined
    if (range.from > end) fragments.push({ from: end, to: range.from })
    end = range.to
  }
  if (end < to) fragments.push({ from: end, to })
  return fragments
}
