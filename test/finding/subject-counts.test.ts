import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  bytesOfCounts,
  countsOfBytes,
  createCountParts,
  formatCounts,
  parseCounts,
  toSubjectCounts,
} from '../../lib/finding/subject-counts.ts'

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
        expect(parseCounts(formatCounts(pairs))).toEqual(pairs)
        expect(countsOfBytes(bytesOfCounts(pairs))).toEqual(pairs)
      }),
    )
  })

  it.each([
    ['half a pair', Uint32Array.of(1, 2, 3)],
    ['nobody', Uint32Array.of(1, 0)],
    ['one subject twice', Uint32Array.of(1, 2, 1, 2)],
    ['another order', Uint32Array.of(2, 2, 1, 2)],
  ])('are refused with %s', (_what, pairs) => {
    expect(() => countsOfBytes(bytesOfCounts(pairs))).toThrow('expected each subject once')
    expect(() => parseCounts(formatCounts(pairs))).toThrow('expected each subject once')
  })

  it('are refused in another base64', () => {
    expect(() => parseCounts('AQAAAAIAAAB=')).toThrow('expected each subject once')
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
