import { IndexInvalid } from '../errors.ts'
import { type Filter, mixU, mixV, passesFilter } from './filter.ts'
import { partitionCount } from './partitions.ts'

/** What every shard of a filter looks like: see `Filter`. */
export type FilterGeometry = { shards: number; segmentBits: number; segments: number }

/** Entries of a shard at most, roughly: enough for little overhead, few enough for building in a processor's cache. */
const entriesPerShard = 1.5 * 2 ** 20
const attempts = 256
/** Entries of a shard that can be numbered; with more, most are one and the same. */
const mostNumbers = 2 ** 24

/** A shard has whole partitions of the rows. */
const mostEntries = partitionCount * entriesPerShard

/**
 * How many shards a filter of so many entries has: a power of two, so that they follow from the first bits of a hash.
 * @throws IndexInvalid when there are more entries than shards can have
 */
export function shardsFor(entries: number): number {
  if (entries > mostEntries)
    throw new IndexInvalid(
      `subject index: filter: expected at most ${mostEntries} identifiers, or digests of them in all hashed forms, got ${entries}`,
    )
  let shards = 1
  while (shards * entriesPerShard < entries) shards *= 2
  return shards
}

/** Slots and segments for shards of at most `largest` entries, by the formulas of the paper for three places. */
export function geometryFor(shards: number, largest: number): FilterGeometry {
  const entries = Math.max(largest, 2)
  const segmentBits = Math.min(16, Math.max(2, Math.floor(Math.log(entries) / Math.log(3.33) + 2.25)))
  const factor = Math.max(1.125, 0.875 + (0.25 * Math.log(1e6)) / Math.log(entries))
  const segments = Math.max(1, Math.ceil((entries * factor) / 2 ** segmentBits) - 2)
  return { shards, segmentBits, segments }
}

export function shardBytesOf({ segmentBits, segments }: Pick<FilterGeometry, 'segmentBits' | 'segments'>): number {
  return (segments + 2) << segmentBits
}

/**
 * Builds shards of filters of one geometry, one after the other, in the same scratch memory: 26 bytes a slot. Hashes are
 * pairs of halves; equal ones are allowed.
 */
export function createShardBuilder(geometry: FilterGeometry): {
  /**
   * The shard, as a filter of one shard, until the next is built.
   * @param seed where to begin looking for the shard's own
   * @throws IndexInvalid if the entries do not fit, or one is denied
   */
  build(shard: number, hashes: Int32Array, seed: number): Filter
} {
  const { segmentBits, segments } = geometry
  const slots = shardBytesOf(geometry)
  const mask = (1 << segmentBits) - 1
  const [first, second, seeds] = [new Uint8Array(slots), new Uint8Array(slots), new Int32Array(1)]
  const filter: Filter = { first, second, seeds, segmentBits, segments }
  /** Of the entries that are left with a place at this slot, how many they are in the low byte, and above it the exclusive or of their numbers. */
  const left = new Int32Array(slots)
  /** Slots with one entry left; then the slots of the entries in the order in which they were taken off. */
  const waiting = new Int32Array(slots)
  const takenSlots = new Int32Array(slots)
  const taken = new Int32Array(slots)
  const ordered = new Int32Array(2 * slots)
  const ends = new Uint32Array(segments + 1)

  /** The hashes by their segments, so that what follows stays in the processor's cache. */
  function sortBySegment(hashes: Int32Array, seed: number): void {
    ends.fill(0)
    for (let at = 0; at < hashes.length; at += 2) ends[(((mixU(hashes[at]!, seed) >>> 16) * segments) >>> 16) + 1]!++
    for (let segment = 1; segment <= segments; segment++) ends[segment]! += ends[segment - 1]!
    for (let at = 0; at < hashes.length; at += 2) {
      const to = ends[((mixU(hashes[at]!, seed) >>> 16) * segments) >>> 16]!++ * 2
      ordered[to] = hashes[at]!
      ordered[to + 1] = hashes[at + 1]!
    }
  }

  /** Counts the entries of every slot; false: a slot has more than can be counted. */
  function spread(count: number, seed: number): boolean {
    left.fill(0)
    for (let entry = 0; entry < count; entry++) {
      const u = mixU(ordered[entry * 2]!, seed)
      const v = mixV(ordered[entry * 2 + 1]!, seed)
      const at = (((u >>> 16) * segments) >>> 16) << segmentBits
      const p0 = at + (u & mask)
      const p1 = at + (1 << segmentBits) + (v & mask)
      const p2 = at + (2 << segmentBits) + (v >>> (32 - segmentBits))
      const number = entry << 8
      // At 256 a count would begin again at 0, and an entry be lost.
      if ((left[p0]! & 255) === 255 || (left[p1]! & 255) === 255 || (left[p2]! & 255) === 255) return false
      left[p0] = (left[p0]! ^ number) + 1
      left[p1] = (left[p1]! ^ number) + 1
      left[p2] = (left[p2]! ^ number) + 1
    }
    return true
  }

  /** Takes entries off that are alone in a slot until none is left; returns how many it could take off. */
  function peel(seed: number): number {
    let open = 0
    let count = 0
    for (let slot = 0; slot < slots; slot++) if ((left[slot]! & 255) === 1) waiting[open++] = slot
    while (open > 0) {
      const slot = waiting[--open]!
      if ((left[slot]! & 255) !== 1) continue
      const entry = left[slot]! >>> 8
      const u = mixU(ordered[entry * 2]!, seed)
      const v = mixV(ordered[entry * 2 + 1]!, seed)
      const at = (((u >>> 16) * segments) >>> 16) << segmentBits
      const p0 = at + (u & mask)
      const p1 = at + (1 << segmentBits) + (v & mask)
      const p2 = at + (2 << segmentBits) + (v >>> (32 - segmentBits))
      taken[count] = entry
      takenSlots[count++] = slot
      const number = entry << 8
      const left0 = (left[p0]! ^ number) - 1
      const left1 = (left[p1]! ^ number) - 1
      const left2 = (left[p2]! ^ number) - 1
      left[p0] = left0
      left[p1] = left1
      left[p2] = left2
      if ((left0 & 255) === 1) waiting[open++] = p0
      if ((left1 & 255) === 1) waiting[open++] = p1
      if ((left2 & 255) === 1) waiting[open++] = p2
    }
    return count
  }

  /** The last one taken off comes first, so that the slot of each is still zero, and free, when it is its turn. */
  function assign(count: number, seed: number): void {
    for (let place = count - 1; place >= 0; place--) {
      const entry = taken[place]!
      const u = mixU(ordered[entry * 2]!, seed)
      const v = mixV(ordered[entry * 2 + 1]!, seed)
      const w = Math.imul(u ^ v, 0xc2b2ae35)
      const at = (((u >>> 16) * segments) >>> 16) << segmentBits
      const p0 = at + (u & mask)
      const p1 = at + (1 << segmentBits) + (v & mask)
      const p2 = at + (2 << segmentBits) + (v >>> (32 - segmentBits))
      const slot = takenSlots[place]!
      first[slot] = (w >>> 24) ^ first[p0]! ^ first[p1]! ^ first[p2]!
      second[slot] = (w >>> 16) ^ second[p0]! ^ second[p1]! ^ second[p2]!
    }
  }

  /** How many entries could be placed. */
  function place(hashes: Int32Array, seed: number): number {
    sortBySegment(hashes, seed)
    return spread(hashes.length / 2, seed) ? peel(seed) : -1
  }

  function build(shard: number, hashes: Int32Array, seed: number): Filter {
    let distinct = hashes
    for (let attempt = 0; attempt < attempts; attempt++) {
      const own = Math.imul(seed + attempt, 0x9e3779b1) ^ shard
      const count = distinct.length / 2
      if (count <= slots && count <= mostNumbers && place(distinct, own) === count) {
        seeds[0] = own
        first.fill(0)
        second.fill(0)
        assign(count, own)
        for (let at = 0; at < hashes.length; at += 2)
          if (!passesFilter(filter, hashes[at]!, hashes[at + 1]!))
            throw new IndexInvalid('subject index: filter: expected it to pass every entry')
        return filter
      }
      // Two entries with one hash are never alone in a slot, whatever the seed.
      if (distinct === hashes) distinct = withoutRepeats(hashes)
    }
    throw new IndexInvalid('subject index: filter: expected a seed that all entries fit with, got none')
  }

  return { build }
}

/** Each pair of halves once, in ascending order. */
function withoutRepeats(hashes: Int32Array): Int32Array {
  const sorted = new BigInt64Array(hashes.slice().buffer).sort()
  let count = 0
  for (let at = 0; at < sorted.length; at++)
    if (count === 0 || sorted[count - 1] !== sorted[at]) sorted[count++] = sorted[at]!
  return new Int32Array(sorted.buffer, 0, count * 2)
}
