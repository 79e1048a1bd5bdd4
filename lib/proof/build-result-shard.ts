import { EvidenceConflict } from '../errors.ts'
import type { SubjectCounts } from '../finding/subject-counts.ts'
import type { IndexSink, IndexSource } from '../subject-index/index-source.ts'
import { countOf, decideSubject, type StatusCounts, type SubjectHits } from '../verdict/decide-subject.ts'
import type { Verdict } from '../verdict/decide-verdict.ts'
import { chunkLeaves, chunksOf, createChunkRoot } from './chunk-nodes.ts'
import { createHasher, hashBytes } from './kernel/hasher.ts'
import type { LeafOrder } from './leaf-order.ts'
import { mostVersions, resultMessageBytes, writeResultLeaf } from './subject-leaf.ts'
import { formatHead, type ResultRows, readScopeChunk } from './tree-files.ts'

export const noStatuses = (): StatusCounts => ({ deleted: 0, neverFound: 0, residual: 0, undetermined: 0 })

/** What a pass says of a store: its first, its last, both, or one in between. */
export type PassPlace = { isFirst: boolean; isLast: boolean }

/**
 * Adds up what was found of the leaves from `from` on, `leaves` of them. Memory: 8 bytes a leaf and two bits. Passes come store by
 * store, in their order: the first one of a store begins it.
 */
export function createHits({ from, leaves, order }: { from: number; leaves: number; order: LeafOrder }) {
  const [before, after] = [new Uint32Array(leaves), new Uint32Array(leaves)]
  /** Who was found in this store: in passes before this one, and in this one. */
  const earlier = bitsFor(leaves)
  const seen = bitsFor(leaves)
  const add = (counts: Uint32Array, leaf: number, versions: number) => {
    if (counts[leaf]! + versions > mostVersions) throw conflict('fewer object versions')
    counts[leaf]! += versions
  }
  return {
    /** Takes one pass of one store, and tells which leaves are found in it. @throws EvidenceConflict */
    addPass({ isFirst, isLast }: PassPlace): { add(pairs: SubjectCounts): void; distinct(): number } {
      if (isFirst) earlier.fill(0)
      else for (let at = 0; at < seen.length; at++) earlier[at]! |= seen[at]!
      seen.fill(0)
      let distinct = 0
      return {
        add(pairs) {
          for (let at = 0; at < pairs.length; at += 2) {
            const place = order.leafOf(pairs[at]!)
            if (place === undefined) throw conflict('no planted control')
            const leaf = place - from
            if (leaf < 0 || leaf >= leaves) continue
            const bit = 1 << (leaf & 7)
            if ((seen[leaf >>> 3]! & bit) === 0) distinct++
            seen[leaf >>> 3]! |= bit
            const isNew = (earlier[leaf >>> 3]! & bit) === 0
            if (isFirst || (!isLast && isNew)) add(before, leaf, pairs[at + 1]!)
            if (isLast) add(after, leaf, pairs[at + 1]!)
          }
        },
        distinct: () => distinct,
      }
    },
    of: (leaf: number): SubjectHits => ({ before: before[leaf]!, after: after[leaf]! }),
  }
}

const bitsFor = (leaves: number) => new Uint8Array(Math.ceil(leaves / 8))
const conflict = (expected: string) => new EvidenceConflict(`subject counts: expected ${expected}, got others`)

/**
 * Makes one shard of the result tree from the scope's leaves and what was found: writes its rows (see `tree-files.ts`), and returns its
 * nodes and the statuses that it counted. Memory: a chunk.
 */
export function writeResultShard(
  { scope, leaves, run }: { scope: IndexSource; leaves: number; run: Verdict },
  hitsOf: (leaf: number) => SubjectHits,
  sink: IndexSink,
): { nodes: Uint8Array; statuses: StatusCounts; rows: number } {
  const hashChunk = createResultHasher()
  const chunkRoot = createChunkRoot()
  const nodes: Uint8Array[] = []
  const starts = Buffer.alloc(4 * (chunksOf(leaves) + 1))
  const statuses = noStatuses()
  let rows = 0
  sink(formatHead('result'))
  for (let chunk = 0; chunk < chunksOf(leaves); chunk++) {
    starts.writeUInt32LE(rows, chunk * 4)
    const from = chunk * chunkLeaves
    const found: number[] = []
    for (let leaf = from; leaf < Math.min(leaves, from + chunkLeaves); leaf++) {
      const hits = hitsOf(leaf)
      statuses[countOf[decideSubject(hits, run)]]++
      if (hits.before > 0 || hits.after > 0) found.push(leaf, hits.before, hits.after)
    }
    rows += found.length / 3
    sink(bytesOf(found))
    nodes.push(chunkRoot(hashChunk(readScopeChunk(scope, leaves, chunk), from, Uint32Array.from(found), run)))
  }
  starts.writeUInt32LE(rows, chunksOf(leaves) * 4)
  sink(starts)
  return { nodes: Buffer.concat(nodes), statuses, rows }
}

function bytesOf(words: readonly number[]): Uint8Array {
  const bytes = Buffer.alloc(words.length * 4)
  for (const [place, word] of words.entries()) bytes.writeUInt32LE(word, place * 4)
  return bytes
}

/** The result leaves of a chunk that begins at leaf `from` of its shard, by the scope leaves and the rows of who was found. */
export function createResultHasher(): (
  scopeLeaves: Uint8Array,
  from: number,
  rows: ResultRows,
  run: Verdict,
) => Uint8Array {
  const hasher = createHasher()
  const message = new Uint8Array(resultMessageBytes)
  return (scopeLeaves, from, rows, run) => {
    const count = scopeLeaves.length / hashBytes
    let row = 0
    for (let place = 0; place < count; place++) {
      const isFound = rows[row] === from + place
      const hits = isFound ? { before: rows[row + 1]!, after: rows[row + 2]! } : { before: 0, after: 0 }
      if (isFound) row += 3
      const scopeLeaf = scopeLeaves.subarray(place * hashBytes, (place + 1) * hashBytes)
      writeResultLeaf(message, scopeLeaf, { ...hits, status: decideSubject(hits, run) })
      hasher.setRow(place, message)
    }
    return hasher.hashRows(count)
  }
}
