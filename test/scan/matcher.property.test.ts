import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { referenceMatches, referenceRecords } from '../../lib/scan/opinion/reference-matcher.ts'
import { makeIndex } from '../subject-index/make-index.ts'
import { someOf } from '../support/some-of.ts'
import { content, identifiers, piece, subsets } from './contents.ts'
import { find } from './find.ts'

const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 })
const blockBytes = fc.integer({ min: 1, max: 200 })

describe('the matcher finds what the slow one finds, however the bytes are cut', () => {
  for (const { name, keep, caseRule } of someOf(4, subsets)) {
    const index = makeIndex(
      identifiers.filter((text) => keep.test(text)),
      { caseRule },
    )
    it(`for ${name}`, () => {
      fc.assert(
        fc.property(content, sizes, blockBytes, (bytes, cut, block) => {
          const expected = referenceMatches(index, bytes)
          const found = find(index, bytes, { sizes: cut, blockBytes: block })
          expect(found).toStrictEqual({ occurrences: expected, records: referenceRecords(bytes) })
        }),
        { numRuns: 4500 },
      )
    })
  }

  it('in pieces of every size up to the whole, and byte by byte', () => {
    const index = makeIndex(identifiers)
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 10 }), blockBytes, (pieces, block) => {
        const bytes = Buffer.from(pieces.join(''), 'latin1')
        const expected = referenceMatches(index, bytes)
        for (let size = 1; size <= Math.min(bytes.length, 48); size++)
          expect(find(index, bytes, { sizes: [size], blockBytes: block }).occurrences).toStrictEqual(expected)
      }),
      { numRuns: 150 },
    )
  })

  it('so the comparison is worth something: most contents hold several identifiers', () => {
    const index = makeIndex(identifiers)
    const found = fc.sample(content, { numRuns: 500, seed: 1 }).map((bytes) => referenceMatches(index, bytes).length)
    expect(found.filter((count) => count >= 2).length).toBeGreaterThan(250)
  })
})
