import { createHash } from 'node:crypto'
import type { Filter } from './filter.ts'
import type { IndexSink } from './index-source.ts'

/** Writes a filter shard by shard, as `readFilter` reads it; returns its SHA-256 (hex). */
export function writeFilter(shards: Iterable<Filter>, sink: IndexSink): string {
  const sum = createHash('sha256')
  for (const { first, second, seeds } of shards) {
    const seed = Buffer.alloc(4)
    seed.writeInt32LE(seeds[0]!)
    for (const bytes of [seed, first, second]) {
      sum.update(bytes)
      sink(bytes)
    }
  }
  return sum.digest('hex')
}
