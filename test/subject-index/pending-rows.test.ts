import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ManifestInvalid } from '../../lib/errors.ts'
import { type CaseRule, Identifier } from '../../lib/manifest/identifier.ts'
import { createIndexBuilder } from '../../lib/subject-index/build-subject-index.ts'
import { finishInMemory, seededRandom, testKeys } from './make-index.ts'

type Row = readonly [id: string, transfer: 'confirmed' | 'pending']

/** Compiles rows, numbered from 1; what it returns is the refusal, or how many subjects there are. */
function compile(rows: readonly Row[], caseRule: CaseRule = 'fold'): number | ManifestInvalid {
  const builder = createIndexBuilder({ caseRule, keys: testKeys, random: seededRandom('seed') })
  const readers = { confirmed: builder.add, pending: builder.exclude }
  for (const [index, [id, transfer]] of rows.entries())
    expect(readers[transfer](index + 1, new Identifier(id))).toBeUndefined()
  try {
    return finishInMemory(builder).summary.subjects
  } catch (error) {
    expect(error).toBeInstanceOf(ManifestInvalid)
    return error as ManifestInvalid
  }
}

const secret = '5550001112223334'
const uuid = '0f8fad5b-d9cb-469f-a165-70867728950e'
const other: Row = ['1234567', 'confirmed']

const contradictions: { name: string; rows: Row[]; line: number; against: number }[] = [
  { name: 'pending after confirmed', rows: [other, [secret, 'confirmed'], [secret, 'pending']], line: 3, against: 2 },
  { name: 'pending before confirmed', rows: [[secret, 'pending'], other, [secret, 'confirmed']], line: 1, against: 3 },
  {
    name: 'confirmed twice',
    rows: [
      [secret, 'confirmed'],
      [secret, 'pending'],
      [secret, 'confirmed'],
    ],
    line: 2,
    against: 1,
  },
  {
    name: 'a UUID without its hyphens and in another case',
    rows: [
      [uuid, 'confirmed'],
      [uuid.replaceAll('-', '').toUpperCase(), 'pending'],
    ],
    line: 2,
    against: 1,
  },
  {
    name: 'an e-mail address in another case',
    rows: [
      ['me@example.com', 'pending'],
      ['Me@Example.com', 'confirmed'],
    ],
    line: 1,
    against: 2,
  },
]

describe('an identifier that one row confirms and another one does not', () => {
  test.each(contradictions)('makes the manifest malformed, naming both lines: $name', ({ rows, line, against }) => {
    const refusal = compile(rows) as ManifestInvalid
    expect(refusal.badRows).toEqual([
      { line, problem: expect.stringMatching(new RegExp(`and line ${against} confirms`)) },
    ])
    expect(refusal.message).toContain('got 1 such row')
    expect(refusal.message.toLowerCase()).not.toMatch(/555000|0f8fad5b|example/)
  })

  test('is listed for the first 20 rows by line, and counted for all', () => {
    const ids = Array.from({ length: 50 }, (_, n) => `77${n}0000`)
    const rows = [
      ...ids.map((id) => [id, 'confirmed'] as const),
      ...ids.toReversed().map((id) => [id, 'pending'] as const),
    ]
    const refusal = compile(rows) as ManifestInvalid
    expect(refusal.message).toContain('got 50 such rows')
    expect(refusal.badRows.map(({ line }) => line)).toEqual(Array.from({ length: 20 }, (_, n) => 51 + n))
    expect(refusal.badRows[0]?.problem).toMatch(/line 50 confirms/)
  })

  test('is not one where case tells identifiers apart', () => {
    const rows: Row[] = [
      ['A_handle', 'confirmed'],
      ['a_handle', 'pending'],
    ]
    expect([compile(rows, 'exact'), compile(rows, 'fold')]).toEqual([1, expect.any(ManifestInvalid)])
  })

  test('is found in every manifest that has one, and in no other', () => {
    const id = fc.integer({ min: 1000, max: 1400 }).map(String)
    fc.assert(
      fc.property(fc.array(id, { minLength: 1, maxLength: 80 }), fc.array(id, { maxLength: 200 }), (ours, theirs) => {
        const both = theirs.filter((each) => ours.includes(each))
        const rows = [
          ...theirs.map((each) => [each, 'pending'] as const),
          ...ours.map((each) => [each, 'confirmed'] as const),
        ]
        const compiled = compile(rows)
        const count = compiled instanceof ManifestInvalid ? Number(/got (\d+) such/.exec(compiled.message)?.[1]) : 0
        expect(count).toBe(both.length)
      }),
      { numRuns: 60 },
    )
  })
})

test('an identifier that is none is refused also in a row that is not transferred', () => {
  const builder = createIndexBuilder({ caseRule: 'fold', keys: testKeys, random: seededRandom('seed') })
  expect(builder.exclude(1, new Identifier('two words'))).toMatch(/expected a decimal number/)
})
