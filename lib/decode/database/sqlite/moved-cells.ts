import { firstNonZero } from './dead-cells.ts'
import { type BtreePage, pageType, parsePage, type Unused, u32 } from './page.ts'
import type { PageAt } from './page-map.ts'

/** Bytes of a free block behind its first four, copied. `offset`: of them in the file. */
type Left = { bytes: Buffer; offset: number }

/**
 * Where a page of an index is full, SQLite moves a cell up as the separator of two pages, and what it leaves in its old page is a free block: the
 * cell but for its first four bytes. The last page but one of each index has one, also in a database that was just made anew. It says nothing that
 * the separator does not say, so it is kept until separators are known.
 */
export type MovedCells = {
  /** Keeps a free block of a page of an index; whether it does. `offset`: where the page begins in the file. */
  keep(page: Uint8Array, parsed: BtreePage, unused: Unused, offset: number): boolean
  /** A page that may have separators. */
  addPage(page: number, parsed: BtreePage): void
  /** Those that are of no separator; none is kept any more. */
  settle(pageAt: PageAt): Promise<readonly Left[]>
  /** All that are kept; none is any more. */
  giveUp(): readonly Left[]
}

const mostBytes = 2 ** 22
/** Before the record of a separator stands the page below. */
const childBytes = 4
/** The beginning of a free block, which was written over the cell. */
const blockHeader = 4
/** No block that is kept is shorter. */
const keyBytes = 4

export function movedCells(usable: number): MovedCells {
  /** By the first four bytes. */
  const left = new Map<number, Left[]>()
  let bytes = 0
  const interior: number[] = []

  /** Takes those out that a separator has. */
  function compare(page: Uint8Array, { cells }: BtreePage): void {
    for (const { at, end } of cells) {
      const from = at + childBytes + blockHeader
      if (from + keyBytes > end) continue
      const key = u32(page, from)
      const some = left.get(key)?.filter((each) => !startsWith(page, from, end, each.bytes))
      if (some !== undefined) left.set(key, some)
    }
  }

  return {
    keep(page, { type }, { from, to }, offset) {
      if (type !== pageType.indexLeaf || to - from < keyBytes || bytes + to - from > mostBytes) return false
      if (firstNonZero(page, from, to) === to) return true
      bytes += to - from
      const some = left.get(u32(page, from)) ?? []
      some.push({ bytes: Buffer.from(page.subarray(from, to)), offset: offset + from })
      left.set(u32(page, from), some)
      return true
    },
    addPage(page, { type }) {
      if (type === pageType.indexInterior) interior.push(page)
    },
    async settle(pageAt) {
      if (left.size > 0)
        for (const page of interior) {
          const bytesOfPage = await pageAt(page)
          const parsed = parsePage(bytesOfPage, 0, usable)
          if (typeof parsed !== 'string') compare(bytesOfPage, parsed)
        }
      return this.giveUp()
    },
    giveUp() {
      const all = [...left.values()].flat().sort((a, b) => a.offset - b.offset)
      left.clear()
      return all
    },
  }
}

function startsWith(page: Uint8Array, from: number, end: number, bytes: Buffer): boolean {
  return from + bytes.length <= end && bytes.equals(page.subarray(from, from + bytes.length))
}
