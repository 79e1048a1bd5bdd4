import { inclusionProof, type MerkleTree, rootAt, treeOf } from '../log/merkle.ts'
import { createHasher, hashBytes, rowsTogether } from './kernel/hasher.ts'

/**
 * A tree of many leaves (RFC 6962) cut into chunks of 4,096: the chunks' roots are the leaves of a tree of their own, which has
 * the same root, since RFC 6962 splits at powers of two. So of the interior nodes these roots are all that is kept, and a path needs
 * the leaves of one chunk.
 */
export const chunkLeaves = rowsTogether

export const chunksOf = (leaves: number) => Math.ceil(leaves / chunkLeaves)

/** The tree over the roots of chunks, 32 bytes each. */
export function treeOfNodes(nodes: Uint8Array): MerkleTree {
  return treeOf(rowsOf(nodes))
}

export const rootOfNodes = (nodes: Uint8Array): Uint8Array => rootAt(treeOfNodes(nodes))

/** The path of the leaf `index`, from its chunk's leaf hashes and the roots of all chunks. */
export function pathOf(index: number, chunk: Uint8Array, nodes: Uint8Array): Uint8Array[] {
  const place = Math.floor(index / chunkLeaves)
  return [...inclusionProof(treeOf(rowsOf(chunk)), index % chunkLeaves), ...inclusionProof(treeOfNodes(nodes), place)]
}

/** The root of one chunk's leaf hashes. */
export function createChunkRoot(): (leafHashes: Uint8Array) => Uint8Array {
  const hasher = createHasher()
  return (leafHashes) => hasher.rootOf(leafHashes)
}

const rowsOf = (bytes: Uint8Array): Uint8Array[] =>
  Array.from({ length: bytes.length / hashBytes }, (_, row) => bytes.subarray(row * hashBytes, (row + 1) * hashBytes))
