import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { compress, vector } from '../../lib/subject-index/blake2s-block.ts'
import { createKeyedDigest } from '../../lib/subject-index/keyed-digest.ts'

const { digests } = JSON.parse(
  readFileSync(new URL('../vectors/subject-index/keyed-blake2s.json', import.meta.url), 'utf8'),
) as { digests: string[] }

const hexOf = (words: Uint32Array) => Array.from(words, (word) => word.toString(16).padStart(8, '0')).join('')

describe('the keyed digest of an identifier', () => {
  it('is keyed BLAKE2s of 16 bytes over the shape and the text, for every length', () => {
    const keyed = createKeyedDigest(Uint8Array.from({ length: 32 }, (_, n) => n))
    const text = Uint8Array.from({ length: 300 }, (_, n) => n - 6)
    expect(digests.length).toBe(255)
    for (const [length, expected] of digests.entries()) {
      keyed.compute(0, text, 7, length)
      expect(hexOf(keyed.digest), `${length} bytes`).toBe(expected)
    }
    // What an earlier, longer text left behind changes nothing.
    keyed.compute(0, text, 7, 3)
    expect(hexOf(keyed.digest)).toBe(digests[3])
  })

  it('follows from every byte of the key and from the shape', () => {
    const digestOf = (key: Uint8Array, shape: number) => {
      const keyed = createKeyedDigest(key)
      keyed.compute(shape, Buffer.from('123'), 0, 3)
      return hexOf(keyed.digest)
    }
    const byKey = Array.from({ length: 33 }, (_, changed) =>
      digestOf(new Uint8Array(32).fill(1, changed, changed + 1), 1),
    )
    const byShape = [2, 3, 4, 5].map((shape) => digestOf(new Uint8Array(32), shape))
    expect(new Set([...byKey, ...byShape]).size).toBe(37)
  })
})

it('compresses blocks as OpenSSL does where there is no key', () => {
  for (const blocks of [1, 2, 5]) {
    const bytes = Uint8Array.from({ length: blocks * 64 }, (_, n) => n * 7 + blocks)
    const view = new DataView(bytes.buffer)
    const state = vector.slice()
    state[0]! ^= 0x01010020
    for (let block = 0; block < blocks; block++)
      compress(
        state,
        Int32Array.from({ length: 16 }, (_, word) => view.getInt32(block * 64 + word * 4, true)),
        (block + 1) * 64,
        block === blocks - 1,
      )
    const expected = createHash('blake2s256').update(bytes).digest()
    expect([...state]).toStrictEqual(Array.from({ length: 8 }, (_, word) => expected.readInt32LE(word * 4)))
  }
})
