import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createFormMatcher } from '../../../../lib/scan/forms/form-matcher.ts'
import { defaultForms } from '../../../../lib/scan/forms/form-names.ts'
import { formSearchOf } from '../../../../lib/scan/forms/form-search.ts'
import { spotLists } from '../../../../lib/scan/forms/spots.ts'
import { createTokenMatcher } from '../../../../lib/scan/matcher.ts'
import type { SubjectIndex } from '../../../../lib/subject-index/open-subject-index.ts'
import { makeIndex } from '../../../subject-index/make-index.ts'

/** Identifiers whose lengths differ, since what a number may have been depends on them. */
const kinds: Record<string, string[]> = {
  '19 digits': ['1234567890123456789', '9999999999999999999', '7205759403792793601', '1000000000000000001'],
  '17 to 19 digits': ['12345678901234567', '900719925474099312', '3141592653589793238'],
  '16 digits and fewer': ['9007199254740993', '1234567890123456', '123456', '999999999999999', '9999999999999998'],
  '18 and 20 digits': ['123456789012345678', '18446744073709551615', '99999999999999999999'],
  '20 and 22 digits, and more than a sieve sees': ['12345678901234567890', '1234567890123456789012', '7'.repeat(70)],
}

/** Bytes from where on on the part begins that is looked at, and what is cut how. */
type Options = { from?: number; sizes: readonly number[]; windowBytes: number; looking: 'kernel' | 'plain' }

/** Where the first number begins that may have been rounded. */
function lossyIn(own: SubjectIndex, bytes: Uint8Array, { from = 0, sizes, windowBytes, looking }: Options) {
  const forms = [...defaultForms.filter((name) => name !== 'scientific'), 'rounded']
  const before = bytes.slice(0, from)
  const matcher = createFormMatcher(own, forms, () => {}, { before, looking, windowBytes })
  for (let at = from, turn = 0; at < bytes.length; turn++) {
    const size = sizes[turn % sizes.length]!
    matcher.write(bytes.slice(at, at + size))
    at += size
  }
  matcher.end()
  return matcher.lossy()
}

/** What programs make of a number, and numbers beside it that look the same. */
function spellingsOf(text: string): string[] {
  const double = Number(text)
  const cut = BigInt(text.slice(0, 15).padEnd(text.length, '0'))
  const next = 10n ** BigInt(Math.max(0, text.length - 15))
  const near = [BigInt(double) - 128n, BigInt(double) + 256n, cut + next, cut - next, BigInt(text)]
  return [
    BigInt(double).toString(),
    double.toLocaleString('fullwide', { useGrouping: false }),
    `${cut}`,
    ...near.map(String),
  ]
}

const around = fc.oneof(
  fc.constantFrom(
    '\n',
    ',',
    '"',
    ' ',
    ';',
    '%22',
    '\\n',
    '\\u0022',
    '\\u00',
    '%3',
    '#011',
    'x',
    '0',
    '00',
    '9',
    '.0',
    '=',
    'a',
    'é',
  ),
  fc.nat(99).map((times) => ' x'.repeat(times)),
  fc.stringMatching(/^[0-9]{1,90}$/),
  fc.stringMatching(/^[1-9][0-9]{14,16}0{1,5}$/),
)

describe('whole numbers that may have been rounded', () => {
  for (const [name, texts] of Object.entries(kinds))
    it(`are seen by the kernel where they are seen without, in any cuts: ${name}`, () => {
      const own = makeIndex(texts)
      const spellings = texts.filter((text) => text.length > 15).flatMap(spellingsOf)
      const piece = fc.oneof(
        { weight: 1, arbitrary: fc.constantFrom(...spellings) },
        { weight: 1, arbitrary: fc.constantFrom(...spellings).map((spelling) => `"${spelling}"`) },
        { weight: 2, arbitrary: around },
      )
      const content = fc
        .array(piece, { minLength: 1, maxLength: 14, size: 'max' })
        .map((pieces) => Buffer.from(pieces.join('')))
      const sizes = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 3 })
      let seen = 0
      fc.assert(
        fc.property(content, sizes, fc.integer({ min: 1, max: 2000 }), fc.nat(), (bytes, cuts, windowBytes, at) => {
          const from = at % 3 === 0 ? at % (bytes.length + 1) : 0
          const plain = lossyIn(own, bytes, { from, sizes: [4096], windowBytes: 4096, looking: 'plain' })
          if (plain !== undefined) seen += 1
          expect(lossyIn(own, bytes, { from, sizes: cuts, windowBytes, looking: 'kernel' })).toBe(plain)
        }),
        { numRuns: Number(process.env.RUNS ?? 150) },
      )
      expect(seen).toBeGreaterThan(20)
    })

  it('are seen again where they come again, whatever was looked up in vain before', () => {
    const own = makeIndex(['1234567890123456789'])
    for (const strange of ['1234567890123440000', '7205759403792793600', '1234567890123457024']) {
      const text = `${strange}\n`.repeat(9000)
      const one = Buffer.from(`${text}1234567890123450000\n${text}1234567890123456768\n`)
      const options = { sizes: [65_536], windowBytes: 131_072 }
      for (const looking of ['kernel', 'plain'] as const) {
        expect(lossyIn(own, Buffer.from(text), { ...options, looking })).toBeUndefined()
        expect(lossyIn(own, one, { ...options, looking })).toBe(text.length)
        expect(lossyIn(own, one.subarray(text.length + 9), { ...options, looking })).toBe(11 + text.length)
      }
    }
  })

  it('are looked at in plain TypeScript only where the filter of the index does not deny all that they may have been', () => {
    const own = makeIndex(Array.from({ length: 2000 }, (_, n) => `${10n ** 18n + BigInt(n) * 3n ** 20n}`))
    const { tables } = formSearchOf(own, ['rounded'])
    const places: number[] = []
    const see = (sifted: ((list: number) => Int32Array | undefined) | undefined) =>
      places.push(...sifted!(spotLists.indexOf('rounded'))!)
    const matcher = createTokenMatcher(own, () => {}, { watch: { tables, see } })
    // Each of them is a double, and every other one ends with zeros.
    const doubles = Array.from(
      { length: 1500 },
      (_, n) => 2n ** 62n + BigInt(n) * (n % 2 === 0 ? 2n ** 20n : 10n ** 15n),
    )
    for (const double of doubles) expect(BigInt(Number(double))).toBe(double)
    const text = doubles.map((double) => `${double}\n`).join('')
    matcher.write(Buffer.from(text))
    matcher.end()
    expect(places.length).toBeLessThan(50)
    const one = `${Number(10n ** 18n + 7n * 3n ** 20n)}`
    matcher.write(Buffer.from(`${one}\n`))
    expect(places.at(-1)).toBe(text.length + one.length - 1)
  })
})
