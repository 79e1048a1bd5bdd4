import { createShardBuilder, type FilterGeometry, geometryFor, shardsFor } from './build-filter.ts'
import type { Filter } from './filter.ts'
import { createPartitionOrder } from './partition-order.ts'
import { createPartitions, partitionCount } from './partitions.ts'
import { createScratch } from './scratch.ts'
import type { RowBatch } from './waiting-rows.ts'

/** Hashes of the entries of a filter to be, in partitions by their first byte: 8 bytes a row. */
export type FilterRows = {
  add(first: number, second: number): void
  /** The same for all rows of a batch. */
  addAll(batch: RowBatch): void
  /**
   * Builds the filter shard by shard, each as a filter of one shard that holds until the next one; forgets the hashes.
   * @throws IndexInvalid
   */
  build(seed: number): { geometry: FilterGeometry; shards(): Iterable<Filter> }
}

export function createFilterRows(): FilterRows {
  const scratch = createScratch((length) => new Int32Array(length))
  const byPartition = createPartitionOrder()
  const partitions = createPartitions(2, (words) => new Int32Array(words))

  function takeShard(shard: number, perShard: number): Int32Array {
    const own = Array.from({ length: perShard }, (_, n) => shard * perShard + n)
    const hashes = scratch(own.reduce((sum, partition) => sum + partitions.count(partition) * 2, 0))
    let at = 0
    for (const partition of own)
      partitions.take(partition, (words) => {
        hashes.set(words, at)
        at += words.length
      })
    return hashes
  }

  return {
    add(first, second) {
      const partition = first >>> 24
      const at = partitions.reserve(partition)
      const words = partitions.current(partition)
      words[at] = first
      words[at + 1] = second
    },

    addAll({ count, firsts, seconds }) {
      const { starts, order } = byPartition(firsts, 1, count)
      for (let partition = 0; partition < partitionCount; partition++) {
        const own = order.subarray(starts[partition], starts[partition + 1])
        partitions.extend(partition, own.length, (words, at, from, to) => {
          for (let next = at, place = from; place < to; place++, next += 2) {
            words[next] = firsts[own[place]!]!
            words[next + 1] = seconds[own[place]!]!
          }
        })
      }
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
      const builder = createShardBuilder(geometry)
      return {
        geometry,
        *shards() {
          for (let shard = 0; shard < shards; shard++) yield builder.build(shard, takeShard(shard, perShard), seed)
        },
      }
    },
  }
}
