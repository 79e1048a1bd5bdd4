import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createProbe } from '../../../lib/scan/finders/probe.ts'
import { createWindowProbe } from '../../../lib/scan/finders/window-probe.ts'
import { openSubjectIndex, type SubjectIndex } from '../../../lib/subject-index/open-subject-index.ts'
import { pendingIndexOf } from '../../../lib/subject-index/pending-index.ts'
import { buildParts, makeIndex, testKeys } from '../../subject-index/make-index.ts'

const lengths = [6, 7, 8, 9, 10, 11, 12, 13, 16, 19, 20, 31]
const digitsOf = (seed: number, length: number) =>
  Array.from({ length }, (_, at) => String(Math.imul(seed + 1, 0x9e3779b1 + at * 0x85ebca6b) >>> 5).at(-1)).join('')
const somebody = (from: number) =>
  Array.from({ length: 600 }, (_, n) => `1${digitsOf(from + n, lengths[n % lengths.length]! - 1)}`)

/** What a probe at each place finds, one after the other. */
function oneByOne(index: SubjectIndex, bytes: Uint8Array, from: number, to: number, some: readonly number[]): number[] {
  const own = new Uint8Array(bytes)
  const probe = createProbe(index, 'decimal', { bytes: own, view: new DataView(own.buffer) })
  return some.flatMap((length) =>
    Array.from({ length: Math.max(0, to - from - length + 1) }, (_, at) => probe(from + at, from + at + length)),
  )
}

const pendingOf = (confirmed: string[], pending: string[]) => pendingIndexOf(makeIndex(confirmed, { pending }))!
const indexes: Record<string, { index: SubjectIndex; people: string[] }> = {
  'one part': { index: makeIndex(somebody(0)), people: somebody(0) },
  'two parts': {
    index: openSubjectIndex(buildParts([somebody(0), somebody(5000)]), testKeys),
    people: [...somebody(0), ...somebody(5000)],
  },
  'those who are not transferred, without a filter': {
    index: pendingOf(somebody(0), somebody(9000)),
    people: somebody(9000),
  },
}

describe.each(Object.entries(indexes))('all numbers within a longer one, of an index of %s', (_, { index, people }) => {
  const pieces = fc.array(fc.oneof(fc.constantFrom(...people), fc.stringMatching(/^[0-9]{1,40}$/)), { maxLength: 12 })
  it('are found as each by itself', () => {
    const probe = createWindowProbe(index, 'decimal')
    fc.assert(
      fc.property(pieces, fc.subarray(lengths), fc.nat(9), fc.nat(9), (texts, some, before, behind) => {
        const bytes = Buffer.from(`123456789${texts.join('')}987654321`)
        const [from, to] = [before, bytes.length - behind]
        const found: number[] = []
        probe(bytes, from, to, some, (ordinal) => found.push(ordinal))
        expect(found.sort()).toEqual(
          oneByOne(index, bytes, from, to, some)
            .filter((ordinal) => ordinal !== -1)
            .sort(),
        )
      }),
      { numRuns: 300 },
    )
  })

  it('are found wherever somebody is', () => {
    const probe = createWindowProbe(index, 'decimal')
    for (const person of people) {
      let count = 0
      probe(Buffer.from(`99${person}88`), 0, person.length + 4, [person.length], () => count++)
      expect(count).toBeGreaterThan(0)
    }
  })
})
