import { describe, expect, it } from 'vitest'
import { hashInto, passesFilter, type Seed, shardOf } from '../../lib/subject-index/filter.ts'
import { makeFilter } from './make-filter.ts'

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
    it(`passes every entry and at most 1 in 5,000 others: ${name}`, () => {
      const entries = 20_000
      const filter = makeFilter(Array.from({ length: entries }, (_, n) => hashOf(textOf(2 * n))))
      let denied = 0
      let passed = 0
      for (let n = 0; n < entries; n++) {
        denied += Number(!passesFilter(filter, ...hashOf(textOf(2 * n))))
        passed += Number(passesFilter(filter, ...hashOf(textOf(2 * n + 1))))
      }
      expect(denied).toBe(0)
      expect(passed).toBeLessThan(entries / 5000)
    })

  it('passes one in 256 others by its first plane, and one in 65,536 by both', () => {
    const filter = makeFilter(Array.from({ length: 20_000 }, (_, n) => hashOf(String(5_000_000 + n))))
    const bySecondOnly = { ...filter, first: new Uint8Array(filter.first.length) }
    const byFirstOnly = { ...filter, second: new Uint8Array(filter.second.length) }
    const others = Array.from({ length: 200_000 }, (_, n) => hashOf(String(8_000_000 + n)))
    const counts = [filter, byFirstOnly, bySecondOnly].map((each) => {
      let passed = 0
      for (const [a, b] of others) passed += Number(passesFilter(each, a, b))
      return passed
    })
    // By chance 3; and a plane of zeros passes one in 256 of what the other passes.
    for (const passed of counts) expect(passed).toBeLessThan(16)
  })

  it('reads the layout as it is documented', () => {
    const hashes = Array.from({ length: 3000 }, (_, n) => hashOf(`layout ${n}`))
    const { first, second, seeds, segmentBits, segments } = makeFilter(hashes, 4)
    const big = (value: number) => BigInt(value >>> 0)
    const times = (value: bigint, factor: bigint) => (value * factor) & 0xffff_ffffn
    for (const [a, b] of hashes) {
      const shard = ((big(a) >> 16n) * 4n) >> 16n
      expect(Number(shard)).toBe(shardOf(a, 4))
      const seed = big(seeds[Number(shard)]!)
      let u = times(big(a) ^ seed, 0x9e3779b1n)
      u ^= u >> 15n
      let v = times(big(b) ^ seed, 0x85ebca6bn)
      v ^= v >> 13n
      const w = times(u ^ v, 0xc2b2ae35n)
      const bits = BigInt(segmentBits)
      const at = (shard * BigInt(segments + 2) + (((u >> 16n) * BigInt(segments)) >> 16n)) << bits
      const mask = (1n << bits) - 1n
      const places = [at + (u & mask), at + (1n << bits) + (v & mask), at + (2n << bits) + (v >> (32n - bits))]
      const marks = [first, second].map((plane) => places.reduce((mark, place) => mark ^ plane[Number(place)]!, 0))
      expect(marks).toStrictEqual([Number(w >> 24n), Number((w >> 16n) & 0xffn)])
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
