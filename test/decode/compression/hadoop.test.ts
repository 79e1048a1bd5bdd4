import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatOf } from '../../../lib/decode/formats.ts'
import { sampleFormats } from '../../../lib/scan/controls/sample-formats.ts'
import { collect, inPieces, textsOf } from '../collect.ts'
import { lz4Block, snappyBlock } from './block-writers.ts'

const uint32 = (value: number) => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}
/** A block whose parts are stored one behind the other, as a codec writes what it does not take at once. */
const blockOf = (length: number, parts: Buffer[]) =>
  Buffer.concat([uint32(length), ...parts.flatMap((part) => [uint32(part.length), part])])
const writers = { 'hadoop-snappy': snappyBlock, 'hadoop-lz4': lz4Block }

describe.each(['hadoop-snappy', 'hadoop-lz4'] as const)('%s', (format) => {
  const { wrap } = sampleFormats[format]!
  const write = writers[format]

  test('is decoded whole, however it is cut', async () => {
    const text = fc.string({
      unit: fc.constantFrom('a', '1', '\n', 'é', 'aaaaaaaa'),
      minLength: 1,
      maxLength: 900,
      size: 'max',
    })
    const cuts = fc.array(fc.integer({ min: 1, max: 70 }), { minLength: 1, maxLength: 8 })
    await fc.assert(
      fc.asyncProperty(fc.array(text, { minLength: 1, maxLength: 3 }), cuts, async (texts, lengths) => {
        const bytes = Buffer.concat(texts.map((each) => wrap(Buffer.from(each))))
        const { reading, contents } = await collect(inPieces(bytes, lengths))
        expect(reading.gaps).toEqual([])
        expect(textsOf(contents)).toEqual({ [format]: texts.join('') })
      }),
      { numRuns: 50 },
    )
  })

  test('may have blocks of several parts, that repeat themselves, and of nothing', async () => {
    const part = write([{ literal: 'user 1111111111\n' }, { distance: 16, length: 40_000 }, { literal: 'end.\n' }])
    const one = `${'user 1111111111\n'.repeat(2501)}end.\n`
    const bytes = Buffer.concat([blockOf(2 * one.length, [part, part]), uint32(0), blockOf(one.length, [part])])
    for (const lengths of [[1e6], [1], [600, 7]]) {
      const { reading, contents } = await collect(inPieces(bytes, lengths))
      expect(reading.gaps).toEqual([])
      expect(textsOf(contents)).toEqual({ [format]: one.repeat(3) })
    }
  })

  test('that is cut off anywhere, or goes on with something else, is not read to its end', async () => {
    const text = 'user 1111111111 has left\n'.repeat(90)
    const bytes = Buffer.from(wrap(Buffer.from(text)))
    // It has no end of its own: behind a block nothing may be missing.
    const ends = [1000, 2000].map((length) => wrap(Buffer.from(text.slice(0, length))).length)
    for (let cut = 1; cut < bytes.length; cut++) {
      const { reading } = await collect(inPieces(bytes.subarray(0, cut), [1e6]))
      expect(reading.complete, String(cut)).toBe(ends.includes(cut))
    }
    for (const more of [
      Buffer.from([0xff]),
      Buffer.from('text\n'),
      uint32(0xfffffff0),
      blockOf(9, [Buffer.from('text')]),
    ])
      expect((await collect(inPieces(Buffer.concat([bytes, more]), [9]))).reading.complete).toBe(false)
  })

  test('is not seen in other bytes', () => {
    const other = fc.uint8Array({ minLength: 9, maxLength: 600, size: 'max' })
    const size = fc.integer({ min: 1, max: 0x1ffff })
    let seen = 0
    fc.assert(
      fc.property(size, size, other, (length, stored, bytes) => {
        const head = Buffer.concat([uint32(length), uint32(stored), bytes]).subarray(0, 512)
        if (formatOf(head)?.name === format) seen += 1
      }),
      { numRuns: 20_000 },
    )
    expect(seen).toBeLessThan(20)
  })
})
