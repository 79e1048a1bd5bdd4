import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  bytesOfCounts,
  countsOfBytes,
  createCountParts,
  createSubjectCounts,
  formatCounts,
  parseCounts,
} from '../../lib/finding/subject-counts.ts'

/** The pairs of a map, by ordinal. */
const toSubjectCounts = (versions: ReadonlyMap<number, number>) =>
  Uint32Array.from([...versions].toSorted(([a], [b]) => a - b).flat())
const pairsIn = (text: string) => Uint32Array.from([...parseCounts(text)].flatMap((pairs) => [...pairs]))

const map = fc
  .uniqueArray(fc.tuple(fc.nat({ max: 60 }), fc.integer({ min: 1, max: 9 })), {
    selector: ([ordinal]) => ordinal,
    maxLength: 20,
  })
  .map((pairs) => new Map(pairs))

describe('counts of subjects', () => {
  it('come back as they were written', () => {
    fc.assert(
      fc.property(map, (versions) => {
        const pairs = toSubjectCounts(versions)
        expect(pairsIn(formatCounts(pairs))).toEqual(pairs)
        expect(countsOfBytes(bytesOfCounts(pairs))).toEqual(pairs)
      }),
    )
  })

  it.each([
    ['nobody', Uint32Array.of(1, 0)],
    ['one subject twice', Uint32Array.of(1, 2, 1, 2)],
    ['another order', Uint32Array.of(2, 2, 1, 2)],
  ])('are refused with %s', (_what, pairs) => {
    expect(() => countsOfBytes(bytesOfCounts(pairs))).toThrow('expected each subject once')
    expect(() => formatCounts(pairs)).toThrow('expected each subject once')
  })

  it('are refused with half a pair', () => {
    expect(() => countsOfBytes(bytesOfCounts(Uint32Array.of(1, 2, 3)))).toThrow('expected each subject once')
  })

  it.each([
    ['base64 that nobody writes', 'Ah=='],
    ['base64 without its end', 'Ag'],
    ['a sign that is none of base64', 'Ag==\n'],
    ['a number that goes on behind the end', Buffer.of(0x80).toString('base64')],
    ['a number without its versions', Buffer.of(1).toString('base64')],
    ['a number in more bytes than it needs', Buffer.of(0x82, 0).toString('base64')],
    ['an ordinal of more than 32 bits', Buffer.of(0xfe, 0xff, 0xff, 0xff, 0x7f).toString('base64')],
    ['more versions than 32 bits count', Buffer.of(1, 0xfe, 0xff, 0xff, 0xff, 0x1f).toString('base64')],
    ['an ordinal of more than 32 bits behind others', Buffer.of(0xfe, 0xff, 0xff, 0xff, 0x1f, 0).toString('base64')],
    ['a number without end', Buffer.alloc(40, 0xff).toString('base64')],
  ])('are refused as text with %s', (_what, text) => {
    expect(() => pairsIn(text)).toThrow('expected each subject once')
  })

  it('come back where they are as large as they may be, and in pieces', () => {
    const pairs = Uint32Array.of(0, 1, 1, 0xffffffff, 128, 130, 70_000, 1, 0xfffffffe, 2, 0xffffffff, 1)
    expect(pairsIn(formatCounts(pairs))).toEqual(pairs)
    const many = Uint32Array.from({ length: 100_000 }, (_, at) => (at % 2 === 0 ? at : 1 + (at % 3)))
    expect(pairsIn(formatCounts(many))).toEqual(many)
    for (const part of parseCounts(formatCounts(many))) expect(part.length).toBeLessThanOrEqual(2 ** 15)
  })

  it('take a byte for each subject where nearly every one is found', () => {
    const pairs = Uint32Array.from({ length: 20_000 }, (_, at) => (at % 2 === 0 ? at + (at >> 3) : 1))
    expect(formatCounts(pairs).length).toBeLessThan(10_000 * 1.4)
  })

  it('of versions one after the other are those of all of them together', () => {
    fc.assert(
      fc.property(fc.array(fc.uniqueArray(fc.nat({ max: 60 })), { maxLength: 30 }), (versions) => {
        const total = new Map<number, number>()
        const counts = createSubjectCounts()
        for (const ordinals of versions) {
          for (const ordinal of ordinals) total.set(ordinal, (total.get(ordinal) ?? 0) + 1)
          counts.add(Uint32Array.from(ordinals).sort())
        }
        expect(counts.finish()).toEqual(toSubjectCounts(total))
      }),
    )
  })

  it('add up to the same in parts of any size, each with every subject once and no larger than was said', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(map, { maxLength: 12 }), fc.integer({ min: 1, max: 40 }), async (batches, most) => {
        const total = new Map<number, number>()
        const sum = new Map<number, number>()
        const add = (to: Map<number, number>, pairs: Iterable<[number, number]>) => {
          for (const [ordinal, versions] of pairs) to.set(ordinal, (to.get(ordinal) ?? 0) + versions)
        }
        const parts = createCountParts(async (pairs) => {
          expect(pairs.length).toBeLessThanOrEqual(2 * most)
          const checked = countsOfBytes(bytesOfCounts(pairs))
          add(
            sum,
            Array.from({ length: checked.length / 2 }, (_, n) => [checked[2 * n]!, checked[2 * n + 1]!]),
          )
        }, most)
        for (const batch of batches) {
          add(total, batch)
          await parts.add(toSubjectCounts(batch))
        }
        await parts.finish()
        expect(toSubjectCounts(sum)).toEqual(toSubjectCounts(total))
      }),
    )
  })
})
