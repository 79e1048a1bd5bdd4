import { createHmac } from 'node:crypto'
import { expect, it } from 'vitest'
import { createKeyedDigest } from '../../lib/subject-index/keyed-digest.ts'
import { seededRandom } from './make-index.ts'

it('is the first half of HMAC-SHA256 over the shape and the text, for every length', () => {
  const random = seededRandom('keyed digest')
  const key = random(32)
  const keyed = createKeyedDigest(key)
  for (let length = 0; length <= 254; length++) {
    const text = random(length + 7)
    const shape = 1 + (length % 5)
    keyed.compute(shape, text, 7, length)
    const expected = createHmac('sha256', key)
      .update(Uint8Array.of(shape, ...text.subarray(7)))
      .digest()
    expect([...keyed.digest]).toStrictEqual([0, 4, 8, 12].map((at) => expected.readUInt32BE(at)))
  }
})

it('follows from every byte of the key', () => {
  const digests = Array.from({ length: 33 }, (_, changed) => {
    const key = new Uint8Array(32)
    key.fill(1, changed, changed + 1)
    const keyed = createKeyedDigest(key)
    keyed.compute(1, Buffer.from('123'), 0, 3)
    return keyed.digest.join(' ')
  })
  expect(new Set(digests).size).toBe(33)
})
