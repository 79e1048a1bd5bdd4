import fc from 'fast-check'
import { expect, test } from 'vitest'
import { anyMembers, jsonMembers, textOfValue } from '../../lib/manifest/json-members.ts'

test('members of any object are those that JSON.parse sees, each with its own source text', () => {
  const spaces = fc.constantFrom('', ' ', '\t', '  ')
  fc.assert(
    fc.property(
      fc.dictionary(fc.string(), fc.jsonValue(), { noNullPrototype: true }),
      spaces,
      fc.nat(3),
      (object, space, indent) => {
        const text = space + JSON.stringify(object, null, indent).replaceAll('\n', ' ') + space
        const members = jsonMembers(text)!
        expect(members.map(({ key, source }) => [key, JSON.parse(source)])).toEqual(
          Object.entries(JSON.parse(text) as object),
        )
      },
    ),
    { numRuns: 2000 },
  )
})

test('members are told in the short way as in the long one, of what is an object and of what is none', () => {
  const pieces = [
    '{',
    '}',
    ':',
    ',',
    '"',
    '""',
    '"a"',
    '"userId"',
    '\\',
    '\\"',
    '\u0001',
    '\t',
    '\r',
    ' ',
    '\u00a0',
    '\ufeff',
  ]
  const values = [
    '1',
    '-0',
    '01',
    '1.',
    '.5',
    '-1.5e+3',
    '1e5',
    'true',
    'null',
    'nul',
    '[]',
    '[1,{"b":2}]',
    '{"c":3}',
    '"é\ud800"',
  ]
  const soup = fc.string({ unit: fc.constantFrom(...pieces, ...values), maxLength: 14 })
  const word = fc.constantFrom(...pieces, ...values)
  const member = fc.tuple(
    fc.constantFrom('"a"', ' "a" ', '"userId"', '"\\u0061"', 'a', '"a'),
    fc.constantFrom(':', ' : ', ''),
    word,
  )
  const object = fc
    .tuple(
      fc.array(
        member.map((parts) => parts.join('')),
        { maxLength: 4 },
      ),
      fc.constantFrom('}', ' } ', '', '}x', ',}'),
    )
    .map(([members, end]) => `{${members.join(',')}${end}`)
  const sound = fc
    .array(fc.tuple(fc.constantFrom('"a"', ' "userId" '), fc.constantFrom('1', ' true ', '"é\ud800"', '-1.5e+3')), {
      minLength: 2,
      maxLength: 4,
    })
    .map((members) => `{${members.map((parts) => parts.join(':')).join(',')}}`)
  let objects = 0
  fc.assert(
    fc.property(fc.oneof(soup, object, sound), (text) => {
      const members = jsonMembers(text)
      expect(members).toStrictEqual(anyMembers(text))
      objects += Number(members !== undefined && members.length > 1)
    }),
    { numRuns: 5000 },
  )
  expect(objects).toBeGreaterThan(500)
})

test.each([
  { text: '{}', members: [] },
  { text: ' { } ', members: [] },
  { text: '{"a":{}}', members: ['a={}'] },
  { text: '{"":""}', members: ['=""'] },
  { text: '{"a":1,"a":2,"b":{"a":3}}', members: ['a=1', 'a=2', 'b={"a":3}'] },
  { text: '{"\\u0061":1,"a":2}', members: ['a=1', 'a=2'] },
  { text: '{"a\\"":"}\\\\",":":[{"x":"]"},"{"]}', members: ['a"="}\\\\"', ':=[{"x":"]"},"{"]'] },
  { text: '{"__proto__":1,"constructor":2}', members: ['__proto__=1', 'constructor=2'] },
  { text: '{ "n" : 12345678901234567890 , "m" : -0.5e10 }', members: ['n=12345678901234567890', 'm=-0.5e10'] },
])('members keep their order, duplicates and spelling: $text', ({ text, members }) => {
  expect(jsonMembers(text)?.map(({ key, source }) => `${key}=${source}`)).toEqual(members)
})

test.each([
  '',
  ' ',
  '[]',
  '[{"a":1}]',
  'null',
  '1',
  '"{}"',
  '{',
  '{"a":1}x',
  '{"a":1}{"a":1}',
  "{'a':1}",
  '{"a":01}',
  '{"a":1,}',
  '\ufeff{}',
  '// {}',
])('what is not exactly one object has no members: %s', (text) => {
  expect(jsonMembers(text)).toBeUndefined()
})

test.each([
  { source: '"a\\u0062"', text: 'ab' },
  { source: '""', text: '' },
  { source: '"é"', text: 'é' },
  { source: '0', text: '0' },
  { source: '-12', text: '-12' },
  { source: '12345678901234567890', text: '12345678901234567890' },
  { source: '1.0', text: undefined },
  { source: '1e3', text: undefined },
  { source: 'true', text: undefined },
  { source: 'null', text: undefined },
  { source: '["a"]', text: undefined },
])('a value is text only if it is a string or a whole number: $source', ({ source, text }) => {
  expect(textOfValue(source)).toBe(text)
})
