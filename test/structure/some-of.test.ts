import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { casesAt } from '../support/some-of.ts'

describe('a share of a long table', () => {
  it('is one of its parts, never empty, and so many turns together are the whole of it', () => {
    const table = fc
      .array(fc.integer(), { minLength: 1, maxLength: 50 })
      .map((values) => values.map((value) => ({ value })))
    fc.assert(
      fc.property(table, fc.integer({ min: 1, max: 9 }), fc.nat(1_000_000), fc.string(), (cases, parts, turn, path) => {
        const shares = Array.from({ length: parts }, (_, after) => casesAt(String(turn + after), path, parts, cases))
        for (const share of shares) {
          expect(share.length).toBeGreaterThanOrEqual(1)
          expect(share.length).toBeLessThanOrEqual(Math.ceil(cases.length / Math.min(parts, cases.length)))
        }
        expect(new Set(shares.flat())).toEqual(new Set(cases))
      }),
    )
  })

  it.each(['', 'ALL', '1.5', '-1', '1e400', 'NaN'])('is refused where its turn is no number: %j', (turn) => {
    expect(() => casesAt(turn, 'path', 2, [1, 2])).toThrow('ODV_TEST_TURN: expected all or a number')
  })

  it('is all of it where all are asked for', () => {
    expect(casesAt('all', 'path', 3, [1, 2, 3, 4])).toEqual([1, 2, 3, 4])
  })
})
