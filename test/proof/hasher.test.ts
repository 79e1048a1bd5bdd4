import { hash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { rootAt, treeOf } from '../../lib/log/merkle.ts'
import { createHasher, mostBytesIn } from '../../lib/proof/kernel/hasher.ts'

/** Bytes that differ from place to place. */
const bytesOf = (length: number, seed = 1) =>
  Uint8Array.from({ length }, (_, at) => (at * 31 + seed * 97 + (at >> 3)) & 255)

describe.each([
  ['with SIMD', true],
  ['without SIMD', false],
] as const)('hashing %s', (_name, useKernel) => {
  it.each([1, 2])('gives SHA-256 of every message that fits into %i blocks', (blocks) => {
    const hasher = createHasher(blocks, useKernel)
    // Shorter ones have their length in an earlier block.
    const messages = Array.from({ length: 56 }, (_, n) => bytesOf(mostBytesIn(blocks) - n, n))
    for (const [row, message] of messages.entries()) hasher.setRow(row, message)
    for (const count of [56, 55, 1, 0])
      expect(Buffer.from(hasher.hashRows(count))).toEqual(
        Buffer.concat(messages.slice(0, count).map((message) => hash('sha256', message, 'buffer'))),
      )
  })

  it('gives the root of RFC 6962 of any number of leaves', () => {
    const hasher = createHasher(1, useKernel)
    for (const count of [...Array.from({ length: 70 }, (_, n) => n + 1), 1023, 4095, 4096]) {
      const leaves = bytesOf(count * 32, count)
      const rows = Array.from({ length: count }, (_, row) => leaves.subarray(row * 32, row * 32 + 32))
      expect(Buffer.from(hasher.rootOf(leaves)), `${count} leaves`).toEqual(Buffer.from(rootAt(treeOf(rows))))
    }
  })
})
