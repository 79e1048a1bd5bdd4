import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createSeenRuns } from '../../lib/scan/fixed-width/seen-runs.ts'

const run = fc.record({
  column: fc.nat(3),
  text: fc.stringMatching(/^[ab_1]{1,6}$/),
  before: fc.nat(70_000),
})

it('no run is taken for one that was seen unless the same bytes stood at the same columns', () => {
  fc.assert(
    fc.property(fc.array(run, { minLength: 1, maxLength: 4000, size: 'max' }), (runs) => {
      const seen = createSeenRuns()
      const all = new Set<string>()
      for (const { column, text, before } of runs) {
        const from = before % 50
        const bytes = Buffer.from(`${'x'.repeat(from + column)}${text}y`)
        const start = from + column
        if (seen({ bytes, from, to: bytes.length }, start, start + text.length))
          expect(all).toContain(`${column} ${text}`)
        all.add(`${column} ${text}`)
      }
    }),
    { numRuns: 60 },
  )
})

it('what comes again is seen, unless it is very long', () => {
  const seen = createSeenRuns()
  const bytes = Buffer.from(`host17 ${'a'.repeat(41)}`)
  const line = { bytes, from: 0, to: bytes.length }
  expect([seen(line, 0, 6), seen(line, 0, 6), seen(line, 7, 48), seen(line, 7, 48)]).toStrictEqual([
    false,
    true,
    false,
    false,
  ])
})
