import { corrupt } from '../column-fault.ts'
import type { Item } from '../column-lists.ts'
import { visitByteRun } from './byte-runs.ts'
import type { NumberByNumber } from './numbers.ts'
import type { Column, Kind } from './schema.ts'
import type { StreamBytes } from './stream-bytes.ts'

const items: Partial<Record<Kind, Item>> = {
  byte: 'bytes',
  short: 'numbers',
  int: 'numbers',
  long: 'numbers',
  float: 'numbers',
  double: 'numbers',
  string: 'text',
  varchar: 'text',
  char: 'text',
  binary: 'text',
}

/** What the values of a column are that are items of lists. */
export const itemOf = ({ kind, isItem }: Column): Item | undefined => (isItem ? items[kind] : undefined)

/** Items of all lists together are fewer. */
export const mostItems = 2 ** 53

/** How many lists there are, and how many items each of them has: read again for the items, since a stripe may have more than memory holds. */
export type ListLengths = { readonly count: number; read(): NumberByNumber }

/** Says of each value of a column, in order, whether it is the first one of a list. `isThere`: of each item, whether it has one. */
export function firstsOf(lengths: NumberByNumber, isThere: (() => boolean) | undefined): () => boolean {
  let left = 0
  return () => {
    for (let isFirst = false; ; ) {
      for (; left === 0; isFirst = true) left = lengths.next()
      left -= 1
      if (isThere === undefined || isThere()) return isFirst
    }
  }
}

/** The truth values of a stream one by one. */
export function truthValues(stream: StreamBytes): () => boolean {
  const held = new Uint8Array(256)
  let bit = 0
  let bits = 0
  return () => {
    if (bit === bits) {
      const isMore = visitByteRun(stream, (bytes, at, count, isRun) => {
        if (isRun) held.fill(bytes[at]!, 0, count)
        else held.set(bytes.subarray(at, at + count))
        bits = 8 * count
      })
      if (!isMore) throw corrupt('orc: expected as many truth values as there are values')
      bit = 0
    }
    const isTrue = ((held[bit >>> 3]! >>> (7 - (bit & 7))) & 1) === 1
    bit += 1
    return isTrue
  }
}
