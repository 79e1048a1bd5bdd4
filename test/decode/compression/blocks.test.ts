import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { BlockCorrupt } from '../../../lib/decode/compression/block-corrupt.ts'
import { decompressLz4Block, decompressLz4BlockInto } from '../../../lib/decode/compression/lz4/lz4-block.ts'
import { decompressSnappyBlock } from '../../../lib/decode/compression/snappy/snappy-block.ts'
import { type Element, lz4Block, snappyBlock, textOf } from './block-writers.ts'

/** Elements that repeat what is there: short and long, overlapping themselves or not. */
const elements = fc
  .array(
    fc.oneof(
      fc.string({ unit: fc.constantFrom('a', 'b', '1'), minLength: 1, maxLength: 90 }).map((literal) => ({ literal })),
      fc.string({ unit: 'binary-ascii', minLength: 200, maxLength: 700, size: 'max' }).map((literal) => ({ literal })),
      fc.record({ back: fc.nat(), length: fc.integer({ min: 4, max: 700 }) }),
    ),
    { maxLength: 12 },
  )
  .map((list) => toValid([{ literal: 'x' }, ...list, { literal: 'end!!' }]))

/** Makes every distance one that there is. */
function toValid(list: ({ literal: string } | { back: number; length: number })[]): Element[] {
  let length = 0
  return list.map((each) => {
    if ('literal' in each) {
      length += each.literal.length
      return each
    }
    const distance = (each.back % Math.min(length, 65_535)) + 1
    length += each.length
    return { distance, length: each.length }
  })
}

describe.each([
  { name: 'lz4', write: lz4Block, read: decompressLz4Block },
  { name: 'snappy', write: snappyBlock, read: decompressSnappyBlock },
])('a block of $name', ({ write, read }) => {
  test('gives what its elements say', () => {
    fc.assert(
      fc.property(elements, (list) => {
        const text = textOf(list)
        expect(Buffer.from(read(write(list), text.length)).equals(text)).toBe(true)
      }),
      { numRuns: 1000 },
    )
  })

  test('gives exactly as many bytes as asked for, or nothing', () => {
    fc.assert(
      fc.property(elements, fc.integer({ min: -3, max: 3 }), (list, off) => {
        const { length } = textOf(list)
        fc.pre(off !== 0 && length + off >= 0)
        expect(() => read(write(list), length + off)).toThrow(BlockCorrupt)
      }),
    )
  })

  test('that is cut off anywhere is refused', () => {
    fc.assert(
      fc.property(elements, (list) => {
        const { length } = textOf(list)
        const block = write(list)
        for (let cut = 0; cut < block.length; cut++)
          expect(() => read(block.subarray(0, cut), length)).toThrow(BlockCorrupt)
      }),
      { numRuns: 25 },
    )
  })

  test('of any bytes whatever is refused or gives the bytes asked for, and nothing else is thrown', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat(300), (bytes, length) => {
        const got = attempt(() => read(bytes, length))
        expect(got === 'refused' || got.length === length).toBe(true)
      }),
      { numRuns: 10_000 },
    )
  })
})

function attempt(read: () => Uint8Array): Uint8Array | 'refused' {
  try {
    return read()
  } catch (error) {
    if (error instanceof BlockCorrupt) return 'refused'
    throw error
  }
}

test('an lz4 block refers back to what is before it, and never to what is not', () => {
  const output = Buffer.alloc(30)
  output.write('0123456789')
  const block = lz4Block([{ distance: 10, length: 10 }, { literal: 'after' }])
  expect(decompressLz4BlockInto(block, output, 10)).toBe(25)
  expect(output.toString('latin1')).toBe(`01234567890123456789after${'\0'.repeat(5)}`)
  expect(() => decompressLz4BlockInto(block, output, 9)).toThrow(BlockCorrupt)
})

test.each([
  { name: 'lz4, distance 0', read: () => decompressLz4Block(Buffer.from([0x10, 97, 0, 0, 0x10, 97]), 6) },
  {
    name: 'lz4, distance before the beginning',
    read: () => decompressLz4Block(Buffer.from([0x10, 97, 2, 0, 0x10, 97]), 6),
  },
  { name: 'lz4, a match at the end', read: () => decompressLz4Block(Buffer.from([0x10, 97, 1, 0]), 5) },
  { name: 'lz4, a match announced at the end', read: () => decompressLz4Block(Buffer.from([0x11, 97]), 1) },
  { name: 'lz4, a length of 2^40', read: () => decompressLz4Block(Buffer.alloc(70_000, 255), 100) },
  { name: 'snappy, distance 0', read: () => decompressSnappyBlock(Buffer.from([5, 0, 97, 1, 0]), 5) },
  {
    name: 'snappy, distance before the beginning',
    read: () => decompressSnappyBlock(Buffer.from([5, 0, 97, 1, 2]), 5),
  },
  { name: 'snappy, a length of 2^35', read: () => decompressSnappyBlock(Buffer.from([255, 255, 255, 255, 127]), 5) },
  { name: 'snappy, a length without an end', read: () => decompressSnappyBlock(Buffer.alloc(9, 255), 5) },
  {
    name: 'snappy, a literal of 4 GiB',
    read: () => decompressSnappyBlock(Buffer.from([5, 63 << 2, 255, 255, 255, 255, 97]), 5),
  },
])('a block is refused: $name', ({ read }) => {
  expect(read).toThrow(BlockCorrupt)
})
