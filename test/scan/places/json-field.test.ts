import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Step } from '../../../lib/decode/format-place.ts'
import { createJsonWalker } from '../../../lib/scan/places/json-field.ts'

const mark = 'MARK'
const seek = (text: string, what = mark) => createJsonWalker(Buffer.from(text), 0).seek(Buffer.from(text).indexOf(what))
const member = (number: number, name: string): Step => ({ member: number, name })

/** Where the one mark is in a value, found by looking through what `JSON.parse` makes of it. */
function fieldOf(value: unknown): Step[] | undefined {
  if (value === mark) return []
  if (Array.isArray(value)) {
    const item = value.findIndex((each) => fieldOf(each) !== undefined)
    return item < 0 ? undefined : [{ item }, ...fieldOf(value[item])!]
  }
  if (value === null || typeof value !== 'object') return undefined
  const entries = Object.entries(value)
  const index = entries.findIndex(([, each]) => fieldOf(each) !== undefined)
  return index < 0 ? undefined : [member(index + 1, entries[index]![0]), ...fieldOf(entries[index]![1])!]
}

/** Any JSON with one marked value somewhere in it. Members keep their order, which numbers as names would not. */
const names = fc.string({ minLength: 1, maxLength: 8 }).filter((name) => !/^\d+$/.test(name) && !/["\\]/.test(name))
const other = fc.oneof(fc.constantFrom<unknown>(null, true, [], {}, ''), fc.double(), fc.string({ maxLength: 6 }))
const { marked } = fc.letrec<{ marked: unknown; inArray: unknown[]; inObject: object }>((tie) => ({
  marked: fc.oneof(
    { maxDepth: 6 },
    fc.constant(mark),
    { weight: 2, arbitrary: tie('inArray') },
    { weight: 2, arbitrary: tie('inObject') },
  ),
  inArray: fc
    .tuple(fc.array(other, { maxLength: 3 }), tie('marked'), fc.array(other, { maxLength: 3 }))
    .map(([before, each, after]) => [...before, each, ...after]),
  inObject: fc
    .tuple(
      fc.uniqueArray(names, { minLength: 1, maxLength: 4 }),
      fc.nat(3),
      tie('marked'),
      fc.array(other, { minLength: 4, maxLength: 4 }),
    )
    .map(([keys, at, each, others]) =>
      Object.fromEntries(keys.map((key, index) => [key, index === at % keys.length ? each : others[index]])),
    ),
}))

describe('the field of a value in JSON', () => {
  it('is the way to it that a parser goes, whatever stands around it, in one line and in several', () => {
    fc.assert(
      fc.property(marked, fc.constantFrom(undefined, 2, '\t'), (value, space) => {
        const expected = fieldOf(JSON.parse(JSON.stringify(value)))!
        const text = JSON.stringify(value, undefined, space)
        const place = seek(text, `"${mark}`)
        expect(place?.field ?? []).toStrictEqual(expected)
      }),
    )
  })

  it('of a number is told as well, and names that are escaped stay so', () => {
    expect(seek(String.raw`{"a\"b": [1, -2.5e3, 17]}`, '17')).toStrictEqual({
      field: [member(1, String.raw`a\"b`), { item: 2 }],
    })
  })

  it('says that something is in the name of a member, and not what that is', () => {
    expect(seek('{"x": 1, "aMARKb": 2}')).toStrictEqual({ field: [member(2, '')], isName: true })
  })

  it.each([
    ['no bracket', 'MARK'],
    ['a name without quotes', '{a: "MARK"}'],
    ['a text that is no value', '[INFO] "MARK"'],
    ['a name in brackets, as in logs', '[MARK] logged in'],
    ['a word that goes on like one', '[1, trueMARK]'],
    ['a value behind the last', '{"a": 1} {"b": "MARK"}'],
    ['a comma too many', '[1,, "MARK"]'],
    ['no colon', '{"a" "MARK"}'],
    ['a bracket of another kind', '[1} "MARK"'],
    ['brackets without an end', `${'['.repeat(100)}"MARK"`],
  ])('is not told where it is no JSON up to there: %s', (_what, text) => {
    expect(seek(text)).toBeUndefined()
  })

  it('goes on from one place to the next', () => {
    const text = Buffer.from('{"a": ["x", {"b": "y"}], "c": "z"}')
    const walker = createJsonWalker(text, 0)
    expect(['x', 'y', 'z', 'z'].map((each) => walker.seek(text.indexOf(each)))).toStrictEqual([
      { field: [member(1, 'a'), { item: 0 }] },
      { field: [member(1, 'a'), { item: 1 }, member(1, 'b')] },
      { field: [member(2, 'c')] },
      { field: [member(2, 'c')] },
    ])
  })
})
