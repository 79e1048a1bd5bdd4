import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { IndexInvalid } from '../../lib/errors.ts'
import { createShardBuilder, geometryFor, shardBytesOf, shardsFor } from '../../lib/subject-index/build-filter.ts'
import { passesFilter } from '../../lib/subject-index/filter.ts'
import { partitionCount } from '../../lib/subject-index/partitions.ts'
import { makeFilter } from './make-filter.ts'
import { seededRandom } from './make-index.ts'

const half = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })
const anyHashes = fc.array(fc.tuple(half, half), { maxLength: 300 })

describe('a built filter', () => {
  it('passes every entry, whatever their number, repeats, shards and seed', () => {
    const shards = fc.constantFrom(1, 2, 4, 5, 64)
    fc.assert(
      fc.property(anyHashes, fc.nat(8), shards, half, (hashes, repeats, count, seed) => {
        const repeated = [...hashes, ...hashes.slice(0, repeats)]
        const filter = makeFilter(repeated, count, seed)
        for (const [a, b] of repeated) expect(passesFilter(filter, a, b)).toBe(true)
      }),
      { numRuns: 300 },
    )
  })

  it('passes entries that repeat more often than a slot can count', () => {
    const hashes = Array.from({ length: 5000 }, (_, n) => [(n % 7) * 1000, n % 3] as const)
    const filter = makeFilter(hashes)
    for (const [a, b] of hashes) expect(passesFilter(filter, a, b)).toBe(true)
  })

  it('passes entries that share one half of their hash with another one', () => {
    const mixed = (n: number) => Math.imul(n, 0x9e3779b1)
    for (const hashes of [
      Array.from({ length: 3000 }, (_, n) => [mixed(n >>> 1), mixed(n) ^ 5] as const),
      Array.from({ length: 3000 }, (_, n) => [mixed(n) ^ 5, mixed(n >>> 1)] as const),
    ]) {
      const filter = makeFilter(hashes)
      for (const [a, b] of hashes) expect(passesFilter(filter, a, b)).toBe(true)
    }
  })

  it('takes the next seed where the first does not place all entries', () => {
    const random = seededRandom('next seed')
    const drawn = () => new Int32Array(random(8).buffer, 0, 2)
    const placedAtOnce = Array.from({ length: 200 }, (_, seed) => {
      const hashes = Array.from({ length: 24 }, () => [...drawn()] as [number, number])
      const filter = makeFilter(hashes, 1, seed)
      for (const [a, b] of hashes) expect(passesFilter(filter, a, b)).toBe(true)
      return filter.seeds[0] === Math.imul(seed, 0x9e3779b1)
    })
    expect(placedAtOnce.filter((once) => !once).length).toBeGreaterThan(3)
    expect(placedAtOnce.filter((once) => once).length).toBeGreaterThan(150)
  })

  it('is refused when more entries are given than there are slots', () => {
    const geometry = geometryFor(1, 10)
    const hashes = Int32Array.from({ length: 2000 }, (_, n) => n)
    expect(() => createShardBuilder(geometry).build(0, hashes, 1)).toThrow(IndexInvalid)
  })
})

describe('the size of a filter', () => {
  it('is at most 2.3 bytes an entry from a million entries on, 2.5 from a hundred thousand', () => {
    for (let entries = 100_000; entries <= 2e8; entries = Math.ceil(entries * 1.07)) {
      const shards = shardsFor(entries)
      // Five standard deviations above the mean of a shard.
      const mean = entries / shards
      const largest = Math.ceil(shards === 1 ? mean : mean + 5 * Math.sqrt(mean))
      const bytes = 2 * shards * shardBytesOf(geometryFor(shards, largest))
      expect(bytes / entries, `${entries} entries`).toBeLessThan(entries >= 1e6 ? 2.3 : 2.5)
    }
  })

  it('has a power of two of shards, so that they are ranges of the first byte of a hash', () => {
    for (const entries of [0, 1, 1_572_864, 1_572_865, 1e7, 1e8, 2e8]) {
      const shards = shardsFor(entries)
      expect(Number.isInteger(Math.log2(shards)) && shards <= 256, `${entries}`).toBe(true)
      expect(entries / shards).toBeLessThanOrEqual(1.5 * 2 ** 20)
    }
    // More shards than partitions would have no rows at all, and deny everything.
    expect(shardsFor(402_653_184)).toBe(partitionCount)
    expect(() => shardsFor(402_653_185)).toThrow(/expected at most 402653184 identifiers, or digests/)
    expect([shardsFor(1_572_864), shardsFor(1_572_865), shardsFor(2e8)]).toStrictEqual([1, 2, 128])
  })
})
