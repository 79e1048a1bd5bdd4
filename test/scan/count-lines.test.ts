import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createLineCounter } from '../../lib/scan/count-lines.ts'

it('counts newlines in any part of any bytes, in short lines and long ones', () => {
  const line = fc
    .tuple(fc.nat(80), fc.constantFrom(0x0a, 0x0b, 0x8a, 0x09, 0x00, 0xff, 0x0a0a))
    .map(([length, end]) => [...new Array<number>(length).fill(0x61), ...(end > 0xff ? [0x0a, 0x0a] : [end])])
  const lines = fc.oneof(
    fc.array(line, { maxLength: 60 }).map((each) => each.flat()),
    fc.array(fc.constantFrom(0x0a, 0x0b, 0x8a), { maxLength: 120 }),
  )
  fc.assert(
    fc.property(lines, fc.nat(4000), fc.nat(4000), (bytes, x, y) => {
      const [from, to] = [x % (bytes.length + 1), y % (bytes.length + 1)].sort((a, b) => a - b) as [number, number]
      const expected = bytes.slice(from, to).filter((byte) => byte === 0x0a).length
      expect(createLineCounter(Uint8Array.from(bytes))(from, to)).toBe(expected)
    }),
    { numRuns: 3000 },
  )
})
