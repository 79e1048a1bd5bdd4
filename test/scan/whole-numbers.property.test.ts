import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { mostNumbers, numbersFrom, type WholeNumbers } from '../../lib/decode/whole-numbers.ts'
import { createFormMatcher, type FormMatcher } from '../../lib/scan/forms/form-matcher.ts'
import { defaultForms, formNames } from '../../lib/scan/forms/form-names.ts'
import { createMatcher } from '../../lib/scan/matcher.ts'
import type { Occurrence } from '../../lib/scan/occurrence.ts'
import { openSubjectIndex, type SubjectIndex } from '../../lib/subject-index/open-subject-index.ts'
import { buildParts, makeIndex, testKeys } from '../subject-index/make-index.ts'
import { identifiers } from './contents.ts'

const kinds = [
  { width: 8, isSigned: true },
  { width: 8, isSigned: false },
  { width: 4, isSigned: true },
  { width: 4, isSigned: false },
] as const
type Kind = (typeof kinds)[number]

function numbersOf(values: readonly bigint[], { width, isSigned }: Kind): WholeNumbers {
  const bytes = new Uint8Array(values.length * width)
  const view = new DataView(bytes.buffer)
  values.forEach((value, at) => {
    if (width === 8) view.setBigUint64(at * 8, BigInt.asUintN(64, value), true)
    else view.setUint32(at * 4, Number(BigInt.asUintN(32, value)), true)
  })
  return { bytes, count: values.length, width, isSigned }
}

const textsOf = (values: readonly bigint[], { width, isSigned }: Kind) =>
  values.map((value) => String(isSigned ? BigInt.asIntN(width * 8, value) : BigInt.asUintN(width * 8, value)))
const linesOf = (values: readonly bigint[], kind: Kind) =>
  Buffer.from(
    textsOf(values, kind)
      .map((text) => `${text}\n`)
      .join(''),
  )

type Found = { occurrences: Occurrence[]; records: number; lossy: number | undefined; undecided: number }

function find(
  index: SubjectIndex,
  forms: readonly string[],
  write: (matcher: FormMatcher) => void,
  looking = 'kernel',
) {
  const occurrences: Occurrence[] = []
  const matcher = createFormMatcher(index, forms, (occurrence) => occurrences.push(occurrence), {
    looking: looking as 'kernel' | 'plain',
  })
  write(matcher)
  matcher.end()
  occurrences.sort((x, y) => x.offset - y.offset || x.ordinal - y.ordinal)
  return { occurrences, records: matcher.records(), lossy: matcher.lossy() } satisfies Partial<Found>
}

/** Writes numbers as numbers; what is not taken so as lines. Returns how many were. */
function writeAll(matcher: FormMatcher, values: readonly bigint[], kind: Kind): number {
  const numbers = numbersOf(values, kind)
  for (let from = 0; from < values.length; from += mostNumbers) {
    const some = numbersFrom(numbers, from)
    const lines = linesOf(values.slice(from, from + some.count), kind)
    const taken = matcher.writeNumbers(some)
    if (taken === undefined) {
      matcher.write(linesOf(values.slice(from), kind))
      return from
    }
    expect(taken).toBe(lines.length)
  }
  return values.length
}

const hexOf = (text: string) => BigInt(Buffer.from(text).toString('hex'))
/** Texts whose hexadecimal digits are decimal ones: digits, and some letters. */
const inHex = ['12345678', '1234567', 'bipwpsab', 'bapa1234', ' 12345678', '912345678']

describe('whole numbers as they are in memory are looked for as in their lines', () => {
  const ids = [...'12345678901234567890'].map((_, at) => '12345678901234567890'.slice(0, at + 1)).slice(2)
  const edges = [...Array(20).keys()].flatMap((power) => [-1n, 0n, 1n].map((more) => 10n ** BigInt(power) + more))
  const indexes: { name: string; index: SubjectIndex; forms: readonly string[] }[] = [
    { name: 'numbers of every length', index: makeIndex([...ids, '777', '4294967295']), forms: defaultForms },
    { name: 'numbers of one length', index: makeIndex(['1234567890123456789']), forms: defaultForms },
    { name: 'without forms', index: makeIndex(ids), forms: [] },
    {
      name: 'in several parts',
      index: openSubjectIndex(buildParts([ids.slice(0, 9), ids.slice(9), ['abcdefghij']]), testKeys),
      forms: defaultForms,
    },
    {
      name: 'with digests',
      index: makeIndex(ids, { hashedForms: [{ algorithm: 'md5', kind: 'plain', salt: Buffer.alloc(0) }] }),
      forms: defaultForms,
    },
    { name: 'texts of eight characters and more', index: makeIndex(['12345678', 'bipwpsab']), forms: defaultForms },
    { name: 'no numbers', index: makeIndex(['bipwpsab', 'bob@example.org']), forms: defaultForms },
    { name: 'every shape', index: makeIndex(identifiers), forms: defaultForms },
    { name: 'every form', index: makeIndex(ids), forms: formNames },
  ]
  const value = fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...ids.map(BigInt)) },
    { weight: 2, arbitrary: fc.constantFrom(...edges) },
    { weight: 2, arbitrary: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }) },
    { weight: 1, arbitrary: fc.bigInt({ min: -(10n ** 6n), max: 10n ** 6n }) },
  )
  const signed = fc.tuple(value, fc.boolean()).map(([value, isNegative]) => (isNegative ? -value : value))
  const few = fc.array(fc.tuple(fc.constantFrom(...inHex.map(hexOf)), fc.nat(200)), { maxLength: 3, size: 'max' })
  const all = fc.tuple(fc.array(signed, { maxLength: 200, size: 'max' }), few).map(([values, few]) => {
    for (const [value, at] of few) values.splice(at, 0, value)
    return values
  })

  test.each(indexes)('$name', ({ index, forms }) => {
    let taken = 0
    fc.assert(
      fc.property(all, fc.constantFrom(...kinds), (values, kind) => {
        const lines = linesOf(values, kind)
        const fast = find(index, forms, (matcher) => {
          taken += writeAll(matcher, values, kind)
        })
        expect(fast).toEqual(find(index, forms, (matcher) => matcher.write(lines)))
        expect(fast).toEqual(find(index, forms, (matcher) => matcher.write(lines), 'plain'))
      }),
      { numRuns: 40 },
    )
    // Where a form may be anywhere, lines are looked at.
    expect(taken > 0).toBe(forms !== formNames)
  })

  test('and so are those of which the digits are hexadecimal ones of a text, without having lines of all', () => {
    const index = makeIndex(['12345678', 'bipwpsab', '1234567890123456'])
    const values = Array.from({ length: 600 }, (_, at) => BigInt(`8${'18'.repeat(8)}`) + BigInt(at))
    inHex.forEach((text, at) => {
      values[at * 99] = at % 2 === 0 ? hexOf(text) : -hexOf(text)
    })
    const kind = kinds[0]
    const found = find(index, defaultForms, (matcher) => expect(writeAll(matcher, values, kind)).toBe(600))
    expect(found).toEqual(find(index, defaultForms, (matcher) => matcher.write(linesOf(values, kind)), 'plain'))
    expect(found.occurrences.map(({ record, form }) => `${record} ${form}`)).toEqual(['1 hex', '199 hex', '397 hex'])
  })

  test('in more of them than are looked at in one go, of lengths that change all the time', () => {
    const index = makeIndex(ids)
    const values = Array.from({ length: 20_000 }, (_, at) => BigInt(ids[(at * 7919) % ids.length]!) + BigInt(at % 3))
    for (const kind of kinds) {
      const lines = linesOf(values, kind)
      const fast = find(index, [], (matcher) => writeAll(matcher, values, kind))
      expect(fast).toEqual(find(index, [], (matcher) => matcher.write(lines)))
      expect(fast.occurrences.length).toBeGreaterThan(1000)
    }
  })

  test.each([
    { digits: 20, kind: kinds[1] },
    { digits: 19, kind: kinds[0] },
    { digits: 9, kind: kinds[2] },
  ])('with any four digits in any place of a word: $digits digits', ({ digits, kind }) => {
    const four = (value: number) => String(value % 10_000).padStart(4, '0')
    const texts = Array.from({ length: 10_000 }, (_, at) =>
      `1${[at, at * 7919, at * 3, at + 5000].map(four).join('')}${four(at * 7 + 1).slice(1)}`.slice(0, digits),
    )
    const unique = [...new Set(texts)].filter((text) => BigInt(text) < 2n ** 64n)
    const found = find(makeIndex(unique), [], (matcher) => writeAll(matcher, unique.map(BigInt), kind))
    expect(found.occurrences.map(({ record, offset }) => [record, offset])).toEqual(
      unique.map((_, at) => [at + 1, at * (digits + 1)]),
    )
  })

  test('in runs of one length, at whose ends other lengths and signs are', () => {
    const index = makeIndex(ids)
    const run = fc.tuple(fc.constantFrom(...edges), fc.integer({ min: 1, max: 23 }), fc.integer({ min: -2, max: 2 }))
    fc.assert(
      fc.property(fc.array(run, { minLength: 1, maxLength: 12 }), fc.constantFrom(...kinds), (runs, kind) => {
        const values = runs.flatMap(([edge, count, step]) => [
          ...Array.from({ length: count }, (_, at) => edge + BigInt(step * at)),
          BigInt(ids[count % ids.length]!),
        ])
        const fast = find(index, [], (matcher) => expect(writeAll(matcher, values, kind)).toBe(values.length))
        expect(fast).toEqual(find(index, [], (matcher) => matcher.write(linesOf(values, kind))))
      }),
      { numRuns: 150 },
    )
  })

  test('and every number of the index is found', () => {
    for (const kind of kinds) {
      const all = [...edges, ...Array.from({ length: 64 }, (_, bit) => (1n << BigInt(bit)) - 1n)].filter(
        (value) => value >= 100n,
      )
      const texts = [...new Set(textsOf(all, kind).map((text) => text.replace('-', '')))].filter(
        (text) => text.length >= 3,
      )
      const values = texts.map(BigInt)
      const found = find(makeIndex(texts), [], (matcher) => expect(writeAll(matcher, values, kind)).toBe(values.length))
      expect(found.occurrences.map(({ record }) => record)).toEqual(
        textsOf(values, kind).flatMap((text, at) => (texts.includes(text.replace('-', '')) ? [at + 1] : [])),
      )
    }
  })
})

describe('a content of numbers', () => {
  const index = makeIndex(['1234567890', 'bob@example.org', '123456'])
  const kind = kinds[0]

  test('may go on as lines, behind which no numbers are taken', () => {
    const behind = 'bob@example.org\n31323334353637383930\n123,456\n'
    for (const forms of [[], defaultForms]) {
      const write = (matcher: FormMatcher) => {
        expect(matcher.writeNumbers(numbersOf([5n, 1234567890n, -77n], kind))).toBe(17)
        matcher.write(Buffer.from(behind))
        expect(matcher.writeNumbers(numbersOf([5n], kind))).toBeUndefined()
      }
      const text = Buffer.from(`5\n1234567890\n-77\n${behind}`)
      const found = find(index, forms, write)
      expect(found).toEqual(find(index, forms, (matcher) => matcher.write(text)))
      expect(found.occurrences.map(({ record }) => record)).toEqual(forms.length > 0 ? [2, 4, 5, 6] : [2, 4])
    }
  })

  test('may be open while another one is', () => {
    const found: [number, number][] = []
    const open = (content: number) => createMatcher(index, ({ offset }) => found.push([content, offset]))
    const [one, other] = [open(1), open(2)]
    one.writeNumbers(numbersOf([1n, 1234567890n], kind))
    other.write(Buffer.from('12345678'))
    one.writeNumbers(numbersOf([123456n], kind))
    other.write(Buffer.from('90 '))
    one.write(Buffer.from('123456'))
    other.end()
    one.end()
    expect(found).toEqual([
      [1, 2],
      [1, 13],
      [2, 0],
      [1, 20],
    ])
    expect([one.records(), other.records()]).toEqual([4, 1])
  })
})
