import { createScratch } from './scratch.ts'

/** What is sorted by exchanging neighbours; in more, equal digests may alternate, and that takes too long. */
const few = 24

/** About so many rows are sorted at a time, so that what they need stays in the processor's nearest cache. */
const rowsTogether = 512

/**
 * Rows of one partition: four words of digest of each, moved about, `numbers` of those that they were before, and `order`, which has their places by
 * digest, equal ones in the order in which they came.
 */
export type SortedDigests = { digests: Uint32Array; numbers: Uint32Array; order: Uint32Array }

/**
 * Sorts rows of one partition by their 16-byte digests; what is returned holds until the next call. The first byte is the same
 * in all. Keyed digests are uniform, so one pass spreads them over buckets of about as many rows, and a second one each bucket,
 * in a cache, over so many places that next to nothing is left to sort.
 */
export function createDigestSort(): (digests: Uint32Array, rows: number) => SortedDigests {
  const words = (length: number) => new Uint32Array(length)
  const scratch = { digests: createScratch(words), numbers: createScratch(words), order: createScratch(words) }
  const ends = new Uint32Array(2 ** mostBits)
  const own = new Uint32Array(2 ** mostBits)
  return (unsorted, rows) => {
    const sorted = {
      digests: scratch.digests(rows * 4),
      numbers: scratch.numbers(rows),
      order: scratch.order(rows),
    }
    const bits = bitsFor(rows / rowsTogether)
    spread(unsorted, rows, sorted, ends.subarray(0, 2 ** bits), 32 - bits)
    for (let bucket = 0, from = 0; bucket < 2 ** bits; bucket++) {
      const to = ends[bucket]!
      sortBucket(sorted, from, to, own, bits)
      from = to
    }
    return sorted
  }
}

const mostBits = 12
const bitsFor = (count: number) => Math.min(mostBits, Math.max(1, Math.ceil(Math.log2(count + 1))))

/** Moves rows to their buckets, by the bits behind the first byte; `ends` becomes where each bucket ends. */
function spread(
  unsorted: Uint32Array,
  rows: number,
  { digests, numbers }: SortedDigests,
  ends: Uint32Array,
  shift: number,
): void {
  ends.fill(0)
  for (let at = 0; at < rows * 4; at += 4) ends[(unsorted[at]! << 8) >>> shift]!++
  countsToStarts(ends)
  for (let row = 0; row < rows; row++) {
    const first = unsorted[row * 4]!
    const to = ends[(first << 8) >>> shift]!++
    digests[to * 4] = first
    digests[to * 4 + 1] = unsorted[row * 4 + 1]!
    digests[to * 4 + 2] = unsorted[row * 4 + 2]!
    digests[to * 4 + 3] = unsorted[row * 4 + 3]!
    numbers[to] = row
  }
}

/** Orders the rows of a bucket, which have the first byte and `bits` more in common. */
function sortBucket({ digests, order }: SortedDigests, from: number, to: number, own: Uint32Array, bits: number): void {
  const ownBits = bitsFor(to - from)
  const [left, right] = [8 + bits, 32 - ownBits]
  const ends = own.subarray(0, 2 ** ownBits)
  ends.fill(0)
  for (let row = from; row < to; row++) ends[(digests[row * 4]! << left) >>> right]!++
  countsToStarts(ends)
  for (let row = from; row < to; row++) order[from + ends[(digests[row * 4]! << left) >>> right]!++] = row
  for (let place = 0, start = from; place < ends.length; place++) {
    const end = from + ends[place]!
    sortFew(digests, order, start, end)
    start = end
  }
}

function sortFew(digests: Uint32Array, order: Uint32Array, start: number, end: number): void {
  if (end - start > few) order.subarray(start, end).sort((x, y) => compareDigests(digests, x, y) || x - y)
  else
    for (let at = start + 1; at < end; at++) {
      const row = order[at]!
      let to = at
      for (; to > start && compareDigests(digests, order[to - 1]!, row) > 0; to--) order[to] = order[to - 1]!
      order[to] = row
    }
}

function countsToStarts(counts: Uint32Array): void {
  let before = 0
  for (let at = 0; at < counts.length; at++) {
    const count = counts[at]!
    counts[at] = before
    before += count
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
