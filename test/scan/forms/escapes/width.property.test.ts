import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createFormMatcher } from '../../../../lib/scan/forms/form-matcher.ts'
import { defaultForms } from '../../../../lib/scan/forms/form-names.ts'
import type { Occurrence } from '../../../../lib/scan/occurrence.ts'
import type { SubjectIndex } from '../../../../lib/subject-index/open-subject-index.ts'
import { makeIndex } from '../../../subject-index/make-index.ts'

/** What is found with the sieve, in pieces and windows of such sizes, and without it. */
function find(index: SubjectIndex, bytes: Uint8Array, looking: 'kernel' | 'plain', sizes = [4096], windowBytes = 4096) {
  const found: Occurrence[] = []
  const matcher = createFormMatcher(index, defaultForms, (each) => found.push(each), { windowBytes, looking })
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const piece = Uint8Array.from(bytes.subarray(at, at + sizes[turn % sizes.length]!))
    matcher.write(piece)
    at += piece.length
    piece.fill(0x39)
  }
  matcher.finish(new Uint8Array())
  return found.sort((x, y) => x.offset - y.offset || x.ordinal - y.ordinal)
}

const scripts = [0x30, 0x660, 0x6f0, 0x966, 0xe50, 0x1040, 0x17e0, 0xff10]
const digit = fc
  .tuple(fc.constantFrom(...scripts), fc.nat(9))
  .map(([zero, value]) => String.fromCodePoint(zero + value))
const beside = fc.constantFrom(
  ...[',', '.', '\u066c', '\u066b', ' ', '\u00a0', '\u202f', '\u200b', '\u200f', '\u00ad', '-', '\uff0c', "'", '_'],
  ...['\n', '=\n', '%', '\\u0661', '&#1633;', '%D9%A1', '=D9=A1', '+BmE-', 'e+', 'E', 'x', 'ع', 'अ', 'ค', '"', '\\n'],
)
const torn = fc.constantFrom(
  ...['\xd9', '\xdb', '\xe0', '\xe0\xa5', '\xe1\x81', '\xef', '\xef\xbc', '\xc2', '\xe2\x80'],
)

/** An identifier, each digit in one of some scripts, with signs and halves of characters in it and around it. */
const contentOf = (texts: readonly string[]) => {
  const one = fc.tuple(
    fc.constantFrom(...texts),
    fc.array(fc.constantFrom(...scripts), { minLength: 1, maxLength: 20 }),
  )
  const written = fc
    .tuple(one, fc.constantFrom('', '', '', ',', '\u066c', '\u200b', ' '), fc.boolean())
    .map(([[text, zeros], sign, isGrouped]) => {
      const grouped = isGrouped ? text.replace(/(?<=\d)(?=(?:\d{3})+$)/g, sign) : text
      return grouped.replace(/\d/g, (each, at) => String.fromCodePoint(zeros[at % zeros.length]! + Number(each)))
    })
  const utf8 = fc.oneof(
    { weight: 3, arbitrary: written },
    { weight: 3, arbitrary: digit },
    { weight: 3, arbitrary: beside },
  )
  const bytes = fc.oneof(
    { weight: 12, arbitrary: utf8.map((text) => Buffer.from(text)) },
    { weight: 1, arbitrary: torn.map((text) => Buffer.from(text, 'latin1')) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(fc.constantFrom(' ', 'ع', 'x '), fc.nat(70))
        .map(([text, times]) => Buffer.from(text.repeat(times))),
    },
  )
  return fc.array(bytes, { minLength: 1, maxLength: 16, size: 'max' }).map((all) => Buffer.concat(all))
}

const sizes = fc.array(fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 200 })), {
  minLength: 1,
  maxLength: 4,
})
const numRuns = Number(process.env.RUNS ?? 200)

it.each([
  ['long', ['12345678901234567', '1000000000000000000']],
  ['short', ['1234', '98765', '4006381333931']],
  ['with letters', ['bobby_12', 'b1@x2.org', '7c9e6679-7425-40de-944b-e07fc1f90ae7', '1234567']],
])('the sieve leaves out no number in digits of several scripts, however the bytes are cut: %s', (_, texts) => {
  const index = makeIndex(texts)
  fc.assert(
    fc.property(contentOf(texts), sizes, fc.integer({ min: 1, max: 300 }), (bytes, cut, window) => {
      expect(find(index, bytes, 'kernel', cut, window)).toStrictEqual(find(index, bytes, 'plain'))
    }),
    { numRuns },
  )
})

it.each([
  ['one digit at the end of what is known', '١', '2345678901234567', [10]],
  ['one digit behind half of another character', '\xef\xbc\x91\xef\xbc\xef\xbc\x91', '2345678901234567', [4096]],
])('%s', (_, first, rest, cut) => {
  const index = makeIndex(['12345678901234567'])
  const encoding = first === '١' ? 'utf8' : 'latin1'
  const bytes = Buffer.concat([Buffer.from('         '), Buffer.from(first, encoding), Buffer.from(`${rest} `)])
  expect(find(index, bytes, 'kernel', [...cut, 4096])).toMatchObject([{ form: 'width' }])
})
