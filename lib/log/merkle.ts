import { hash } from 'node:crypto'
import { EvidenceConflict, ProofInvalid } from '../errors.ts'
import type { LogHead } from '../ports.ts'

/** The RFC 6962 Merkle tree over SHA-256. Hashes are 32 bytes; sizes and indexes are whole numbers below 2^53. */

/** What a checkpoint says about the tree. */
export type TreeHead = { size: number; root: Uint8Array }

const sha256 = (bytes: Uint8Array): Uint8Array => new Uint8Array(hash('sha256', bytes, 'buffer'))

/** The hash of one leaf's data: SHA-256(0x00 ‖ data). */
export function leafHash(data: Uint8Array): Uint8Array {
  const prefixed = new Uint8Array(1 + data.length)
  prefixed.set(data, 1)
  return sha256(prefixed)
}

/** The hash of an inner node: SHA-256(0x01 ‖ left ‖ right). */
export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  const prefixed = new Uint8Array(65)
  prefixed[0] = 1
  prefixed.set(left, 1)
  prefixed.set(right, 33)
  return sha256(prefixed)
}

/** The root of the tree without leaves: SHA-256 of nothing. */
const emptyRoot: Uint8Array = sha256(new Uint8Array(0))

/** A log before its first entry. */
export const emptyHead: LogHead = { size: 0, root: emptyRoot, frontier: [] }

export function isSameHash(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0
}

/** Only size and root are compared: the frontier follows from the entries. */
export function isSameHead(a: LogHead, b: LogHead): boolean {
  return a.size === b.size && isSameHash(a.root, b.root)
}

/** The root that the frontier gives, whatever `head.root` says. */
export function rootOf({ frontier }: Pick<LogHead, 'frontier'>): Uint8Array {
  return frontier.length === 0 ? emptyRoot : frontier.reduceRight((right, left) => nodeHash(left, right))
}

/**
 * The head after these leaves.
 * @throws EvidenceConflict when `head` contradicts itself: nothing may be built on it.
 */
export function appendLeaves(head: LogHead, leafHashes: readonly Uint8Array[]): LogHead {
  if (head.frontier.length !== onesOf(head.size) || !isSameHash(rootOf(head), head.root))
    throw new EvidenceConflict('log head: frontier: expected the subtrees of its size and root, got others')
  const frontier = [...head.frontier]
  let size = head.size
  for (const leaf of leafHashes) {
    let node = leaf
    // Every trailing one of the size is a perfect subtree as large as the one that was just completed.
    for (let rest = size; rest % 2 === 1; rest = (rest - 1) / 2) node = nodeHash(frontier.pop()!, node)
    frontier.push(node)
    size += 1
  }
  return { size, root: rootOf({ frontier }), frontier }
}

/** The perfect subtrees of a list of leaves: `levels[k][i]` covers the leaves from `i·2^k` to `(i+1)·2^k`. */
export type MerkleTree = { size: number; levels: readonly (readonly Uint8Array[])[] }

/** Hashes every perfect subtree once, so that any number of proofs are cheap. */
export function treeOf(leafHashes: readonly Uint8Array[]): MerkleTree {
  const levels: (readonly Uint8Array[])[] = [leafHashes]
  for (let below = leafHashes; below.length > 1; ) {
    const level = Array.from({ length: Math.floor(below.length / 2) }, (_, i) =>
      nodeHash(below[2 * i]!, below[2 * i + 1]!),
    )
    levels.push(level)
    below = level
  }
  return { size: leafHashes.length, levels }
}

/** The root of the first `size` leaves. */
export function rootAt(tree: MerkleTree, size: number = tree.size): Uint8Array {
  requireRange(size, tree.size, 'size')
  return size === 0 ? emptyRoot : subtreeRoot(tree, 0, size)
}

/** RFC 6962, 2.1.1: from the leaf's sibling up to the root's child, in the tree of the first `size` leaves. */
export function inclusionProof(tree: MerkleTree, index: number, size: number = tree.size): Uint8Array[] {
  requireRange(size, tree.size, 'size')
  requireRange(index, size - 1, 'index')
  const path: Uint8Array[] = []
  for (let from = 0, to = size; to - from > 1; ) {
    const middle = from + splitOf(to - from)
    path.unshift(index < middle ? subtreeRoot(tree, middle, to) : subtreeRoot(tree, from, middle))
    if (index < middle) to = middle
    else from = middle
  }
  return path
}

/** RFC 6962, 2.1.2: that the first `from` leaves are a prefix of the first `size`. Empty when either is trivial. */
export function consistencyProof(tree: MerkleTree, from: number, size: number = tree.size): Uint8Array[] {
  requireRange(size, tree.size, 'size')
  requireRange(from, size, 'from')
  if (from === 0 || from === size) return []
  const proof: Uint8Array[] = []
  let [start, end, isWhole] = [0, size, true]
  while (from < end) {
    const middle = start + splitOf(end - start)
    if (from <= middle) {
      proof.unshift(subtreeRoot(tree, middle, end))
      end = middle
    } else {
      proof.unshift(subtreeRoot(tree, start, middle))
      start = middle
      isWhole = false
    }
  }
  // The old root itself is known to the verifier and is left out.
  return isWhole ? proof : [subtreeRoot(tree, start, end), ...proof]
}

/** RFC 9162, 2.1.3.2. @throws ProofInvalid unless the leaf is at `index` of the tree. */
export function verifyInclusion(head: TreeHead, index: number, leaf: Uint8Array, proof: readonly Uint8Array[]): void {
  requireHead(head)
  if (!Number.isSafeInteger(index) || index < 0 || index >= head.size)
    throw new ProofInvalid(`inclusion proof: index: expected one below ${head.size}, got ${index}`)
  if (leaf.length !== 32) throw new ProofInvalid(`inclusion proof: leaf: expected 32 bytes, got ${leaf.length}`)
  let [node, last, root] = [index, head.size - 1, leaf]
  for (const sibling of proof) {
    requireHash(sibling, 'inclusion proof')
    if (last === 0) throw new ProofInvalid('inclusion proof: length: expected fewer hashes, got more')
    if (node % 2 === 1 || node === last) {
      root = nodeHash(sibling, root)
      for (; node % 2 === 0 && node !== 0; node /= 2) last = half(last)
    } else root = nodeHash(root, sibling)
    node = half(node)
    last = half(last)
  }
  if (last !== 0) throw new ProofInvalid('inclusion proof: length: expected more hashes, got fewer')
  if (!isSameHash(root, head.root))
    throw new ProofInvalid('inclusion proof: root: expected the one of the tree, got another')
}

/** RFC 9162, 2.1.4.2. @throws ProofInvalid unless the older tree is a prefix of the newer one. */
export function verifyConsistency(older: TreeHead, newer: TreeHead, proof: readonly Uint8Array[]): void {
  requireHead(older)
  requireHead(newer)
  if (older.size > newer.size)
    throw new ProofInvalid(`consistency proof: size: expected at least ${older.size}, got ${newer.size}`)
  if (older.size === 0 || older.size === newer.size) {
    if (proof.length > 0) throw new ProofInvalid('consistency proof: length: expected no hash, got some')
    if (older.size === newer.size && !isSameHash(older.root, newer.root))
      throw new ProofInvalid('consistency proof: root: expected the same for the same size, got another')
    return
  }
  for (const each of proof) requireHash(each, 'consistency proof')
  const path = isPowerOfTwo(older.size) ? [older.root, ...proof] : [...proof]
  if (path.length === 0) throw new ProofInvalid('consistency proof: length: expected more hashes, got fewer')
  let [node, last] = [older.size - 1, newer.size - 1]
  for (; node % 2 === 1; node = half(node)) last = half(last)
  let [oldRoot, newRoot] = [path[0]!, path[0]!]
  for (const sibling of path.slice(1)) {
    if (last === 0) throw new ProofInvalid('consistency proof: length: expected fewer hashes, got more')
    if (node % 2 === 1 || node === last) {
      oldRoot = nodeHash(sibling, oldRoot)
      newRoot = nodeHash(sibling, newRoot)
      for (; node % 2 === 0 && node !== 0; node /= 2) last = half(last)
    } else newRoot = nodeHash(newRoot, sibling)
    node = half(node)
    last = half(last)
  }
  if (last !== 0) throw new ProofInvalid('consistency proof: length: expected more hashes, got fewer')
  if (!isSameHash(oldRoot, older.root))
    throw new ProofInvalid('consistency proof: older root: expected the one of the tree, got another')
  if (!isSameHash(newRoot, newer.root))
    throw new ProofInvalid('consistency proof: newer root: expected the one of the tree, got another')
}

const half = (n: number) => Math.floor(n / 2)

/** The largest power of two below `n`, for `n` > 1. */
function splitOf(n: number): number {
  let split = 1
  while (split * 2 < n) split *= 2
  return split
}

function isPowerOfTwo(n: number): boolean {
  return onesOf(n) === 1
}

/** The ones in the binary form of `n`. */
function onesOf(n: number): number {
  let ones = 0
  for (let rest = n; rest > 0; rest = half(rest)) ones += rest % 2
  return ones
}

/** The root of the leaves from `start` to `end`, a range that the recursion of RFC 6962 reaches. */
function subtreeRoot(tree: MerkleTree, start: number, end: number): Uint8Array {
  if (isPowerOfTwo(end - start)) {
    const level = Math.log2(end - start)
    return tree.levels[level]![start / (end - start)]!
  }
  const middle = start + splitOf(end - start)
  return nodeHash(subtreeRoot(tree, start, middle), subtreeRoot(tree, middle, end))
}

function requireRange(value: number, most: number, what: string): void {
  if (!Number.isSafeInteger(value) || value < 0 || value > most)
    throw new RangeError(`merkle tree: ${what}: expected a whole number from 0 to ${most}, got ${value}`)
}

function requireHead({ size, root }: TreeHead): void {
  if (!Number.isSafeInteger(size) || size < 0)
    throw new ProofInvalid(`tree head: size: expected a whole number, got ${size}`)
  requireHash(root, 'tree head')
  if (size === 0 && !isSameHash(root, emptyRoot))
    throw new ProofInvalid('tree head: root: expected that of the empty tree, got another')
}

function requireHash(value: Uint8Array, where: string): void {
  if (value.length !== 32) throw new ProofInvalid(`${where}: hash: expected 32 bytes, got ${value.length}`)
}
