import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Shape } from '../../../lib/manifest/identifier.ts'
import { createFormMatcher } from '../../../lib/scan/forms/form-matcher.ts'
import { defaultForms } from '../../../lib/scan/forms/form-names.ts'
import { forms } from '../../../lib/scan/forms/forms.ts'
import type { Occurrence } from '../../../lib/scan/occurrence.ts'
import type { SubjectIndex } from '../../../lib/subject-index/open-subject-index.ts'
import { makeIndex } from '../../subject-index/make-index.ts'
import { someOf } from '../../support/some-of.ts'

/** Identifiers of one kind each, since what the sieve may leave out depends on what is looked for. */
const kinds: Record<string, { shape: Shape; texts: string[] }> = {
  'numbers of 17 to 19 digits': {
    shape: 'decimal',
    texts: ['12345678901234567', '900719925474099312', '1000000000000000000', '3141592653589793238'],
  },
  'numbers of 9 to 13 digits': {
    shape: 'decimal',
    texts: ['123456789', '987654321', '1000000000000', '4006381333931'],
  },
  'numbers of 4 to 8 digits': { shape: 'decimal', texts: ['1234', '98765', '100000', '7654321', '20261126'] },
  UUIDs: {
    shape: 'uuid',
    texts: ['0f8fad5b-d9cb-469f-a165-70867728950e', '7c9e6679-7425-40de-944b-e07fc1f90ae7'],
  },
  'e-mail addresses of 14 characters and more': {
    shape: 'email',
    texts: ["o'brien+news@mail.example.org", 'bobby@x-yz.org', 'first.last@example.co'],
  },
  'short e-mail addresses': { shape: 'email', texts: ['bob@x.org', "''@x", 'a_b%c@d.e'] },
  'handles of 6 characters and more': { shape: 'handle', texts: ['bobby_1', 'ALICE99', 'somebody_else_17', 'abcdef'] },
  'handles of 3 characters': { shape: 'handle', texts: ['bob', 'x_1'] },
  'dotted identifiers': { shape: 'dotted', texts: ['bob.smith', 'a-b.c_d', 'x.y.z.w.v'] },
}

type Options = { sizes: readonly number[]; windowBytes: number; looking: 'kernel' | 'plain' }

/** What is found in the bytes [from, to), with what is around them known. */
function find(index: SubjectIndex, bytes: Uint8Array, [from, to]: readonly [number, number], options: Options) {
  const { sizes, windowBytes, looking } = options
  const found: Occurrence[] = []
  const before = bytes.slice(0, from)
  const matcher = createFormMatcher(index, defaultForms, (each) => found.push(each), { before, windowBytes, looking })
  const piece = new Uint8Array(Math.max(...sizes))
  for (let at = from, turn = 0; at < to; turn++) {
    const part = bytes.subarray(at, Math.min(to, at + sizes[turn % sizes.length]!))
    piece.fill(0x39)
    piece.set(part)
    matcher.write(piece.subarray(0, part.length))
    at += part.length
  }
  piece.fill(0x39)
  matcher.finish(bytes.slice(to))
  return { found: found.sort((x, y) => x.offset - y.offset || x.ordinal - y.ordinal), records: matcher.records() }
}

const latin1 = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1')

/** A number with separators, and soft line breaks of quoted-printable in it. */
function broken(text: string): string[] {
  return [',', ' ', '\xc2\xa0'].map((sign) => {
    const grouped = text.replace(/(?<=[0-9])(?=(?:[0-9]{3})+$)/g, sign)
    return grouped.replace(/(?<=^.{3}|^.{9}).|$/gs, (one) => `${one}=${sign === ',' ? '\n' : ' \r\n'}`)
  })
}

/** Within lines of a calendar that are folded, in JSON and in JSON in it. */
function folded(text: string): string[] {
  const line = `\\r\\nATTENDEE;CN=Bob;PARTSTAT=NEEDS-ACTION;ROLE=REQ-PARTICIPANT;RSVP=TRUE:mailto:`
  const whole = `${line}${text.slice(0, 3)}\\r\\n ${text.slice(3)}\\r\\n`
  return [whole, JSON.stringify(whole).slice(1, -1)]
}

/** Every way in which these identifiers are written, and each of some of them in every other way once more. */
function spellingsOf({ shape, texts }: { shape: Shape; texts: readonly string[] }): string[] {
  const once = forms.flatMap((form) => texts.flatMap((text) => form.spell(text, shape).map(latin1)))
  const few = forms.flatMap((form) => form.spell(texts[0]!, shape).slice(0, 2).map(latin1))
  const again = (text: string) =>
    forms.flatMap((form) => (form.name === 'multibyte' ? [] : form.spell(text, 'email').map(latin1)))
  return [...once, ...few.flatMap(again), ...texts.flatMap(folded), ...(shape === 'decimal' ? broken(texts[0]!) : [])]
}

const numbers = '0123456789'
const base64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_'
const textOf = (alphabet: string, maxLength: number) =>
  fc.string({ unit: fc.constantFrom(...alphabet), minLength: 1, maxLength, size: 'max' })

/** A list of small numbers, as identifiers in lists of bytes stand among. */
const listOfNumbers = fc
  .tuple(
    fc.array(fc.oneof(fc.integer({ min: 45, max: 126 }), fc.integer({ min: -9, max: 300 })), { maxLength: 40 }),
    fc.constantFrom(
      ',',
      ', ',
      ' ',
      ',\n    ',
      '","1": "',
      ',"12":',
      ',\\"345\\":',
      ',\\n  ',
      `,${' '.repeat(39)}`,
      ';',
    ),
  )
  .map(([values, separator]) => `${values.join(separator)}${separator}`)

/** What stands around: what forms consist of, what ends them, text, and nothing special for a while. */
const around = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom(...`\n\r \t"',.:;<>=&%+\\/-_#'@[]{}()0123456789eEaFx\x00\x1b\x7f\x81\xa0\xc2\xe2\xff`),
  },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      ...[
        '","',
        '\r\n',
        '=\n',
        '= \r\n',
        '&amp;',
        '&#',
        '&quot;',
        '&nbsp;',
        '%25',
        '%2F',
        '%u00',
        '\\u00',
        '\\\\',
        '\\n',
        ...['\\r\\n ', '\\\\r\\\\n\t'],
      ],
      ...[
        '\\"',
        "''",
        "'''",
        '\xc2\xa0',
        '\xe2\x80\xaf',
        '0.',
        'e+1',
        '00',
        ',000',
        '\x1b(B',
        ...['+AG', '+-', '+ZeUAYg', '+ZeVnLIqe', '+AKA', 'AF8AQA', 'AGIAbwBi', '-'],
        'e%2B1',
        ...['\\0', '%00', '=00', '&#0;', '\\u0000', 'b\\0o\\0b\\0'],
        '\\u002B',
        '\x00\x00',
        '0x',
      ],
      ...[
        '\xe2\x80\x8b',
        '\xe2\x80\x90',
        '\xe2\x80\x91',
        '\xc2\xad',
        '\xef\xbb\xbf',
        '\xef\xbc\x90',
        '\xef\xbc\xa0',
        '&shy;',
        '\\u200b',
        '&#xff10;',
      ],
      ...[
        '\xd9\xa1',
        '\xd9\xac',
        '\xdb\xb5',
        '\xd9',
        '\xe0\xa5\xa7',
        '\xe0\xa5',
        '\xe0\xb9\x93',
        '\xe1\x81\x84',
        '\\u0663',
      ],
      ...['été', '日本', 'https://www.example.com/a/b?c=', '2026-03-11T12:00:07.123Z', '203.0.113.255', '\\'.repeat(9)],
    ),
  },
  { weight: 1, arbitrary: textOf(numbers, 70) },
  { weight: 1, arbitrary: textOf('0123456789abcdef', 70) },
  { weight: 1, arbitrary: textOf(base64, 90) },
  { weight: 1, arbitrary: textOf(base64, 76).map((text) => `${text}\n`) },
  { weight: 1, arbitrary: textOf(`${numbers},. `, 40) },
  { weight: 1, arbitrary: listOfNumbers },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.constantFrom(...'x 0A\n'), fc.nat(200)).map(([text, times]) => text.repeat(times)),
  },
)

function contentOf(spellings: readonly string[]) {
  const one = fc.constantFrom(...spellings)
  const part = fc
    .tuple(one, fc.nat(200), fc.nat(200))
    .map(([text, from, length]) => text.slice(from % text.length, (from % text.length) + length))
  return fc
    .array(fc.oneof({ weight: 4, arbitrary: one }, { weight: 1, arbitrary: part }, { weight: 6, arbitrary: around }), {
      minLength: 1,
      maxLength: 14,
      size: 'max',
    })
    .map((pieces) => Buffer.from(pieces.join(''), 'latin1'))
}

const sizes = fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 4 })
const windows = fc.integer({ min: 1, max: 3000 })
const numRuns = Number(process.env.RUNS ?? 60)

describe('what the sieve leaves out holds nothing, however the bytes are cut', () => {
  for (const [name, kind] of someOf(4, Object.entries(kinds))) {
    const index = makeIndex(kind.texts)
    const spellings = spellingsOf(kind)

    it(name, () => {
      fc.assert(
        fc.property(
          contentOf(spellings),
          sizes,
          windows,
          windows,
          fc.nat(),
          fc.nat(),
          (bytes, cut, one, other, x, y) => {
            const [from, to] = [x % (bytes.length + 1), y % (bytes.length + 1)].sort((a, b) => a - b) as [
              number,
              number,
            ]
            const extent = x % 3 === 0 ? ([from, to] as const) : ([0, bytes.length] as const)
            const sifted = find(index, bytes, extent, { sizes: cut, windowBytes: one, looking: 'kernel' })
            const whole = find(index, bytes, extent, { sizes: [4096], windowBytes: other, looking: 'plain' })
            expect(sifted).toStrictEqual(whole)
          },
        ),
        { numRuns },
      )
    })

    it(`${name}, far from anything else`, () => {
      // Nothing is in the way of what lets only the last bytes be kept.
      for (const [at, text] of spellings.entries()) {
        const filler = Buffer.alloc(70_000 + 37 * at, 'what stands here is text and nothing else, ')
        const bytes = Buffer.concat([filler, Buffer.from(` ${text} `, 'latin1'), filler.subarray(0, 9000)])
        const options = { sizes: [65_536], windowBytes: 128 * 1024 } as const
        const { found } = find(index, bytes, [0, bytes.length], { ...options, looking: 'kernel' })
        const near = Buffer.from(` ${text} `, 'latin1')
        const expected = find(index, near, [0, near.length], { ...options, looking: 'plain' }).found
        expect(found).toStrictEqual(expected.map((each) => ({ ...each, offset: filler.length + each.offset })))
      }
    })
  }

  it('a reference without a semicolon ends where another escape begins', () => {
    const index = makeIndex(['12345678901234567'])
    const bytes = Buffer.from(`&#64${Array.from('12345678901234567', (digit) => `\\x3${digit}`).join('')}`)
    for (const looking of ['kernel', 'plain'] as const)
      expect(find(index, bytes, [0, bytes.length], { sizes: [7], windowBytes: 64, looking }).found).toStrictEqual([
        { ordinal: 0, record: 1, offset: 4, form: 'entity backslash' },
      ])
  })
})
