import fc from 'fast-check'
import { expect, test } from 'vitest'
import { writeSigned, writeUnsigned, writeWhole } from '../../../lib/decode/columnar/decimal-digits.ts'
import { decimalText } from '../../../lib/decode/columnar/decimal-text.ts'

const buffer = Buffer.alloc(64)
const out = { buffer, view: new DataView(buffer.buffer, buffer.byteOffset, buffer.length) }
const text = (write: (at: number) => number) => buffer.toString('latin1', 3, write(3))
const halves = (value: bigint): [number, number] => [Number(value >> 32n), Number(value & 0xffffffffn)]

test('numbers of 64 bits are written as BigInt writes them, signed or not', () => {
  const edges = Array.from({ length: 64 }, (_, bit) => [-1n, 0n, 1n].map((more) => (1n << BigInt(bit)) + more)).flat()
  const powers = Array.from({ length: 20 }, (_, digits) => [-1n, 0n, 1n].map((more) => 10n ** BigInt(digits) + more))
  const check = (value: bigint) => {
    const bits = BigInt.asUintN(64, value)
    const [high, low] = halves(bits)
    expect(text((at) => writeUnsigned(out, at, high, low))).toBe(String(bits))
    expect(text((at) => writeSigned(out, at, high, low))).toBe(String(BigInt.asIntN(64, value)))
  }
  for (const value of [...edges, ...powers.flat()]) check(value)
  fc.assert(fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), check), { numRuns: 20_000 })
})

test('whole numbers that a double holds exactly are written with all their digits', () => {
  fc.assert(
    fc.property(fc.maxSafeInteger(), (value) => {
      expect(text((at) => writeWhole(out, at, value))).toBe(String(value))
    }),
    { numRuns: 5000 },
  )
})

test('decimal numbers of any length keep their sign and all digits behind the point', () => {
  expect(decimalText(Buffer.from('ff', 'hex'), 2)).toBe('-0.01')
  expect(decimalText(Buffer.from('00000000000003e8', 'hex'), 3)).toBe('1.000')
  expect(decimalText(Buffer.from('7fffffffffffffffffffffffffffffff', 'hex'), 0)).toBe(String(2n ** 127n - 1n))
  expect(decimalText(Buffer.alloc(0), 0)).toBe('')
  expect(() => decimalText(Buffer.alloc(257, 1), 0)).toThrow('expected decimal numbers of at most 256 bytes')
})
