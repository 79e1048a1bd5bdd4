import { constants, zstdCompressSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { byteLines, prefixedValues } from '../../../../lib/decode/columnar/byte-values.ts'
import { decompress } from '../../../../lib/decode/columnar/decompress.ts'
import { fixedLines, signed32, signed64, unsigned32, unsigned64 } from '../../../../lib/decode/columnar/fixed-lines.ts'
import { openPageKernel } from '../../../../lib/decode/columnar/kernel/page-kernel.ts'
import { tallyRuns } from '../../../../lib/decode/columnar/parquet/run-length.ts'
import { createOut, type Lines, type Out } from '../../../../lib/decode/columnar/text-content.ts'
import { decompressSnappyBlock } from '../../../../lib/decode/compression/snappy/snappy-block.ts'
import { prefixed } from '../parquet-file.ts'

const kernel = openPageKernel(1 << 22)!

/** Everything that is written, or the error and what was written before. */
function textOf(lines: Lines, out: Out, first = 0): string {
  let text = ''
  const take = (from: number) => {
    text += out.buffer.toString('latin1', from, out.at)
    out.at = 0
  }
  out.at = first
  out.buffer.fill(0x2a, 0, first)
  try {
    for (let isDone = false; !isDone; ) {
      isDone = lines.fill(out)
      take(0)
    }
  } catch (error) {
    take(0)
    return `${text}${(error as Error).message}`
  }
  return text
}

test('the kernel is used on this machine', () => {
  expect(kernel).toBeDefined()
})

describe('whole numbers as lines', () => {
  const numbers = fc.array(
    fc.oneof(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), fc.bigInt({ min: 0n, max: 99n }), edges()),
    {
      maxLength: 60,
    },
  )
  test.each([
    { width: 8 as const, signed: true, printer: signed64 },
    { width: 8 as const, signed: false, printer: unsigned64 },
    { width: 4 as const, signed: true, printer: signed32 },
    { width: 4 as const, signed: false, printer: unsigned32 },
  ])('are those that the plain functions write: $width bytes, signed $signed', ({ width, signed, printer }) => {
    fc.assert(
      fc.property(numbers, fc.nat(3000), (values, fromEnd) => {
        const bytes = Buffer.from(new BigUint64Array(values).buffer)
        const count = (bytes.length / width) | 0
        const expected = textOf(fixedLines(bytes, count, width, printer), createOut())
        const first = kernel.out.buffer.length - fromEnd
        const lines = kernel.numberLines(bytes, count, width, signed)!
        expect(textOf(lines, kernel.out, first).slice(first)).toBe(expected)
      }),
      { numRuns: 500 },
    )
  })

  test('are exact at every power of ten and two', () => {
    const values = [...Array(64).keys()].flatMap((bit) =>
      [-1n, 0n, 1n].map((more) => BigInt.asUintN(64, (1n << BigInt(bit)) + more)),
    )
    const powers = [...Array(20).keys()].flatMap((digits) => [-1n, 0n, 1n].map((more) => 10n ** BigInt(digits) + more))
    const all = [...values, ...powers]
    const bytes = Buffer.from(new BigUint64Array(all).buffer)
    const text = textOf(kernel.numberLines(bytes, all.length, 8, false)!, kernel.out)
    expect(text.split('\n').slice(0, -1)).toEqual(all.map(String))
  })
})

describe('packed numbers', () => {
  const outcomeOf = (tally: () => unknown) => {
    try {
      return tally()
    } catch (error) {
      return (error as Error).message
    }
  }

  test('are tallied as by the plain functions, of any width, wherever they begin', () => {
    const some = fc.record({
      width: fc.integer({ min: 1, max: 32 }),
      count: fc.integer({ min: 1, max: 400 }),
      before: fc.nat(20),
      seed: fc.uint8Array({ minLength: 1, maxLength: 40 }),
      // Of few high bits, so that some bounds hold for all.
      shifted: fc.nat(32),
      beside: fc.integer({ min: -1, max: 1 }),
    })
    fc.assert(
      fc.property(some, ({ width, count, before, seed, shifted, beside }) => {
        const values = Array.from({ length: count }, (_, at) => {
          const [one, other] = [seed[at % seed.length]!, seed[(at * 7 + 3) % seed.length]!]
          return ((one * 0x01010101 + other * 0x10305) % 2 ** width) >>> Math.min(shifted, width)
        })
        const groups = Math.ceil(count / 8)
        const bits = values.map((value) => [...value.toString(2).padStart(width, '0')].reverse().join('')).join('')
        const packed = Uint8Array.from({ length: groups * width }, (_, at) =>
          Number.parseInt([...bits.slice(at * 8, at * 8 + 8).padEnd(8, '0')].reverse().join(''), 2),
        )
        const header = [(groups * 2 + 1) & 0x7f, ...((groups * 2 + 1) >>> 7 > 0 ? [(groups * 2 + 1) >>> 7] : [])]
        if (header.length > 1) header[0]! |= 0x80
        const bytes = Buffer.concat([Buffer.alloc(before, 0xff), Buffer.from(header), packed])
        const all = { bytes, at: before, to: bytes.length, width, count }
        const highest = Math.max(...values)
        for (const bound of [highest + 1 + beside, 2 ** width].map((each) => Math.min(each, 2 ** 32 - 1)))
          for (const wanted of [-1, values[0]!, highest]) {
            const expected = outcomeOf(() => tallyRuns(all, wanted, bound))
            expect(outcomeOf(() => tallyRuns(all, wanted, bound, kernel))).toEqual(expected)
            const at = before + header.length
            const found = kernel.tallyPacked(bytes, at, count, width, wanted, bound)
            const isBelow = highest < bound
            expect(found).toBe(isBelow ? values.filter((value) => value === wanted).length : -1)
          }
      }),
      { numRuns: 400 },
    )
  })
})

describe('strings as lines', () => {
  const short = fc.string({ unit: fc.constantFrom('a', '\n', '\r', '1', '\x8a', '\xff'), maxLength: 70 })
  const long = fc.integer({ min: 262_100, max: 262_160 }).map((length) => `${'x'.repeat(length)}\n`)
  const values = fc
    .tuple(fc.array(short, { maxLength: 20 }), fc.array(long, { maxLength: 2 }), fc.array(short))
    .map((all) => all.flat())
  test('are those that the plain functions write, whatever their lengths and wherever the buffer ends', () => {
    fc.assert(
      fc.property(values, fc.nat(300), fc.nat(5), (values, fromEnd, missing) => {
        const whole = prefixed(values.map((text) => Buffer.from(text, 'latin1')))
        const bytes = whole.subarray(0, Math.max(0, whole.length - missing))
        const expected = textOf(byteLines(prefixedValues(bytes, bytes.length, values.length)), createOut())
        const first = kernel.out.buffer.length - fromEnd
        let end = -1
        const lines = kernel.stringLines(bytes, values.length, (found) => {
          end = found
        })!
        expect(textOf(lines, kernel.out, first).slice(first)).toBe(expected)
        expect(end).toBe(missing === 0 || whole.length === 0 ? bytes.length : -1)
      }),
      { numRuns: 150 },
    )
  })

  test('are refused where a length is beyond the page', () => {
    const bytes = Buffer.concat([prefixed(['one']), Buffer.from('ffffffff', 'hex'), Buffer.from('text')])
    expect(textOf(kernel.stringLines(bytes, 2, () => {})!, kernel.out)).toBe('one\nexpected a value within its page')
  })
})

describe('a snappy block', () => {
  const element = fc.oneof(
    fc.uint8Array({ minLength: 1, maxLength: 300 }).map(literal),
    fc
      .tuple(
        fc.integer({ min: 4, max: 11 }),
        fc.oneof(fc.integer({ min: 1, max: 14 }), fc.integer({ min: 0, max: 400 })),
      )
      .map(([length, distance]) => Buffer.from([1 | ((length - 4) << 2) | ((distance >> 8) << 5), distance & 0xff])),
    fc
      .tuple(
        fc.integer({ min: 1, max: 64 }),
        fc.oneof(fc.integer({ min: 1, max: 14 }), fc.integer({ min: 0, max: 400 })),
      )
      .map(([length, distance]) => Buffer.from([2 | ((length - 1) << 2), distance & 0xff, distance >> 8])),
    fc
      .tuple(
        fc.integer({ min: 1, max: 64 }),
        fc.oneof(fc.integer({ min: 1, max: 14 }), fc.integer({ min: 0, max: 400 })),
      )
      .map(([length, distance]) => Buffer.from([3 | ((length - 1) << 2), distance & 0xff, distance >> 8, 0, 0])),
  )
  test('holds what the plain function says, or is refused like it is there', () => {
    let valid = 0
    fc.assert(
      fc.property(fc.array(element, { maxLength: 12 }), fc.nat(3), fc.nat(2), (elements, missing, more) => {
        const body = Buffer.concat([literal(Buffer.from('0123456789')), ...elements])
        const size = Math.max(0, sizeOf(elements) + 10 + more)
        const stored = Buffer.concat([varint(size), body.subarray(0, body.length - missing)])
        let expected: Uint8Array | undefined
        try {
          expected = decompressSnappyBlock(stored, size)
          valid += 1
        } catch {}
        const found = kernel.unsnap(stored, size)
        expect(found === undefined ? undefined : Buffer.from(found)).toEqual(expected && Buffer.from(expected))
      }),
      { numRuns: 3000 },
    )
    expect(valid).toBeGreaterThan(50)
  })

  test('of another size than stated, or too large, is left to the plain function', () => {
    const stored = Buffer.concat([varint(3), literal(Buffer.from('abc'))])
    expect(kernel.unsnap(stored, 3)).toEqual(Uint8Array.from(Buffer.from('abc')))
    for (const size of [2, 4, 2 ** 24 + 1]) expect(kernel.unsnap(stored, size)).toBeUndefined()
  })
})

describe('a page of zstd', () => {
  const text = Buffer.from('user 1111111111, user 2222222222 '.repeat(9000))
  const frame = zstdCompressSync(text, { params: { [constants.ZSTD_c_checksumFlag]: 1 } })
  const skippable = Buffer.from('502a4d1804000000757365720a', 'hex').subarray(0, 12)
  const plainly = (stored: Uint8Array, size: number) => {
    try {
      return Buffer.from(decompress('ZSTD', stored, size))
    } catch {
      return undefined
    }
  }

  test('is what the plain function makes of it, in the memory where it becomes lines', () => {
    for (const whole of [text, text.subarray(0, 1), Buffer.from('x'.repeat(70_000)), Buffer.alloc(0)]) {
      const found = kernel.unzstd(zstdCompressSync(whole), whole.length)
      expect(found?.buffer).toBe(kernel.out.buffer.buffer)
      expect(Buffer.from(found!).equals(whole)).toBe(true)
    }
  })

  test('of another size than stated, with anything before or behind it, or too large, is left to the plain function', () => {
    for (const size of [0, text.length - 1, text.length + 1, 2 ** 24 + 1])
      expect(kernel.unzstd(frame, size)).toBeUndefined()
    for (const stored of [
      Buffer.concat([frame, frame]),
      Buffer.concat([frame, skippable]),
      Buffer.concat([skippable, frame]),
      Buffer.concat([frame, Buffer.alloc(1)]),
      frame.subarray(0, -1),
      Buffer.alloc(0),
    ])
      for (const size of [text.length, 2 * text.length]) expect(kernel.unzstd(stored, size)).toBeUndefined()
    expect(kernel.unzstd(frame, text.length)?.length).toBe(text.length)
  })

  test('that is damaged anywhere is never taken for another', () => {
    fc.assert(
      fc.property(fc.nat(), (flip) => {
        const damaged = Buffer.from(frame)
        damaged[(flip >> 3) % frame.length]! ^= 1 << (flip & 7)
        const found = kernel.unzstd(damaged, text.length)
        if (found !== undefined) expect(Buffer.from(found)).toEqual(plainly(damaged, text.length))
        expect(kernel.unzstd(frame, text.length)?.length).toBe(text.length)
      }),
      { numRuns: 200 },
    )
  })
})

function edges() {
  return fc
    .tuple(fc.nat(63), fc.integer({ min: -1, max: 1 }))
    .map(([bit, more]) => BigInt.asUintN(64, (1n << BigInt(bit)) + BigInt(more)))
}

function literal(bytes: Uint8Array): Buffer {
  const length = bytes.length - 1
  const head = length < 60 ? [length << 2] : length < 256 ? [60 << 2, length] : [61 << 2, length & 0xff, length >> 8]
  return Buffer.concat([Buffer.from(head), bytes])
}

function varint(value: number): Buffer {
  const bytes: number[] = []
  let rest = value
  for (; rest >= 0x80; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80)
  return Buffer.from([...bytes, rest])
}

/** How many bytes elements stand for. */
function sizeOf(elements: readonly Buffer[]): number {
  const lengthOf = (element: Buffer) => {
    const tag = element[0]!
    if ((tag & 3) === 1) return ((tag >> 2) & 7) + 4
    if ((tag & 3) !== 0) return (tag >> 2) + 1
    return element.length - (tag >> 2 < 60 ? 1 : (tag >> 2) - 58)
  }
  return elements.reduce((sum, element) => sum + lengthOf(element), 0)
}
