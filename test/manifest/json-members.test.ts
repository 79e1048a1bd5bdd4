import fc from 'fast-check'
import { expect, test } from 'vitest'
import { jsonMembers, textOfValue } from '../../lib/manifest/json-members.ts'

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
