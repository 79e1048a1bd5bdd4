import { createShardBuilder, type FilterGeometry, geometryFor, shardBytesOf, shardsFor } from './build-filter.ts'
import type { Filter, Halves } from './filter.ts'
import { createPartitions, partitionCount } from './partitions.ts'

/** Hashes of the entries of a filter to be, in partitions by their first byte: 8 bytes a row. */
export type FilterRows = {
  add(halves: Halves): void
  /** Builds the filter shard by shard, and forgets the hashes. @throws IndexInvalid */
  build(seed: number): { filter: Filter; geometry: FilterGeometry }
}

export function createFilterRows(): FilterRows {
  const partitions = createPartitions(2)

  function takeShard(shard: number, perShard: number): Int32Array {
    const own = Array.from({ length: perShard }, (_, n) => shard * perShard + n)
    const hashes = new Int32Array(own.reduce((sum, partition) => sum + partitions.count(partition) * 2, 0))
    let at = 0
    for (const partition of own)
      for (const words of partitions.take(partition)) {
        hashes.set(words, at)
        at += words.length
      }
    return hashes
  }

  return {
    add(halves) {
      const partition = halves[0]! >>> 24
      const at = partitions.reserve(partition)
      const words = partitions.current(partition)
      words[at] = halves[0]!
      words[at + 1] = halves[1]!
    },

    build(seed) {
      const shards = shardsFor(partitions.rows)
      const perShard = partitionCount / shards
      let largest = 0
      for (let shard = 0; shard < shards; shard++) {
        let rows = 0
        for (let n = 0; n < perShard; n++) rows += partitions.count(shard * perShard + n)
        largest = Math.max(largest, rows)
      }
      const geometry = geometryFor(shards, largest)
      const planeBytes = shards * shardBytesOf(geometry)
      const { segmentBits, segments } = geometry
      const [first, second] = [new Uint8Array(planeBytes), new Uint8Array(planeBytes)]
      const filter: Filter = { first, second, seeds: new Int32Array(shards), segmentBits, segments }
      const builder = createShardBuilder(geometry)
      for (let shard = 0; shard < shards; shard++) builder.build(filter, shard, takeShard(shard, perShard), seed)
      return { filter, geometry }
    },
  }
}
