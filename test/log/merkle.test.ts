import { hash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { EvidenceConflict, ProofInvalid } from '../../lib/errors.ts'
import {
  appendLeaves,
  consistencyProof,
  emptyHead,
  inclusionProof,
  leafHash,
  nodeHash,
  rootAt,
  rootOf,
  treeOf,
  verifyConsistency,
  verifyInclusion,
} from '../../lib/log/merkle.ts'

/** RFC 6962, section 2.1, as it is written: slow, and nothing of ours. */
const sha256 = (...parts: Uint8Array[]) => new Uint8Array(hash('sha256', Buffer.concat(parts), 'buffer'))
const k = (n: number) => 2 ** Math.floor(Math.log2(n - 1))

function mth(d: Uint8Array[]): Uint8Array {
  if (d.length === 0) return sha256()
  if (d.length === 1) return sha256(Buffer.of(0), d[0]!)
  return sha256(Buffer.of(1), mth(d.slice(0, k(d.length))), mth(d.slice(k(d.length))))
}

function path(m: number, d: Uint8Array[]): Uint8Array[] {
  if (d.length === 1) return []
  const split = k(d.length)
  return m < split
    ? [...path(m, d.slice(0, split)), mth(d.slice(split))]
    : [...path(m - split, d.slice(split)), mth(d.slice(0, split))]
}

function subproof(m: number, d: Uint8Array[], b: boolean): Uint8Array[] {
  if (m === d.length) return b ? [] : [mth(d)]
  const split = k(d.length)
  return m <= split
    ? [...subproof(m, d.slice(0, split), b), mth(d.slice(split))]
    : [...subproof(m - split, d.slice(split), false), mth(d.slice(0, split))]
}

const most = 40
const data = Array.from({ length: most }, (_, i) => new TextEncoder().encode(`entry ${i}`))
const leaves = data.map(leafHash)
const tree = treeOf(leaves)
const sizes = Array.from({ length: most + 1 }, (_, size) => size)
const heads = sizes.map((size) => ({ size, root: mth(data.slice(0, size)) }))
const pairs = sizes.flatMap((to) => Array.from({ length: to + 1 }, (_, from) => ({ from, to })))
const places = sizes.flatMap((size) => Array.from({ length: size }, (_, index) => ({ index, size })))

const flipped = (bytes: Uint8Array, at = 0) => bytes.map((byte, i) => (i === at ? byte ^ 1 : byte))

/** Every way in which a list of hashes is spoilt a little. */
function spoilt(proof: readonly Uint8Array[]): Uint8Array[][] {
  return [
    ...proof.flatMap((each, i) => [
      proof.with(i, flipped(each)),
      proof.with(i, flipped(each, 31)),
      proof.with(i, each.slice(0, 31)),
      proof.toSpliced(i, 1),
      proof.toSpliced(i, 0, each),
    ]),
    ...proof.slice(1).map((each, i) => proof.with(i, each).with(i + 1, proof[i]!)),
    [...proof, leaves[0]!],
    [leaves[0]!, ...proof],
  ]
}

describe('the Merkle tree', () => {
  it('has the root that RFC 6962 defines, at every size', () => {
    for (const { size, root } of heads) expect(rootAt(tree, size)).toEqual(root)
  })

  it('grows to the same head one leaf at a time, in any two steps, and all at once', () => {
    for (const { from, to } of pairs) {
      const head = appendLeaves(appendLeaves(emptyHead, leaves.slice(0, from)), leaves.slice(from, to))
      expect({ size: head.size, root: head.root }).toEqual(heads[to])
      expect(rootOf(head)).toEqual(head.root)
    }
    let head = emptyHead
    for (const leaf of leaves) head = appendLeaves(head, [leaf])
    expect(head).toEqual(appendLeaves(emptyHead, leaves))
  })

  it('does not grow from a head that contradicts itself', () => {
    const head = appendLeaves(emptyHead, leaves.slice(0, 11))
    for (const bad of [
      { ...head, root: flipped(head.root) },
      { ...head, size: 12 },
      { ...head, size: 15 },
      { ...head, frontier: head.frontier.slice(1) },
      { ...head, frontier: head.frontier.with(1, leaves[0]!) },
      { ...emptyHead, root: leaves[0]! },
    ])
      expect(() => appendLeaves(bad, [leaves[11]!])).toThrow(EvidenceConflict)
  })

  it('proves every entry with the path that RFC 6962 defines', () => {
    for (const { index, size } of places) {
      const proof = inclusionProof(tree, index, size)
      expect(proof).toEqual(path(index, data.slice(0, size)))
      verifyInclusion(heads[size]!, index, leaves[index]!, proof)
    }
  })

  it('rejects every spoilt inclusion proof, every other index, leaf and root', () => {
    for (const { index, size } of places) {
      const [head, leaf, proof] = [heads[size]!, leaves[index]!, inclusionProof(tree, index, size)]
      for (const bad of spoilt(proof)) expect(() => verifyInclusion(head, index, leaf, bad)).toThrow(ProofInvalid)
      for (const other of [...sizes.slice(0, size), -1, size, index + 0.5, Number.NaN].filter((each) => each !== index))
        expect(() => verifyInclusion(head, other, leaf, proof)).toThrow(ProofInvalid)
      expect(() => verifyInclusion(head, index, flipped(leaf), proof)).toThrow(ProofInvalid)
      expect(() => verifyInclusion({ size, root: flipped(head.root) }, index, leaf, proof)).toThrow(ProofInvalid)
    }
  })

  it('proves every prefix with the proof that RFC 6962 defines', () => {
    for (const { from, to } of pairs.filter((each) => each.from > 0)) {
      const proof = consistencyProof(tree, from, to)
      expect(proof).toEqual(subproof(from, data.slice(0, to), true))
      verifyConsistency(heads[from]!, heads[to]!, proof)
    }
  })

  it('rejects every spoilt consistency proof, and every other root on either side', () => {
    for (const { from, to } of pairs) {
      const [older, newer, proof] = [heads[from]!, heads[to]!, consistencyProof(tree, from, to)]
      for (const bad of spoilt(proof)) expect(() => verifyConsistency(older, newer, bad)).toThrow(ProofInvalid)
      expect(() => verifyConsistency({ size: from, root: flipped(older.root) }, newer, proof)).toThrow(ProofInvalid)
      expect(() => verifyConsistency(older, newer, [...proof, newer.root])).toThrow(ProofInvalid)
    }
    for (const { from, to } of pairs.filter((each) => each.from > 0)) {
      const newer = { size: to, root: flipped(heads[to]!.root) }
      expect(() => verifyConsistency(heads[from]!, newer, consistencyProof(tree, from, to))).toThrow(ProofInvalid)
    }
  })

  it('does not take a log that was rewritten or shortened for a later one', () => {
    for (const { from, to } of pairs.filter((each) => each.from > 0)) {
      const rewritten = treeOf(leaves.slice(0, to).with(from - 1, flipped(leaves[from - 1]!)))
      const newer = { size: to, root: rootAt(rewritten) }
      const proof = consistencyProof(rewritten, from)
      expect(() => verifyConsistency(heads[from]!, newer, proof)).toThrow(ProofInvalid)
    }
    for (const { from, to } of pairs.filter((each) => each.from < each.to))
      expect(() => verifyConsistency(heads[to]!, heads[from]!, consistencyProof(tree, from, to))).toThrow(ProofInvalid)
  })

  it('is the beginning of every log when it is empty, and only with the empty root', () => {
    verifyConsistency(heads[0]!, heads[7]!, [])
    expect(() => verifyConsistency({ size: 0, root: leaves[0]! }, heads[7]!, [])).toThrow(ProofInvalid)
    expect(Buffer.from(emptyHead.root).toString('hex')).toBe(
      'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    )
  })

  it('holds a proof to the length that its sizes ask for, even when a root was made to fit', () => {
    const [extra, three, five] = [leaves[9]!, heads[3]!, heads[5]!]
    const inclusion = [...inclusionProof(tree, 1, 5), extra]
    const consistency = [...consistencyProof(tree, 3, 5), extra]
    const taller = (head: typeof five) => ({ size: head.size, root: nodeHash(extra, head.root) })
    expect(() => verifyInclusion(taller(five), 1, leaves[1]!, inclusion)).toThrow('fewer hashes')
    expect(() => verifyConsistency(taller(three), taller(five), consistency)).toThrow('fewer hashes')
    expect(() => verifyConsistency(three, five, [])).toThrow('more hashes')
    const eight = { size: 8, root: nodeHash(heads[2]!.root, extra) }
    expect(() => verifyConsistency(heads[2]!, eight, [extra])).toThrow('more hashes')
    expect(() => verifyInclusion({ size: 8, root: nodeHash(leaves[0]!, extra) }, 0, leaves[0]!, [extra])).toThrow(
      'more hashes',
    )
  })

  it('judges nothing against a head, leaf or hash that cannot be one', () => {
    const [one, proof] = [heads[1]!, [leaves[1]!]]
    const short = leaves[0]!.slice(1)
    const impossible = [
      { size: 2, root: short },
      { size: -1, root: leaves[0]! },
      { size: 1.5, root: leaves[0]! },
      { size: Number.NaN, root: leaves[0]! },
    ]
    for (const bad of impossible) {
      expect(() => verifyInclusion(bad, 0, leaves[0]!, proof)).toThrow('tree head')
      expect(() => verifyConsistency(one, bad, proof)).toThrow('tree head')
      expect(() => verifyConsistency(bad, heads[2]!, proof)).toThrow('tree head')
    }
    expect(() => verifyInclusion({ size: 1, root: short }, 0, short, [])).toThrow(ProofInvalid)
    expect(() => verifyInclusion(one, 0, short, [])).toThrow('leaf')
    expect(() => verifyConsistency(heads[3]!, heads[2]!, [])).toThrow('size')
  })

  it('refuses to make proofs about what is not in it', () => {
    for (const ask of [
      () => inclusionProof(tree, most),
      () => inclusionProof(tree, 3, 3),
      () => inclusionProof(tree, 3, most + 1),
      () => inclusionProof(tree, -1),
      () => inclusionProof(treeOf([]), 0),
      () => consistencyProof(tree, most + 1),
      () => consistencyProof(tree, 5, 4),
      () => consistencyProof(tree, 1, most + 1),
      () => rootAt(tree, most + 1),
    ])
      expect(ask).toThrow(RangeError)
  })
})
