import { describe, expect, it } from 'vitest'
import { addToFilter, filterWordsFor, hashInto, passesFilter, type Seed } from '../../lib/subject-index/filter.ts'

const seed: Seed = [0x12345678, -0x76543210]

function hashOf(text: string, shape = 1, at = 0): [number, number] {
  const bytes = new Uint8Array(at + text.length + 9).fill(0x5a)
  bytes.set(Buffer.from(text), at)
  const halves = new Int32Array(2)
  hashInto(halves, new DataView(bytes.buffer), bytes, at, text.length, shape, seed)
  return [halves[0]!, halves[1]!]
}

const texts = {
  'consecutive numbers': (n: number) => String(1_220_000_000_000_000_000n + BigInt(n)),
  'numbers with an equal end': (n: number) => `${n + 1_000_000}0000000`,
  'short numbers': (n: number) => String(n + 100_000),
  names: (n: number) => `user_${n.toString(36)}`,
}

describe('filter', () => {
  for (const [name, textOf] of Object.entries(texts))
    it(`passes every entry and at most 0.2 % of others: ${name}`, () => {
      const entries = 20_000
      const words = new Int32Array(filterWordsFor(entries))
      for (let n = 0; n < entries; n++) addToFilter(words, ...hashOf(textOf(2 * n)))
      let denied = 0
      let passed = 0
      for (let n = 0; n < entries; n++) {
        denied += Number(!passesFilter(words, ...hashOf(textOf(2 * n))))
        passed += Number(passesFilter(words, ...hashOf(textOf(2 * n + 1))))
      }
      expect(denied).toBe(0)
      expect(passed).toBeLessThan(entries * 0.002)
    })

  it('has at least 16 bits an entry and a power of two of blocks', () => {
    for (const entries of [0, 1, 16, 17, 1000, 65_536, 65_537, 1_000_000]) {
      const words = filterWordsFor(entries)
      expect(words * 32).toBeGreaterThanOrEqual(entries * 16)
      expect(Number.isInteger(Math.log2(words / 8))).toBe(true)
    }
  })

  it('hashes what the bytes are, not where they are or what is around them', () => {
    for (const text of ['abc', 'abcd', 'abcde', 'abcdefgh', 'x'.repeat(254)])
      for (const at of [1, 2, 3, 4, 61]) expect(hashOf(text, 1, at)).toStrictEqual(hashOf(text))
  })

  it('hashes every byte, the length and the shape', () => {
    const hashes = ['abc', 'abcd', 'abcdefghi', 'q'.repeat(254)].flatMap((text) => [
      ...[1, 2, 3, 4, 5].map((shape) => hashOf(text, shape).join()),
      ...Array.from(text, (_, at) => hashOf(`${text.slice(0, at)}Z${text.slice(at + 1)}`).join()),
    ])
    expect(new Set(hashes).size).toBe(hashes.length)
  })
})
