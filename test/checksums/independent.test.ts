import { gzipSync } from 'node:zlib'
import { expect, it, vi } from 'vitest'
import { decodeObject } from '../../lib/decode/decode-object.ts'
import type { Means } from '../../lib/decode/means.ts'
import { inPieces } from '../decode/collect.ts'

const claimed = 12_345
/** A kernel that takes every content for the right one. */
vi.mock('../../lib/checksums/crc32.ts', () => ({ crc32: () => claimed }))

it('what a second opinion decodes is checked without the kernel', async () => {
  const stored = gzipSync(Buffer.alloc(100_000, 'text and nothing else, '))
  stored.writeUInt32LE(claimed, stored.length - 8)
  const gapsBy = async (means: Means) => {
    const sink = { write: async () => {}, end() {} }
    const { gaps } = await decodeObject(inPieces(stored, [4096]), () => sink, { means })
    return gaps.map(({ reason }) => reason)
  }
  expect(await gapsBy('fast')).toEqual([])
  expect(await gapsBy('plain')).toEqual(['corrupt'])
})
