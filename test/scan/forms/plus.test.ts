import { describe, expect, it } from 'vitest'
import { createFormMatcher, type FormOccurrence } from '../../../lib/scan/forms/form-matcher.ts'
import { formNames } from '../../../lib/scan/forms/form-names.ts'
import { forms } from '../../../lib/scan/forms/forms.ts'
import { makeIndex } from '../../subject-index/make-index.ts'
import { referenceForms } from './reference.ts'

/** What a matcher finds in bytes that are written in pieces of a size. */
function find(
  identifier: string,
  text: string,
  looking: 'kernel' | 'plain',
  size: number,
  names = formNames,
): FormOccurrence[] {
  const found: FormOccurrence[] = []
  const bytes = Buffer.from(text, 'latin1')
  const options = { looking, windowBytes: 4096 }
  const matcher = createFormMatcher(indexOf(identifier), names, (each) => found.push(each), options)
  for (let at = 0; at < bytes.length; at += size) matcher.write(bytes.subarray(at, at + size))
  matcher.end()
  return found
}

const indexes = new Map<string, ReturnType<typeof makeIndex>>()
function indexOf(identifier: string) {
  const index = indexes.get(identifier) ?? makeIndex([identifier])
  indexes.set(identifier, index)
  return index
}

/** Far from anything else, where only what the sieve names is looked at, and beside the edges of a content. */
const surroundings = ['', ' ', ` ${'what stands here is text and nothing else; '.repeat(20)} `]

/** Claims that an identifier is found in a form at a place of a text, whatever stands around and however it is cut. */
function expectFound(identifier: string, text: string, offset: number): void {
  for (const around of surroundings)
    for (const looking of ['kernel', 'plain'] as const)
      for (const size of [1, 7, 5000]) {
        const found = find(identifier, `${around}${text}${around}`, looking, size)
        expect([text, found.map((each) => [each.offset - around.length, each.form !== undefined])]).toStrictEqual([
          text,
          [[offset, true]],
        ])
      }
  const slowly = referenceForms(indexOf(identifier), formNames, Buffer.from(text), { spaces: false, everywhere: false })
  expect(slowly.map(({ offset }) => offset)).toContain(offset)
}

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
