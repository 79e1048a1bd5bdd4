/**
 * Sorts entries by their 16-byte digests, equal ones by the order in which they came; returns the entries' numbers in
 * that order. `digests` holds four words an entry. Keyed digests are uniform, so one pass that spreads them over about
 * as many buckets as entries leaves next to nothing to sort.
 */
export function sortDigests(digests: Uint32Array, entries: number): Uint32Array {
  const bits = Math.min(24, Math.max(1, Math.ceil(Math.log2(entries + 1))))
  const shift = 32 - bits
  const ends = new Uint32Array(2 ** bits + 1)
  for (let entry = 0; entry < entries; entry++) ends[(digests[entry * 4]! >>> shift) + 1]!++
  for (let bucket = 1; bucket < ends.length; bucket++) ends[bucket]! += ends[bucket - 1]!
  const starts = ends.slice()
  const order = new Uint32Array(entries)
  for (let entry = 0; entry < entries; entry++) order[ends[digests[entry * 4]! >>> shift]!++] = entry
  for (let bucket = 0; bucket < starts.length - 1; bucket++) {
    const bucketed = order.subarray(starts[bucket]!, starts[bucket + 1]!)
    if (bucketed.length > 1) bucketed.sort((x, y) => compareDigests(digests, x, y) || x - y)
  }
  return order
}

/** Negative, zero or positive, as byte order is. */
export function compareDigests(digests: Uint32Array, x: number, y: number): number {
  return compareAcross(digests, x, digests, y)
}

/** The same for entries of two lists. */
export function compareAcross(left: Uint32Array, x: number, right: Uint32Array, y: number): number {
  for (let word = 0; word < 4; word++) {
    const difference = left[x * 4 + word]! - right[y * 4 + word]!
    if (difference !== 0) return difference
  }
  return 0
}
