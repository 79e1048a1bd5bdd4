import { crc32 as crc32OfNode } from 'node:zlib'
import { array, assert, integer, property } from 'fast-check'
import { expect, it } from 'vitest'
import { crc32 } from '../../lib/checksums/crc32.ts'
import { seededRandom } from '../../lib/cli/demo/seeded-random.ts'

const random = seededRandom(32)
const bytes = Uint8Array.from({ length: 200_000 }, () => Math.floor(random() * 256))

it('says what Node says, of any bytes in any cuts', () => {
  const cuts = array(integer({ min: 0, max: bytes.length }), { maxLength: 4 })
  assert(
    property(cuts, integer({ min: 0, max: 2 ** 32 - 1 }), (places, before) => {
      const ends = [...places.toSorted((a, b) => a - b), bytes.length]
      const pieces = ends.map((end, piece) => bytes.subarray(ends[piece - 1] ?? 0, end))
      expect(pieces.reduce((crc, piece) => crc32(piece, crc), before)).toBe(crc32OfNode(bytes, before))
    }),
    { numRuns: 200 },
  )
})

it('says what Node says of every length around those where it goes about it in another way', () => {
  for (const near of [16 * 1024, 24 * 1024 + 4800, 48 * 1024 + 4800])
    for (let length = near - 80; length <= near + 80; length++)
      expect(crc32(bytes.subarray(1, 1 + length)), `${length} bytes`).toBe(crc32OfNode(bytes.subarray(1, 1 + length)))
})

it('notices every single bit that changes, at each place of a group and a folding', () => {
  const content = bytes.slice(0, 40_000)
  const good = crc32(content)
  for (let at = 0; at < content.length; at += 37) {
    content[at]! ^= 1 << (at & 7)
    expect(crc32(content), `byte ${at}`).not.toBe(good)
    content[at]! ^= 1 << (at & 7)
  }
})
