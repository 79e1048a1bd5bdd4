import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createHighBytes } from '../../lib/subject-index/high-bytes.ts'
import { makeIndex } from './make-index.ts'

const least = 10n ** 16n
const most = 2n ** 64n - 1n
const highestOf = (value: bigint) => Number(value >> 56n)
function bytesOf(...texts: string[]): number[] {
  const highBytes = createHighBytes()
  for (const text of texts) highBytes.note(Buffer.from(text))
  return highBytes.bytes()
}

describe('the highest bytes of numbers', () => {
  it('are there of every number of 17 digits and more, with one more at most', () => {
    const near = fc
      .tuple(fc.integer({ min: 1, max: 255 }), fc.bigInt({ min: -3_000_000_000n, max: 3_000_000_000n }))
      .map(([byte, off]) => (BigInt(byte) << 56n) + off)
    const value = fc.oneof(fc.bigInt({ min: least, max: most }), near, fc.constantFrom(least, most, 10n ** 19n))
    fc.assert(
      fc.property(value, (value) => {
        const bytes = bytesOf(String(value))
        expect(bytes).toContain(highestOf(value))
        expect(bytes.length).toBeLessThan(3)
      }),
      { numRuns: 2000 },
    )
  })

  it('are none of shorter and longer numbers, and few of numbers that were given out in turn', () => {
    expect(bytesOf('9999999999999999', '184467440737095516150', '99999999999999999999')).toEqual([])
    const given = Array.from({ length: 1000 }, (_, n) => String(7_200_000_000_000_000_000n + BigInt(n) * 10n ** 14n))
    expect(bytesOf(...given)).toEqual([0x63, 0x64, 0x65])
  })

  it('are those of all identifiers and controls of an index', () => {
    const texts = ['1541815603606036480', '18446744073709551615', '17592884729911706', 'bob_smith']
    const { highBytes, controls } = makeIndex(texts)
    const values = [
      ...texts.slice(0, 3),
      ...controls.filter(({ shape }) => shape === 'decimal').map(({ text }) => text),
    ]
    for (const text of values)
      if (BigInt(text) >= least && BigInt(text) <= most) expect(highBytes).toContain(highestOf(BigInt(text)))
    expect(highBytes.length).toBeLessThan(12)
  })
})
