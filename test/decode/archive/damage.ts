import { expect } from 'vitest'
import { collect, inPieces, textsOf } from '../collect.ts'

/**
 * Cuts an archive after each of its bytes and flips each of its bits: it is never complete without all of the texts. Where
 * a format checks nothing, a text that is damaged itself is another one: those are `unchecked`. Before byte `from` there is
 * only a text, and from byte `to` on nothing is missing.
 */
export async function expectDamageNoticed(
  bytes: Buffer,
  texts: readonly string[],
  { from = 2, to = bytes.length, unchecked = [] }: { from?: number; to?: number; unchecked?: readonly string[] } = {},
): Promise<void> {
  for (let length = from; length < to; length++) {
    const { reading } = await collect(inPieces(bytes.subarray(0, length), [bytes.length]))
    expect(`${length} ${reading.complete}`).toBe(`${length} false`)
  }
  const places = unchecked.map((text) => ({ from: bytes.indexOf(text), to: bytes.indexOf(text) + text.length }))
  expect(places.every(({ from }) => from >= 0)).toBe(true)
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    // In a long row of zeros one bit of each byte is enough.
    const isAmongZeros = bytes.subarray(Math.max(0, (bit >> 3) - 1), (bit >> 3) + 2).every((byte) => byte === 0)
    if (isAmongZeros && (bit & 7) !== (bit >> 3) % 8) continue
    if (places.some(({ from, to }) => bit >> 3 >= from && bit >> 3 < to)) continue
    const damaged = Buffer.from(bytes)
    damaged[bit >> 3]! ^= 1 << (bit & 7)
    const { reading, contents } = await collect(inPieces(damaged, [bytes.length]))
    if (!reading.complete) continue
    const all = Object.values(textsOf(contents)).join('\n')
    expect(texts.filter((text) => !all.includes(text))).toEqual([])
  }
}
