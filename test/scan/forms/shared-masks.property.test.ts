import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createFormMatcher } from '../../../lib/scan/forms/form-matcher.ts'
import { defaultForms } from '../../../lib/scan/forms/form-names.ts'
import { makeIndex } from '../../subject-index/make-index.ts'

/** Lengths around those up to which the end of one look is within the masks of the next one. */
const lengths = [3, 4, 8, 9, 14, 15, 16, 17, 31, 37, 38, 39, 40, 41, 56, 57, 64, 65, 80]
const one = (length: number) => '7'.repeat(length)
const indexes = [lengths, lengths.slice(0, 10), [17], [39], [40]].map((each) => makeIndex(each.map(one)))

const piece = fc.oneof(
  fc.integer({ min: 1, max: 90 }).map(one),
  fc.integer({ min: 1, max: 70 }).map((length) => `0${one(length)}`),
  fc.constantFrom('\n', '\n', ' ', ',', '\\n', '%22', '\n'.repeat(70), 'e', '.', '%', '='),
  fc.integer({ min: 1, max: 150 }).map((length) => 'x'.repeat(length)),
)

/** What a matcher finds that is given pieces one at a time. */
function openedFor(index: (typeof indexes)[number], forms: readonly string[], looking: 'kernel' | 'plain') {
  const found: unknown[] = []
  const matcher = createFormMatcher(index, forms, (occurrence) => found.push({ ...occurrence }), { looking })
  return { write: matcher.write, end: matcher.end, found: () => ({ found, records: matcher.records }) }
}

describe('masks that are made once for what is written plainly and in forms', () => {
  it('change nothing that is found, nor the lines, however long numbers are and wherever they are cut', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...indexes),
        fc.array(piece, { minLength: 1, maxLength: 60 }),
        fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 4 }),
        (index, pieces, sizes) => {
          const bytes = Buffer.from(pieces.join(''))
          const all = (['kernel', 'plain'] as const).map((looking) => {
            const matcher = openedFor(index, defaultForms, looking)
            for (let at = 0, turn = 0; at < bytes.length; turn++) {
              const size = sizes[turn % sizes.length]!
              matcher.write(bytes.subarray(at, at + size))
              at += size
            }
            matcher.end()
            return matcher.found()
          })
          expect(all[0]).toStrictEqual(all[1])
        },
      ),
      { numRuns: Number(process.env.RUNS ?? 150) },
    )
  })

  it('are not those of another content that is looked at in the same memory', () => {
    const contents = fc.array(fc.array(piece, { minLength: 1, maxLength: 12 }), { minLength: 2, maxLength: 12 })
    fc.assert(
      fc.property(fc.constantFrom(...indexes), contents, (index, turns) => {
        const [first, second] = [openedFor(index, defaultForms, 'kernel'), openedFor(index, [], 'kernel')]
        const [one, other] = [openedFor(index, defaultForms, 'plain'), openedFor(index, [], 'plain')]
        for (const [turn, pieces] of turns.entries()) {
          const bytes = Buffer.from(pieces.join(''))
          for (const matcher of turn % 2 === 0 ? [first, one] : [second, other]) matcher.write(bytes)
        }
        for (const matcher of [first, second, one, other]) matcher.end()
        expect(first.found()).toStrictEqual(one.found())
        expect(second.found()).toStrictEqual(other.found())
      }),
      { numRuns: Number(process.env.RUNS ?? 100) },
    )
  })
})
