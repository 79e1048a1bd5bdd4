import { describe, expect, it } from 'vitest'
import { leafHash, rootAt, treeOf, verifyInclusion } from '../../lib/log/merkle.ts'
import { canonicalOf, Identifier } from '../../lib/manifest/identifier.ts'
import { createHits, writeResultShard } from '../../lib/proof/build-result-shard.ts'
import { createScopeShard } from '../../lib/proof/build-scope-shard.ts'
import { chunkLeaves, createChunkRoot, pathOf, rootOfNodes } from '../../lib/proof/chunk-nodes.ts'
import { leafOrderOf } from '../../lib/proof/leaf-order.ts'
import { openSubject, resultLeafOf, scopeLeafOf } from '../../lib/proof/subject-leaf.ts'
import { formatHead, readResultChunk, readScopeChunk } from '../../lib/proof/tree-files.ts'
import { sourceOfBytes } from '../../lib/subject-index/index-source.ts'
import { createKeyedDigest } from '../../lib/subject-index/keyed-digest.ts'
import { readIndexTables } from '../../lib/subject-index/read-index.ts'
import { shapeCodes } from '../../lib/subject-index/shape-code.ts'
import { decideSubject } from '../../lib/verdict/decide-subject.ts'
import { buildIndex, testKeys } from '../subject-index/make-index.ts'

const makers: ((n: number) => string)[] = [
  (n) => `71000000${String(n).padStart(6, '0')}`,
  (n) => `5e1f${String(n).padStart(4, '0')}-9b1c-4d7e-a3f2-6c0d8e5b7a91`,
  (n) => `Person${n}@example.com`,
  (n) => `${'long.'.repeat(16)}person.${n}@mail.example.com`,
  (n) => `heron_${n}`,
  (n) => `grey.otter-${n}`,
  // Of every length: SHA-256 takes another block for some.
  (n) => `otter_${n}_`.padEnd(3 + (n % 252), 'x'),
]
const count = 2 * chunkLeaves + 700
const subjects = Array.from({ length: count }, (_, n) => makers[n % makers.length]!(n))
/** Some people are in several rows, written in another way, and some are not transferred. */
const rows = [...subjects, ...subjects.slice(0, 50).map((id) => (id.includes('@') ? id.toUpperCase() : id))]
const pending = ['720000001', 'later_1']

const { bytes, summary } = buildIndex(rows, { pending })
const { footer, entries } = readIndexTables(sourceOfBytes(bytes), testKeys)
const controls = footer.controls.map(({ ordinal }) => ordinal).toSorted((a, b) => a - b)
const order = leafOrderOf(controls)
const allTags = entries.range(0, entries.digests)

/** The leaf hashes by the format's own words, one by one. */
const keyed = createKeyedDigest(testKeys.tagKey)
const naive = subjects
  .map((id) => {
    const found = canonicalOf(id, 'fold')
    if ('problem' in found) throw new Error(found.problem)
    const canonical = Buffer.from(found.canonical)
    keyed.compute(shapeCodes[found.shape], canonical, 0, canonical.length)
    const tag = Buffer.alloc(16)
    for (const [word, value] of keyed.digest.entries()) tag.writeUInt32BE(value, word * 4)
    const { salt } = openSubject(testKeys, found.shape, found.canonical)
    const data = [Buffer.from('odv scope 1'), salt, Buffer.of(shapeCodes[found.shape]), canonical]
    return {
      id,
      tag,
      leaf: leafHash(Buffer.concat(data)),
      opened: { salt, shape: found.shape, identifier: found.canonical },
    }
  })
  .toSorted((a, b) => Buffer.compare(a.tag, b.tag))

function shard(from: number, to: number, given: readonly string[] = rows): Uint8Array {
  const tags: number[] = []
  for (let leaf = from; leaf < to; leaf++) {
    const ordinal = order.ordinalOf(leaf)
    tags.push(...allTags.subarray(ordinal * 4, ordinal * 4 + 4))
  }
  const builder = createScopeShard({ tags: Uint32Array.from(tags), keys: testKeys, caseRule: 'fold' })
  for (const [line, id] of given.entries()) builder.add(line, new Identifier(id))
  return builder.finish()
}

const leaves = shard(0, count)
const nodesOf = (hashes: Uint8Array) => {
  const root = createChunkRoot()
  const size = chunkLeaves * 32
  return Buffer.concat(
    Array.from({ length: Math.ceil(hashes.length / size) }, (_, n) => root(hashes.subarray(n * size, (n + 1) * size))),
  )
}
const nodes = nodesOf(leaves)
const root = rootOfNodes(nodes)

describe('the scope tree', () => {
  it('has one leaf for each distinct subject, no control and nobody who is pending, in the order of tags', () => {
    expect(summary.subjects).toBe(count)
    expect(entries.range(700, 1900)).toEqual(allTags.slice(4 * 700, 4 * 1900))
    expect(controls.length).toBeGreaterThan(0)
    expect(Buffer.from(leaves).equals(Buffer.concat(naive.map(({ leaf }) => leaf)))).toBe(true)
    expect(scopeLeafOf(naive[7]!.opened)).toEqual(naive[7]!.leaf)
  })

  it('has the root of RFC 6962 over all leaves, however it is cut into chunks and shards', () => {
    expect(root).toEqual(rootAt(treeOf(naive.map(({ leaf }) => leaf))))
    const shards = [shard(0, chunkLeaves), shard(chunkLeaves, 2 * chunkLeaves), shard(2 * chunkLeaves, count)]
    expect(Buffer.concat(shards).equals(Buffer.from(leaves))).toBe(true)
    expect(rootOfNodes(Buffer.concat(shards.map(nodesOf)))).toEqual(root)
  })

  it('is refused when a subject of the index has no row', () => {
    const without = rows.filter((id) => id.toLowerCase() !== subjects[2000]!.toLowerCase())
    expect(() => shard(0, count, without)).toThrow(`expected the ${count} of the index, got ${count - 1}`)
  })

  it('is not told from another salt: nobody can try identifiers without the case key', () => {
    const { opened, leaf } = naive[3]!
    expect(scopeLeafOf({ ...opened, salt: naive[4]!.opened.salt })).not.toEqual(leaf)
    expect(new Set(naive.map(({ opened: { salt } }) => Buffer.from(salt).toString('hex'))).size).toBe(count)
  })
})

describe('the result tree', () => {
  const scope = sourceOfBytes(Buffer.concat([formatHead('scope'), leaves]))
  const hits = createHits({ from: 0, leaves: count, order })
  const [found, last, again, late] = [10, 20, chunkLeaves + 1, count - 1].map((leaf) => order.ordinalOf(leaf)) as [
    number,
    number,
    number,
    number,
  ]
  const pass = (isFirst: boolean, isLast: boolean, ...pairs: number[]) => {
    const one = hits.addPass({ isFirst, isLast })
    one.add(Uint32Array.from(pairs))
    return one.distinct()
  }
  it('counts versions of the first pass and of the last, over all stores', () => {
    expect(pass(true, false, found, 3, again, 1)).toBe(2)
    // Who was not there at first and is gone again was found, all the same.
    expect(pass(false, false, again, 9, late, 4)).toBe(2)
    // And so was who was not there before the last one.
    expect(pass(false, true, last, 3)).toBe(1)
    expect(pass(true, true, found, 2)).toBe(1)
    expect([hits.of(10), hits.of(20), hits.of(chunkLeaves + 1), hits.of(count - 1), hits.of(0)]).toEqual([
      { before: 5, after: 2 },
      { before: 0, after: 3 },
      { before: 1, after: 0 },
      { before: 4, after: 0 },
      { before: 0, after: 0 },
    ])
    expect(() => pass(true, true, controls[0]!, 1)).toThrow('expected no planted control')
    expect(() => pass(false, true, found, 2 ** 32 - 1)).toThrow('expected fewer object versions')
  })

  it('counts in each shard the leaves of its own', () => {
    const own = createHits({ from: 10, leaves: 10, order })
    const one = own.addPass({ isFirst: true, isLast: true })
    one.add(Uint32Array.from([9, 10, 19, 20].flatMap((leaf) => [order.ordinalOf(leaf), leaf])))
    expect([one.distinct(), own.of(0).after, own.of(9).after]).toEqual([2, 10, 19])
  })

  it.each([
    ['that appears in the second of four, and stays for one more', [[[0], [2], [2], [0]]], 2, 0],
    ['that appears in the third of four', [[[0], [0], [2], [0]]], 2, 0],
    ['that comes back with more', [[[1], [0], [7], [0]]], 1, 0],
    ['that appears in the last', [[[0], [0], [4]]], 0, 4],
    [
      'that one pass names twice',
      [
        [
          [1, 2],
          [5, 5],
          [3, 1],
        ],
      ],
      3,
      4,
    ],
    ['in the second of four, named twice', [[[0], [2, 1], [2], [0]]], 3, 0],
    [
      'that two stores found in different passes',
      [
        [[3], [0]],
        [[0], [5], [0]],
      ],
      8,
      0,
    ],
    ['that a store of one pass found after another one', [[[0], [5], [0]], [[6]]], 11, 6],
    [
      'that stores found and lost',
      [
        [[0], [5], [0]],
        [[0], [4], [1], [0]],
        [[2], [9], [2]],
      ],
      11,
      2,
    ],
  ] as [string, number[][][], number, number][])('counts a subject %s', (_what, stores, before, after) => {
    const own = createHits({ from: 0, leaves: count, order })
    for (const passes of stores)
      for (const [index, versions] of passes.entries()) {
        const one = own.addPass({ isFirst: index === 0, isLast: index === passes.length - 1 })
        for (const each of versions.filter((n) => n > 0)) one.add(Uint32Array.of(late, each))
        expect(one.distinct()).toBe(versions[0] === 0 ? 0 : 1)
      }
    expect(own.of(count - 1)).toEqual({ before, after })
  })

  it.each(['verified', 'incomplete'] as const)('has the same order, and a path for each leaf (%s)', (run) => {
    const parts: Uint8Array[] = []
    const {
      nodes: results,
      statuses,
      rows,
    } = writeResultShard({ scope, leaves: count, run }, hits.of, (part) => parts.push(part.slice()))
    const expected = naive.map(({ leaf }, index) => {
      const own = hits.of(index)
      return resultLeafOf(leaf, { ...own, status: decideSubject(own, run) })
    })
    expect(rootOfNodes(results)).toEqual(rootAt(treeOf(expected)))
    expect(Object.values(statuses).reduce((sum, each) => sum + each)).toBe(count)
    expect(rows).toBe(4)
    const file = sourceOfBytes(Buffer.concat(parts))
    expect([0, 1, 2].map((chunk) => [...readResultChunk(file, count, chunk)])).toEqual([
      [10, 5, 2, 20, 0, 3],
      [chunkLeaves + 1, 1, 0],
      [count - 1, 4, 0],
    ])
    for (const index of [0, 10, chunkLeaves - 1, chunkLeaves, count - 1]) {
      const chunk = readScopeChunk(scope, count, Math.floor(index / chunkLeaves))
      expect(() =>
        verifyInclusion({ size: count, root }, index, naive[index]!.leaf, pathOf(index, chunk, nodes)),
      ).not.toThrow()
    }
  })

  it.each([
    ['another head', (bytes: Buffer) => bytes.fill(0x20, 0, 8)],
    ['a byte more', (bytes: Buffer) => Buffer.concat([bytes, Buffer.of(0)])],
  ])('is refused with %s', (_what, damage) => {
    const bytes = Buffer.concat([formatHead('scope'), leaves])
    expect(() => readScopeChunk(sourceOfBytes(damage(bytes)), count, 0)).toThrow('expected an undamaged shard')
    const result = Buffer.concat([formatHead('result'), Buffer.alloc(4 * 4)])
    expect(() => readResultChunk(sourceOfBytes(damage(result)), count, 0)).toThrow('expected an undamaged shard')
  })
})
