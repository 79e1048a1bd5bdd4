import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { expand, numbersOf, sumBelow } from '../../../lib/decode/columnar/orc/numbers.ts'
import { streamBytes } from '../../../lib/decode/columnar/orc/stream-bytes.ts'
import { list1, varint64, zigzag } from './orc-writer.ts'

type Options = { version?: 1 | 2; isSigned?: boolean; cut?: number }

/** All numbers of a stream whose chunks are of `cut` bytes. */
function read(bytes: Uint8Array, { version = 2, isSigned = false, cut = 1000 }: Options = {}): bigint[] {
  let at = 0
  const numbers = numbersOf(
    streamBytes(() => {
      if (at >= bytes.length) return undefined
      at += cut
      return bytes.subarray(at - cut, at)
    }, 1e6),
    version,
    isSigned,
  )
  const { run } = numbers
  const found: bigint[] = []
  while (numbers.next() > 0) {
    expand(run)
    for (let index = 0; index < run.count; index++)
      found.push((BigInt(run.high[index]!) << 32n) | BigInt(run.low[index]! >>> 0))
  }
  return found
}

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex')
const times = (value: number, count: number) => Array.from({ length: count }, () => value)

/** From the specification's own examples, and the corners of each encoding. */
const examples = [
  { name: 'version 1, a run of one number', version: 1, bytes: '61 00 07', values: times(7, 100) },
  {
    name: 'version 1, a falling run',
    version: 1,
    bytes: '61 ff 64',
    values: Array.from({ length: 100 }, (_, i) => 100 - i),
  },
  { name: 'version 1, one by one', version: 1, bytes: 'fb 02 03 06 07 0b', values: [2, 3, 6, 7, 11] },
  { name: 'short repeat', version: 2, bytes: '0a 27 10', values: times(10_000, 5) },
  { name: 'direct', version: 2, bytes: '5e 03 5c a1 ab 1e de ad be ef', values: [23_713, 43_806, 57_005, 48_879] },
  {
    name: 'patched base',
    version: 2,
    bytes: '8e 13 2b 21 07 d0 1e 00 14 70 28 32 3c 46 50 5a 64 6e 78 82 8c 96 a0 aa b4 be fc e8',
    values: [2030, 2000, 2020, 1_000_000, ...Array.from({ length: 16 }, (_, i) => 2040 + 10 * i)],
  },
  {
    name: 'patched base with wider gaps',
    version: 2,
    bytes: '8e 13 2b 81 07 d0 1e 00 14 70 28 32 3c 46 50 5a 64 6e 78 82 8c 96 a0 aa b4 be 1f 9d 00',
    values: [2030, 2000, 2020, 1_000_000, ...Array.from({ length: 16 }, (_, i) => 2040 + 10 * i)],
  },
  {
    name: 'patched base below 0',
    version: 2,
    bytes: '8e 13 2b 21 87 d0 1e 00 14 70 28 32 3c 46 50 5a 64 6e 78 82 8c 96 a0 aa b4 be fc e8',
    values: [-1970, -2000, -1980, 996_000, ...Array.from({ length: 16 }, (_, i) => -1960 + 10 * i)],
  },
  {
    name: 'patched base right below 2^32',
    version: 2,
    bytes: '8e 13 8b 21 00 ff ff ff f0 1e 00 14 70 28 32 3c 46 50 5a 64 6e 78 82 8c 96 a0 aa b4 be fc e8',
    values: [30, 0, 20, 998_000, ...Array.from({ length: 16 }, (_, i) => 40 + 10 * i)].map(
      (each) => 4_294_967_280 + each,
    ),
  },
  {
    name: 'delta, falling below 2^32',
    version: 2,
    bytes: 'c6 03 81 80 80 80 10 01 23',
    values: [4_294_967_297, 4_294_967_296, 4_294_967_294, 4_294_967_291],
  },
  { name: 'delta', version: 2, bytes: 'c6 09 02 02 22 42 42 46', values: [2, 3, 5, 7, 11, 13, 17, 19, 23, 29] },
  { name: 'delta of the same step', version: 2, bytes: 'c0 03 0a 05', values: [10, 7, 4, 1] },
  { name: 'delta, falling', version: 2, bytes: 'c6 03 64 01 23', values: [100, 99, 97, 94] },
] as const

describe('whole numbers in ORC', () => {
  test.each(examples)('are as the specification says, however they are cut: $name', ({ version, bytes, values }) => {
    for (const cut of [1, 3, 1000]) expect(read(hex(bytes), { version, cut })).toEqual(values.map(BigInt))
  })

  test('are signed where they are', () => {
    expect(read(hex('61 fe 01'), { version: 1, isSigned: true }).slice(0, 3)).toEqual([-1n, -3n, -5n])
    expect(read(hex('02 01'), { isSigned: true })).toEqual([-1n, -1n, -1n, -1n, -1n])
    expect(read(hex('c0 02 01 01'), { isSigned: true })).toEqual([-1n, -2n, -3n])
  })

  const values = fc.array(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), { minLength: 1, maxLength: 200 })
  const some = values.chain((values) =>
    fc.integer({ min: 0, max: 63 }).map((shift) => values.map((value) => value >> BigInt(shift))),
  )

  test('are exact in version 1 and in each width of version 2', () => {
    fc.assert(
      fc.property(some, fc.integer({ min: 1, max: 40 }), (values, cut) => {
        expect(read(list1(values, true), { version: 1, isSigned: true, cut })).toEqual(values)
        expect(read(direct(values), { isSigned: true, cut })).toEqual(values)
        if (values.length > 2) expect(read(steps(values), { isSigned: true, cut })).toEqual(values.toSorted(ascending))
      }),
      { numRuns: 300 },
    )
  })

  test('of a run are added up and held against a bound as they are one by one', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 127 }),
        fc.integer({ min: -128, max: 127 }),
        fc.nat(5000),
        (control, step, base) => {
          const bytes = Buffer.concat([Buffer.from([control, step & 255]), varint64(BigInt(base))])
          const all = read(bytes, { version: 1 })
          const isWithin = all.every((value) => value >= 0n && value < 4000n)
          let at = 0
          const numbers = numbersOf(
            streamBytes(() => (at++ === 0 ? bytes : undefined), 1e6),
            1,
            false,
          )
          numbers.next()
          if (isWithin) expect(BigInt(sumBelow(numbers.run, 4000))).toBe(all.reduce((sum, value) => sum + value))
          else expect(() => sumBelow(numbers.run, 4000)).toThrow('within its bound')
        },
      ),
      { numRuns: 500 },
    )
  })

  test.each([
    // No patch, one behind the run, ones of which the gaps make 64 bits of more.
    '8e 13 2b 20 07 d0 1e 00 14 70 28 32 3c 46 50 5a 64 6e 78 82 8c 96 a0 aa b4 be fc e8',
    '8e 13 2b 81 07 d0 1e 00 14 70 28 32 3c 46 50 5a 64 6e 78 82 8c 96 a0 aa b4 be a7 9d 00',
    'fe 00 5f 21 07 d0 1e 00 14 70 28 32 3c 46 50 5a 64 6e 78 82 8c 96 a0 aa b4 be fc e8',
  ])('with patches that do not fit are corrupt: %s', (bytes) => {
    expect(() => read(hex(bytes))).toThrow(/^orc: expected/)
  })

  test.each(['5e 03 5c a1', 'c6 09 02', '0a 27', '8e 13 2b 21 07', 'c6', '8e 00 2b 20 07 d0 1e'])(
    'that are cut are corrupt: %s',
    (bytes) => {
      expect(() => read(hex(bytes))).toThrow(/^orc: expected/)
    },
  )
})

const ascending = (one: bigint, other: bigint) => (one < other ? -1 : one > other ? 1 : 0)

/** Widths in bits by their codes. */
const widths = [...Array.from({ length: 24 }, (_, code) => code + 1), 26, 28, 30, 32, 40, 48, 56, 64]

/** Numbers of one width, from the highest bit on. */
function packed(values: readonly bigint[]): { code: number; bytes: Buffer } {
  const most = values.reduce((most, value) => (value > most ? value : most), 0n)
  const code = widths.findIndex((width) => most < 2n ** BigInt(width))
  const bits = values.map((value) => value.toString(2).padStart(widths[code]!, '0')).join('')
  const bytes = Array.from({ length: Math.ceil(bits.length / 8) }, (_, index) =>
    Number.parseInt(bits.slice(index * 8, index * 8 + 8).padEnd(8, '0'), 2),
  )
  return { code, bytes: Buffer.from(bytes) }
}

function direct(values: readonly bigint[]): Buffer {
  const { code, bytes } = packed(values.map(zigzag))
  return Buffer.concat([Buffer.from([0x40 | (code << 1), values.length - 1]), bytes])
}

/** The same numbers from the smallest on, in the encoding `delta`. */
function steps(values: readonly bigint[]): Buffer {
  const sorted = values.toSorted(ascending)
  const more = sorted.slice(1).map((value, index) => value - sorted[index]!)
  const { code, bytes } = packed(more.slice(1))
  // A width of one bit has no code here, and a step has a sign.
  const width = Math.max(code, 1)
  const rest =
    code === 0 ? packed([...more.slice(1), 3n]).bytes.subarray(0, Math.ceil(((more.length - 1) * 2) / 8)) : bytes
  const first = BigInt.asIntN(64, more[0]!)
  if (first < 0n || more.some((each) => each >= 2n ** 63n)) return direct(sorted)
  return Buffer.concat([
    Buffer.from([0xc0 | (width << 1), sorted.length - 1]),
    varint64(zigzag(sorted[0]!)),
    varint64(zigzag(first)),
    rest,
  ])
}
