import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createFormMatcher } from '../../../lib/scan/forms/form-matcher.ts'
import { defaultForms, formNames } from '../../../lib/scan/forms/form-names.ts'
import { forms } from '../../../lib/scan/forms/forms.ts'
import type { SubjectIndex } from '../../../lib/subject-index/open-subject-index.ts'
import { makeIndex } from '../../subject-index/make-index.ts'
import { content, identifiers } from '../contents.ts'
import { writePieces } from '../write-pieces.ts'
import { type Place, referenceForms } from './reference.ts'

const wanted = [...identifiers, "o'b@x.org", '1234567', '98765432101234567']
const index = makeIndex(wanted)

/** What is found in forms when a content is written in pieces of these sizes, over and over. */
function find(
  own: SubjectIndex,
  names: readonly string[],
  bytes: Uint8Array,
  sizes: readonly number[],
  windowBytes?: number,
) {
  const found: Place[] = []
  const matcher = createFormMatcher(
    own,
    names,
    ({ form, ordinal, offset, record }) => (form === undefined ? undefined : found.push({ ordinal, offset, record })),
    windowBytes === undefined ? {} : { windowBytes },
  )
  writePieces(bytes, sizes, matcher.write)
  matcher.end()
  return found.sort((x, y) => x.offset - y.offset || x.ordinal - y.ordinal)
}

const shapeOf = (text: string) => (/^[0-9]+$/.test(text) ? 'decimal' : text.includes('@') ? 'email' : 'handle')
const spellings = forms.flatMap((form) =>
  wanted.flatMap((text) => form.spell(text, shapeOf(text)).map((bytes) => ({ form: form.name, bytes }))),
)
const latin1 = (bytes: Buffer) => bytes.toString('latin1')
/** Signs, and parts of escapes and codes, that stand around. */
const around = fc.constantFrom(
  ...[
    '%',
    '%4',
    '%25',
    '%2540',
    '+',
    ...['+-', '+ZeUAYg', '+ZeVnLIqe', '+AKA', 'AF8AQA', 'AGIAbwBi', '+AGIA'],
    'e%2B6',
    'e\\u002B',
    '\\',
    '\\\\',
    '\\u00',
    '\\u0040',
    '&',
    '&#',
    '&#64',
    '&#x40',
    '&amp;',
    '=',
    '=4',
    '=40',
    '=\n',
  ],
  ...[
    '=\r\n',
    ...[',=\n', '=\n,', '1=\n', '123,', ',456,=\n'],
    "'",
    "''",
    "''''",
    "'\\''",
    '0',
    '00',
    '000',
    ',',
    '.',
    ' ',
    '_',
    '\xa0',
    '\xc2\xa0',
    'e',
    'E+',
    'e+6',
    '1',
    '12',
    '123',
    '\n',
    '\r\n',
    '\x00',
  ],
  ...[
    '\x00a\x00',
    'Ym9i',
    'YWJjZGVmZ2hpamts',
    'A'.repeat(32),
    'A'.repeat(33),
    '3132',
    '626f62',
    '0x',
    '\x00\x00',
    '/',
    '-',
    ...['49,', ', 50', '51 ', ',"7":', '-49', '98,111,98', '10', '256', '[', ',\n    ', ',\\n '],
    ';',
    ':',
    '<',
    '\xff',
  ],
)

function contentsOf(name: string) {
  const own = spellings.filter(({ form }) => form === name).map(({ bytes }) => latin1(bytes))
  const one = fc.constantFrom(...own)
  /** Each character in the form or not. */
  const cut = fc
    .tuple(one, fc.nat(60), fc.nat(60))
    .map(([text, from, length]) => text.slice(from % text.length, (from % text.length) + length))
  return fc
    .array(
      fc.oneof(
        { weight: 6, arbitrary: one },
        { weight: 2, arbitrary: cut },
        { weight: 6, arbitrary: around },
        { weight: 1, arbitrary: content.map(latin1) },
      ),
      { minLength: 1, maxLength: 12, size: 'max' },
    )
    .map((pieces) => Buffer.from(pieces.join(''), 'latin1'))
}

type Options = Parameters<typeof referenceForms>[3]

/**
 * What the slow search finds has to be found. One that begins with a sign of another form is found behind that as well, and there it
 * counts. What the fast one finds beyond that is there all the same, if forms are looked for everywhere.
 */
function expectSame(found: readonly Place[], names: readonly string[], bytes: Uint8Array, least: Options): void {
  const isFound = ({ ordinal, offset }: Place) =>
    found.some((each) => each.ordinal === ordinal && each.offset >= offset && each.offset <= offset + 2)
  expect(referenceForms(index, names, bytes, least).filter((place) => !isFound(place))).toStrictEqual([])
  const placeOf = ({ ordinal, offset, record }: Place) => `${offset} in ${record}: ${ordinal}`
  let beyond = found.map(placeOf)
  for (const some of [names, formNames]) {
    if (beyond.length === 0) return
    const anywhere = referenceForms(index, some, bytes, { everywhere: true }).map(placeOf)
    beyond = beyond.filter((place) => !anywhere.includes(place))
  }
  expect(beyond).toStrictEqual([])
}

/**
 * The same contents every time, and others with `RUNS` as many: where an escape hides that a line goes on, which another one says, the slow
 * search finds what it cut off itself, once in some thousands of contents.
 */
const runs = (usual: number) =>
  process.env.RUNS === undefined ? { numRuns: usual, seed: 20261127 } : { numRuns: Number(process.env.RUNS) }

const sizes = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 4 })
const windows = fc.integer({ min: 1, max: 3000 })

describe('each form is found as the slow search finds it, however the bytes are cut', () => {
  // Those that search by themselves, everywhere, have properties of their own.
  // A form of UUIDs has a test of its own.
  for (const name of defaultForms.filter((each) => spellings.some(({ form }) => form === each)))
    it(name, () => {
      fc.assert(
        fc.property(contentsOf(name), sizes, windows, (bytes, cut, window) => {
          expectSame(find(index, [name], bytes, cut, window), [name], bytes, { everywhere: true })
        }),
        runs(150),
      )
    })

  it('all of them together, and one inside of another', () => {
    const mixed = fc
      .array(fc.oneof(fc.constantFrom(...spellings.map(({ bytes }) => latin1(bytes))), around), {
        minLength: 1,
        maxLength: 8,
      })
      .map((pieces) => Buffer.from(pieces.join(''), 'latin1'))
    fc.assert(
      fc.property(mixed, sizes, windows, (bytes, cut, window) => {
        expectSame(find(index, formNames, bytes, cut, window), formNames, bytes, { everywhere: false })
      }),
      {
        ...runs(100),
        // An escape ends in a digit, and a point follows. The digits in front are a character of another form, and what follows is a run of its own.
        examples: [
          [Buffer.from('%25.9.8765432101E10%'), [1], 1],
          [Buffer.from(`&#64${'12345678901234567'.replace(/./g, (digit) => `\\x3${digit}`)}`), [1], 1],
        ],
      },
    )
  })
})
