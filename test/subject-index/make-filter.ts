import { createShardBuilder, geometryFor, shardBytesOf } from '../../lib/subject-index/build-filter.ts'
import { type Filter, shardOf } from '../../lib/subject-index/filter.ts'

/** A filter over these hashes in so many shards. */
export function makeFilter(hashes: readonly (readonly [number, number])[], shards = 1, seed = 1): Filter {
  const split = Array.from({ length: shards }, (_, shard) =>
    Int32Array.from(hashes.filter(([a]) => shardOf(a, shards) === shard).flat()),
  )
  const geometry = geometryFor(shards, Math.max(...split.map((own) => own.length / 2)))
  const { segmentBits, segments } = geometry
  const [first, second] = [1, 2].map(() => new Uint8Array(shards * shardBytesOf(geometry))) as [Uint8Array, Uint8Array]
  const filter = { first, second, seeds: new Int32Array(shards), segmentBits, segments }
  const builder = createShardBuilder(geometry)
  for (const [shard, own] of split.entries()) {
    const built = builder.build(shard, own, seed)
    filter.seeds[shard] = built.seeds[0]!
    first.set(built.first, shard * shardBytesOf(geometry))
    second.set(built.second, shard * shardBytesOf(geometry))
  }
  return filter
}
