import { u16, u32 } from './page.ts'
import { readVarint, type Varint } from './varint.ts'

/** A stretch of a page between zeros: [from, to). */
export type Remnant = { from: number; to: number }

/** Longer ones may hold bytes that are neither a number nor text. */
export const mostAnyBytes = 15

/** So many zeros are within no number of eight bytes. */
export const enoughZeros = 7

/** What is left of bytes [from, to) of a page where zeros hold nothing. */
export function remnantsIn(page: Uint8Array, from: number, to: number): Remnant[] {
  const remnants: Remnant[] = []
  for (let at = firstNonZero(page, from, to); at < to; ) {
    const start = at
    let end = at
    while (at < to && at - end < enoughZeros) if (page[at++] !== 0) end = at
    remnants.push({ from: start, to: end })
    at = firstNonZero(page, at, to)
  }
  return remnants
}

const fewestPointers = 6
const largestPage = 0x2000
/** Bytes of a cell, at least. */
const leastCell = 4

/**
 * Where old pointers end that begin in the free space of a page, behind those in use: at least six, which is more than a number
 * has bytes for, each as far from all others as cells are. Each is below the one before, as those of rows are that were added one after the other; not so in a page of pages below
 * (`isAnyOrder`), whose cells have zeros where pointers have none. On pages of which no place is as large as two characters of text.
 */
export function behindPointers(page: Uint8Array, { from, to }: Remnant, usable: number, isAnyOrder: boolean): number {
  if (usable > largestPage) return from
  const taken = new Uint8Array(usable)
  let end = from
  for (let before = usable; end + 2 <= to; end += 2) {
    const pointer = u16(page, end)
    if (pointer < from || pointer > (isAnyOrder ? usable : before) - leastCell) break
    if (taken.subarray(pointer, pointer + leastCell).includes(1)) break
    taken.fill(1, pointer, pointer + leastCell)
    before = pointer
  }
  return end - from >= 2 * fewestPointers ? end : from
}

/** Row numbers that are left in a remnant of a page of pages below, and the bytes before the first and behind the last, of which those cells are gone. */
export type OldRows = { numbers: Pick<Varint, 'high' | 'low'>[]; from: number; to: number }

const fewestRows = 3
/** Bytes of such a cell, at most. */
const longestInterior = 13
const longestChild = 4

/**
 * The cells of a page of pages below that lie one right behind the other (file format, 1.6): a page's number and a row's. Those of rows that were added one after the other
 * have both below those of the one before. Absent where fewer than three do.
 */
export function oldRowsIn(page: Uint8Array, { from, to }: Remnant): OldRows | undefined {
  // Zeros before it are of a number of a page.
  for (let start = Math.max(0, from - longestChild + 1); start < from + longestInterior && start < to; start++) {
    const numbers: OldRows['numbers'] = []
    let at = start
    for (let child = 2 ** 24, last = 2 ** 53; at + longestChild < to; ) {
      const next = u32(page, at)
      if (next < 2 || next >= child || !readVarint(page.subarray(0, to), at + longestChild, varint)) break
      const row = varint.high * 2 ** 32 + (varint.low >>> 0)
      if (row < 0 || row >= last || page[at + longestChild] === emptyFirst) break
      child = next
      last = row
      numbers.push({ high: varint.high, low: varint.low })
      at = varint.end
    }
    if (numbers.length >= fewestRows && to - at < longestInterior) return { numbers, from: start, to: at }
  }
  return undefined
}

const varint: Varint = { high: 0, low: 0, end: 0 }
/** No number begins with seven bits of zero before others. */
const emptyFirst = 0x80

/** Where the first byte is that is not zero; `to`: there is none. */
export function firstNonZero(bytes: Uint8Array, from: number, to: number): number {
  let at = from
  while (at < to && bytes[at] === 0) at++
  return at
}
