import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createDistinctOrdinals } from '../../lib/finding/distinct-ordinals.ts'
import { createSubjectCounts, formatCounts, parseCounts } from '../../lib/finding/subject-counts.ts'

test('ordinals that come in any order, and again, are there once and ascending', () => {
  fc.assert(
    fc.property(fc.nat({ max: 5000 }), fc.integer({ min: 1, max: 3000 }), fc.nat(), (count, most, seed) => {
      const distinct = createDistinctOrdinals()
      const expected = new Set<number>()
      for (let at = 0, next = seed; at < count; at++) {
        next = (Math.imul(next, 1_103_515_245) + 12_345) >>> 0
        const ordinal = (next >>> 8) % most
        distinct.add(ordinal)
        expected.add(ordinal)
      }
      const sorted = [...expected].toSorted((a, b) => a - b)
      expect([...distinct.sorted()]).toEqual(sorted)
      distinct.add(most)
      expect([...distinct.sorted()]).toEqual([...sorted, most])
    }),
    { numRuns: 30 },
  )
})

test('more subjects than a Set or a Map of JavaScript holds are found in one object version, and counted', () => {
  const many = 2 ** 24 + 1000
  const distinct = createDistinctOrdinals()
  for (let at = 0; at < many; at++) distinct.add(at)
  const ordinals = distinct.sorted()
  expect(ordinals.length).toBe(many)
  const subjects = createSubjectCounts()
  subjects.add(ordinals)
  subjects.add(ordinals.subarray(0, 1000))
  let [found, versions] = [0, 0]
  for (const pairs of parseCounts(formatCounts(subjects.finish())))
    for (let at = 0; at < pairs.length; at += 2) {
      found++
      versions += pairs[at + 1]!
    }
  expect([found, versions]).toEqual([many, many + 1000])
})
