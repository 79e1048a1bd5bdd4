import { createScratch } from './scratch.ts'

/** What is sorted by exchanging neighbours; in more, equal digests may alternate, and that takes too long. */
const few = 24

/**
 * Sorts rows of one partition by their 16-byte digests, equal ones by the order in which they came; gives the rows' numbers
 * in that order, until it is called again. `digests` holds four words a row; the first byte is the same in all. Keyed digests are
 * uniform, so one pass that spreads them over about as many buckets as rows leaves next to nothing to sort.
 */
export function createDigestSort(): (digests: Uint32Array, rows: number) => Uint32Array {
  const scratch = { order: createScratch((n) => new Uint32Array(n)), ends: createScratch((n) => new Uint32Array(n)) }
  return (digests, rows) => {
    const bits = Math.min(20, Math.max(1, Math.ceil(Math.log2(rows + 1))))
    const shift = 32 - bits
    const ends = scratch.ends(2 ** bits)
    ends.fill(0)
    for (let row = 0; row < rows; row++) ends[(digests[row * 4]! << 8) >>> shift]!++
    let before = 0
    for (let bucket = 0; bucket < ends.length; bucket++) {
      const size = ends[bucket]!
      ends[bucket] = before
      before += size
    }
    const order = scratch.order(rows)
    for (let row = 0; row < rows; row++) order[ends[(digests[row * 4]! << 8) >>> shift]!++] = row
    sortBuckets(digests, order, ends)
    return order
  }
}

function sortBuckets(digests: Uint32Array, order: Uint32Array, ends: Uint32Array): void {
  let start = 0
  for (let bucket = 0; bucket < ends.length; bucket++) {
    const end = ends[bucket]!
    if (end - start > few) order.subarray(start, end).sort((x, y) => compareDigests(digests, x, y) || x - y)
    else
      for (let at = start + 1; at < end; at++) {
        const row = order[at]!
        let to = at
        for (; to > start && compareDigests(digests, order[to - 1]!, row) > 0; to--) order[to] = order[to - 1]!
        order[to] = row
      }
    start = end
  }
}

/** Negative, zero or positive, as byte order is. */
export function compareDigests(digests: Uint32Array, x: number, y: number): number {
  return compareAcross(digests, x, digests, y)
}

/** The same for rows of two lists. */
export function compareAcross(left: Uint32Array, x: number, right: Uint32Array, y: number): number {
  for (let word = 0; word < 4; word++) {
    const difference = left[x * 4 + word]! - right[y * 4 + word]!
    if (difference !== 0) return difference
  }
  return 0
}
