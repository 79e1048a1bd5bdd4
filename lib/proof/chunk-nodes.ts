import { createHasher, type Hasher, hashBytes, rowsTogether } from './kernel/hasher.ts'

/**
 * A tree of many leaves (RFC 6962) cut into chunks of 4,096: the chunks' roots are the leaves of a tree of their own, which has
 * the same root, since RFC 6962 splits at powers of two. So of the interior nodes these roots are all that is kept, and a path needs
 * the leaves of one chunk. Leaf hashes and nodes stand one after the other, 32 bytes each.
 */
export const chunkLeaves = rowsTogether

export const chunksOf = (leaves: number) => Math.ceil(leaves / chunkLeaves)

/** The root of one chunk's leaf hashes. */
export function createChunkRoot(): (leafHashes: Uint8Array) => Uint8Array {
  const hasher = createHasher()
  return (leafHashes) => hasher.rootOf(leafHashes)
}

/** The root of the tree over the roots of chunks, at least one. */
export function rootOfNodes(nodes: Uint8Array): Uint8Array {
  const hasher = createHasher()
  let level = nodes
  while (level.length > hashBytes) level = parentsOf(level, hasher)
  return new Uint8Array(level)
}

/** The path of the leaf `index`, from the leaf hashes of its chunk and the roots of all chunks, from the bottom up. */
export function pathOf(index: number, chunk: Uint8Array, nodes: Uint8Array): Uint8Array[] {
  const hasher = createHasher()
  return [
    ...siblingsOf(index % chunkLeaves, chunk, hasher),
    ...siblingsOf(Math.floor(index / chunkLeaves), nodes, hasher),
  ]
}

/** Whoever has no sibling goes up as it is. */
function siblingsOf(index: number, nodes: Uint8Array, hasher: Hasher): Uint8Array[] {
  const siblings: Uint8Array[] = []
  let at = index
  for (let level = nodes; level.length > hashBytes; level = parentsOf(level, hasher)) {
    const from = (at % 2 === 0 ? at + 1 : at - 1) * hashBytes
    if (from < level.length) siblings.push(level.slice(from, from + hashBytes))
    at = Math.floor(at / 2)
  }
  return siblings
}

function parentsOf(nodes: Uint8Array, hasher: Hasher): Uint8Array {
  const parents = new Uint8Array(Math.ceil(nodes.length / hashBytes / 2) * hashBytes)
  const most = rowsTogether * hashBytes
  for (let at = 0; at < nodes.length; at += most) parents.set(hasher.parentsOf(nodes.subarray(at, at + most)), at / 2)
  return parents
}
