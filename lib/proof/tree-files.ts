import { IndexInvalid } from '../errors.ts'
import type { IndexSource } from '../subject-index/index-source.ts'
import { chunkLeaves, chunksOf } from './chunk-nodes.ts'
import { hashBytes } from './kernel/hasher.ts'

/**
 * The trees as they are kept, in shards of 2^24 leaves (numbers little-endian). A scope shard:
 *
 *     64 bytes    `odv-scope-tree 1`, a newline, spaces
 *     leaves      their hashes, 32 bytes each
 *
 * A result shard has only the subjects that were found; the leaves of all others follow from the scope's and from the verdict:
 *
 *     64 bytes    `odv-result-tree 1`, a newline, spaces
 *     rows        of each found subject, ascending: its leaf in the shard, versions before, versions after, 4 bytes each
 *     starts      for each 4,096 leaves the number of rows before them, 4 bytes; then the number of all
 *
 * Beside each shard of either tree is a document of its nodes: the root of each 4,096 leaves, 32 bytes. What is read is checked by
 * hashing it: a chunk has to give its node, and all nodes the root that is attested.
 */
export const shardLeaves = 2 ** 24
const headBytes = 64
export const rowBytes = 12

export const formatHead = (name: 'scope' | 'result'): Uint8Array =>
  Buffer.from(`odv-${name}-tree 1\n`.padEnd(headBytes))

/** Found subjects of one chunk: leaf in the shard, versions before, versions after, one after the other. */
export type ResultRows = Uint32Array

/** The leaf hashes of one chunk of a scope shard. @throws IndexInvalid */
export function readScopeChunk(source: IndexSource, leaves: number, chunk: number): Uint8Array {
  if (source.size !== headBytes + leaves * hashBytes) throw damaged('scope', 'length')
  requireHead(source, 'scope')
  const from = chunk * chunkLeaves
  const to = Math.min(leaves, from + chunkLeaves)
  return source.read(headBytes + from * hashBytes, headBytes + to * hashBytes)
}

/** The rows of one chunk of a result shard. @throws IndexInvalid */
export function readResultChunk(source: IndexSource, leaves: number, chunk: number): ResultRows {
  requireHead(source, 'result')
  const starts = 4 * (chunksOf(leaves) + 1)
  const rows = (source.size - headBytes - starts) / rowBytes
  if (!Number.isSafeInteger(rows) || rows < 0) throw damaged('result', 'length')
  const at = source.size - starts + chunk * 4
  const [from, to] = wordsOf(source.read(at, at + 8)) as unknown as [number, number]
  if (from > to || to > rows) throw damaged('result', 'starts')
  if (from === to) return new Uint32Array(0)
  return wordsOf(source.read(headBytes + from * rowBytes, headBytes + to * rowBytes))
}

function requireHead(source: IndexSource, name: 'scope' | 'result'): void {
  if (source.size < headBytes || !Buffer.from(formatHead(name)).equals(source.read(0, headBytes)))
    throw damaged(name, 'head')
}

function wordsOf(bytes: Uint8Array): Uint32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return Uint32Array.from({ length: bytes.byteLength / 4 }, (_, word) => view.getUint32(word * 4, true))
}

const damaged = (name: string, what: string) =>
  new IndexInvalid(`${name} tree: ${what}: expected an undamaged shard of its leaves, got another file`)
