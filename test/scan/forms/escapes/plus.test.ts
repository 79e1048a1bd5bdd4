import { describe, expect, it } from 'vitest'
import { forms } from '../../../../lib/scan/forms/forms.ts'
import { expectFound, find } from '../expect-found.ts'

const tagged = 'bob+tag@example.com'

describe('in UTF-7, +- is a plain +', () => {
  const cases: { name: string; text: string; identifier?: string; at?: number }[] = [
    { name: 'in an address', text: 'bob+-tag@example.com' },
    { name: 'beside another character of UTF-7', text: 'bob+-tag+AEA-example.com' },
    { name: 'right before another character of UTF-7', text: 'bob+-+AHQ-ag@example.com' },
    { name: 'at the end of the local part', text: 'bob+-@example.com', identifier: 'bob+@example.com' },
    { name: 'twice', text: 'b+-ob+-tag@example.com', identifier: 'b+ob+tag@example.com' },
    { name: 'before a hyphen', text: 'bob+--tag@example.com', identifier: 'bob+-tag@example.com' },
    { name: 'in a URL', text: 'bob%2B-tag%40example.com' },
    { name: 'in a URL that leaves @ as it is', text: 'bob%2B-tag@example.com' },
    { name: 'with an escaped hyphen', text: 'bob+%2Dtag@example.com' },
    { name: 'in UTF-7 once more', text: 'bob+--tag@example.com' },
    { name: 'in what was written in UTF-7 twice', text: '+-AGI-obby12345', identifier: 'bobby12345' },
    { name: 'in an exponent', text: '1.22e+-5', identifier: '122000' },
    { name: 'in base64', text: 'Ym9iK3RhZ0BleGFtcGxlLmNvbSwg+-bW9yZQ', identifier: tagged },
  ]
  for (const { name, text, identifier = tagged, at = 0 } of cases) it(name, () => expectFound(identifier, text, at))

  it('is planted for who has a +', () => {
    const spelled = forms
      .find(({ name }) => name === 'utf-7')!
      .spell(tagged, 'email')
      .map(String)
    expect(spelled).toContain('bob+-tag@example.com')
  })

  const plain: [identifier: string, text: string][] = [
    ['bob+-tag@example.com', 'bob+-tag@example.com'],
    ['a+-b@x.org', '<a+-b@x.org>'],
    ['tag@example.com', 'tag@example.com+-bob'],
    ['bobby_1', 'a+-bobby_1'],
    ['bobby_1', 'bobby_1+-a'],
    ['123456', '+-123456+-'],
    ['jane.doe', '+-----+-jane.doe+-----+'],
    ['550e8400-e29b-41d4-a716-446655440000', '+-550e8400-e29b-41d4-a716-446655440000+-'],
  ]
  it.each(plain)('takes nothing from what stands there plainly: %s in %s', (identifier, text) => {
    for (const looking of ['kernel', 'plain'] as const) {
      const found = find(identifier, text, looking, 5000).filter(({ form }) => form === undefined)
      expect(found).toHaveLength(1)
      expect(found).toStrictEqual(find(identifier, text, looking, 5000, []))
    }
  })
})

describe('a + that is written in another form', () => {
  const ways = ['%2B', '%2b', '\\u002B', '\\x2b', '\\053', '&#43;', '&#x2B;', '&plus;', '=2B', '+ACs-', '+-']
  const written = [
    { name: 'in an exponent', identifier: '122000', text: '1.22e+5' },
    { name: 'in an exponent behind E', identifier: '122000', text: '122E+3' },
    { name: 'in an address', identifier: tagged, text: tagged },
    { name: 'before a character of UTF-7 at the beginning', identifier: 'bobby12345', text: '+AGI-obby12345' },
  ]
  for (const { name, identifier, text } of written)
    for (const plus of ways) it(`${name}: ${plus}`, () => expectFound(identifier, text.replace('+', plus), 0))
})

describe('a + that stands for a space in a query', () => {
  const cases = [
    { name: 'before an address', text: 'to+bob%40example.com', at: 3 },
    { name: 'behind one', text: 'bob%40example.com+and+all', at: 0 },
    { name: 'between two', text: 'al%40x.org+bob%40example.com', at: 11 },
    { name: 'before one that is plain, beside an escape', text: 'a%2Fb+bob@example.com', at: 6, isPlain: true },
    { name: 'before one of which another character is escaped', text: 'to++b%6Fb@example.com', at: 4 },
    { name: 'in what was encoded twice', text: 'to+bob%2540example.com', at: 3 },
  ]
  for (const { name, text, at, isPlain = false } of cases)
    it(name, () => {
      const found = find('bob@example.com', `/search?q=${text}&n=1`, 'kernel', 5000)
      expect(found.map(({ offset, form }) => [offset, form === undefined])).toStrictEqual([[10 + at, isPlain]])
    })
})
