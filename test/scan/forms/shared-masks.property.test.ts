import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createFormMatcher } from '../../../lib/scan/forms/form-matcher.ts'
import { defaultForms } from '../../../lib/scan/forms/form-names.ts'
import { createTokenMatcher } from '../../../lib/scan/matcher.ts'
import { makeIndex } from '../../subject-index/make-index.ts'

const digits = (length: number) => '7'.repeat(length)
const grouped = (length: number) => digits(length).replace(/(?<=.)(?=(?:...)+$)/g, ',')

/** Lengths of numbers, around those up to which the end of one look is within the masks of the next one. */
const kinds = [[3, 4, 5], [9, 14], [15, 16, 17], [31, 37, 38], [39], [40], [41, 57], [64, 65, 80]].map((lengths) => {
  const number = fc.constantFrom(...lengths)
  const piece = fc.oneof(
    { weight: 4, arbitrary: number.map(digits) },
    { weight: 2, arbitrary: number.map(grouped) },
    {
      weight: 2,
      arbitrary: fc.tuple(fc.nat(250), number).map(([zeros, length]) => '0'.repeat(zeros) + digits(length)),
    },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 90 }).map(digits) },
    { weight: 8, arbitrary: fc.constantFrom('\n', ' ', ',', '"', '\\n', '%22', '\n'.repeat(70), 'e', '.', '%', '=') },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 150 }).map((length) => 'x'.repeat(length)) },
  )
  return { name: `${lengths.join(', ')} digits`, index: makeIndex(lengths.map(digits)), piece }
})

type Index = (typeof kinds)[number]['index']
type Looking = 'kernel' | 'plain'

function withForms(index: Index, looking: Looking) {
  const found: unknown[] = []
  const { write, end, ...matcher } = createFormMatcher(index, defaultForms, (each) => found.push(each), { looking })
  return { write, end, found, ...matcher }
}

function withoutForms(index: Index, looking: Looking) {
  const found: unknown[] = []
  return { ...createTokenMatcher(index, (each) => found.push(each), { looking }), found }
}

const runs = { numRuns: Number(process.env.RUNS ?? 60) }

describe('masks that are made once for what is written plainly and in forms', () => {
  for (const { name, index, piece } of kinds) {
    const pieces = fc.array(piece, { minLength: 1, maxLength: 40 })

    it(`change nothing that is found, however it is cut: ${name}`, () => {
      const sizes = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 4 })
      fc.assert(
        fc.property(pieces, sizes, (written, cut) => {
          const bytes = Buffer.from(written.join(''))
          const [kernel, plain] = (['kernel', 'plain'] as const).map((looking) => {
            const matcher = withForms(index, looking)
            for (let at = 0, turn = 0; at < bytes.length; turn++) {
              const size = cut[turn % cut.length]!
              matcher.write(bytes.subarray(at, at + size))
              at += size
            }
            matcher.end()
            return matcher.found
          })
          expect(kernel).toStrictEqual(plain)
        }),
        runs,
      )
    })

    it(`are not those of another content that is looked at in the same memory: ${name}`, () => {
      fc.assert(
        fc.property(fc.array(pieces, { minLength: 2, maxLength: 5 }), (turns) => {
          const [first, expectedFirst] = [withForms(index, 'kernel'), withForms(index, 'plain')]
          const [second, expectedSecond] = [withoutForms(index, 'kernel'), withoutForms(index, 'plain')]
          for (const written of turns) {
            const bytes = Buffer.from(written.join(''))
            for (const matcher of [first, expectedFirst]) matcher.write(bytes)
            for (const matcher of [second, expectedSecond]) matcher.write(bytes.toReversed())
          }
          for (const matcher of [first, second, expectedFirst, expectedSecond]) matcher.end()
          expect(first.found).toStrictEqual(expectedFirst.found)
          expect(second.found).toStrictEqual(expectedSecond.found)
        }),
        runs,
      )
    })
  }
})
