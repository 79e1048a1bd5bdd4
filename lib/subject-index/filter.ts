/**
 * The filter in front of the exact lookup: a binary fuse filter (Graf and Lemire, "Binary Fuse Filters: Fast and Smaller
 * Than Xor Filters", 2022), 3-wise, with two planes of 8-bit fingerprints: about 18 bits an entry. It never denies an
 * entry. It passes one in 256 others by the first plane, and one in 65,536 by both; the second is looked at only for
 * what the first passes.
 *
 * Layout. Each plane is one array of bytes, `shards` shards one behind the other, all of the same geometry: `segments` + 2
 * segments of 2^`segmentBits` bytes. So a plane has `shards * (segments + 2) << segmentBits` bytes, less than 2^31.
 *
 * Probe, for the halves `a` and `b` of a hash; all numbers are 32 bits, products keep their low 32 bits (`Math.imul`,
 * `i32.mul`), `>>>` shifts in zeros:
 *
 *     shard   = ((a >>> 16) * shards) >>> 16
 *     u       = (a ^ seeds[shard]) * 0x9e3779b1        u ^= u >>> 15
 *     v       = (b ^ seeds[shard]) * 0x85ebca6b        v ^= v >>> 13
 *     w       = (u ^ v) * 0xc2b2ae35
 *     segment = ((u >>> 16) * segments) >>> 16
 *     at      = (shard * (segments + 2) + segment) << segmentBits
 *     p0      = at                        + (u & mask)                      mask = (1 << segmentBits) - 1
 *     p1      = at +  (1 << segmentBits)  + (v & mask)
 *     p2      = at +  (2 << segmentBits)  + (v >>> (32 - segmentBits))
 *     passes  = first [p0] ^ first [p1] ^ first [p2] === w >>> 24
 *           and second[p0] ^ second[p1] ^ second[p2] === (w >>> 16) & 0xff
 *
 * `segments` and `shards` are from 1 to 65,535, `segmentBits` from 2 to 16. In memory alone there is one without shards, which denies nothing.
 */
export type Filter = {
  readonly first: Uint8Array
  readonly second: Uint8Array
  /** One a shard: the first that its entries could be placed with. */
  readonly seeds: Int32Array
  readonly segmentBits: number
  readonly segments: number
}

/** Random for every index, so that nobody can prepare identifiers that slow the scan down. */
export type Seed = readonly [number, number]

/** The 64-bit hash of an entry as two halves. */
export type Halves = Int32Array

/**
 * Hashes `length` (at least 3) bytes at `start` for the filter, four at a time; the last four may overlap. `view` and
 * `bytes` are the same memory.
 */
export function hashInto(
  halves: Halves,
  view: DataView,
  bytes: Uint8Array,
  start: number,
  length: number,
  shape: number,
  seed: Seed,
): void {
  let a = seed[0] ^ Math.imul(shape, 0x9e3779b1)
  let b = (seed[1] + Math.imul(length, 0x85ebca77)) | 0
  const last = start + length - 4
  for (let at = start; at < last; at += 4) {
    const word = view.getInt32(at, true)
    a = Math.imul(a ^ word, 0xcc9e2d51)
    b = Math.imul(b + word, 0x1b873593)
    a ^= a >>> 15
    b ^= b >>> 13
  }
  const word =
    length >= 4 ? view.getInt32(last, true) : bytes[start]! | (bytes[start + 1]! << 8) | (bytes[start + 2]! << 16)
  a = Math.imul(a ^ word, 0xcc9e2d51)
  b = Math.imul(b + word, 0x1b873593)
  halves[0] = avalanche(a)
  halves[1] = avalanche(b ^ (b >>> 13))
}

export function avalanche(half: number): number {
  let h = half ^ (half >>> 16)
  h = Math.imul(h, 0x85ebca6b)
  h ^= h >>> 13
  h = Math.imul(h, 0xc2b2ae35)
  return h ^ (h >>> 16)
}

/** False: certainly not an entry. */
export function passesFilter(filter: Filter, a: number, b: number): boolean {
  const { first, seeds, segmentBits, segments } = filter
  if (seeds.length === 0) return true
  const shard = ((a >>> 16) * seeds.length) >>> 16
  const seed = seeds[shard]!
  const u = mixU(a, seed)
  const v = mixV(b, seed)
  const w = Math.imul(u ^ v, 0xc2b2ae35)
  const mask = (1 << segmentBits) - 1
  const at = (shard * (segments + 2) + (((u >>> 16) * segments) >>> 16)) << segmentBits
  const p0 = at + (u & mask)
  const p1 = at + (1 << segmentBits) + (v & mask)
  const p2 = at + (2 << segmentBits) + (v >>> (32 - segmentBits))
  if ((first[p0]! ^ first[p1]! ^ first[p2]!) !== w >>> 24) return false
  const { second } = filter
  return (second[p0]! ^ second[p1]! ^ second[p2]!) === ((w >>> 16) & 0xff)
}

const nothing = new Uint8Array(0)

/** Of those whose hashes nobody has. */
export const passesAll: Filter = {
  first: nothing,
  second: nothing,
  seeds: new Int32Array(0),
  segmentBits: 2,
  segments: 1,
}

/** The halves as a shard's seed mixes them: another seed places and marks the entries of the shard anew. */
export function mixU(a: number, seed: number): number {
  const u = Math.imul(a ^ seed, 0x9e3779b1)
  return u ^ (u >>> 15)
}

export function mixV(b: number, seed: number): number {
  const v = Math.imul(b ^ seed, 0x85ebca6b)
  return v ^ (v >>> 13)
}

export function shardOf(a: number, shards: number): number {
  return ((a >>> 16) * shards) >>> 16
}
