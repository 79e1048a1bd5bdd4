import { describe, expect, it } from 'vitest'
import { createFormMatcher } from '../../../../lib/scan/forms/form-matcher.ts'
import { defaultForms } from '../../../../lib/scan/forms/form-names.ts'
import { createNameMatcher } from '../../../../lib/scan/names/name-matcher.ts'
import { redactKey } from '../../../../lib/scan/names/redact-key.ts'
import type { Occurrence } from '../../../../lib/scan/occurrence.ts'
import { makeIndex } from '../../../subject-index/make-index.ts'
import { expectFound, find, indexOf } from '../expect-found.ts'

const uuid = '6f1e2d3c-4b5a-4c7d-8e9f-0a1b2c3d4e5f'
const address = 'bob.marley@example.org'
const tagged = 'bob+tag@example.org'

/** Encoded so many times, as `urlencode` does: of what is no letter, digit, `.`, `-` or `_`, or of all. */
const encoded = (text: string, times: number, which = /[^\w.-]/g) =>
  text.replace(which, (character) => {
    const code = character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')
    return `%${'25'.repeat(times - 1)}${code}`
  })
const every = /[\s\S]/g
const formsOf = (identifier: string, text: string) =>
  find(identifier, text, 'kernel', 5000).map(({ offset, form }) => [offset, form])

describe.each([2, 3, 4, 5, 9])('encoded %i times', (times) => {
  const of = (text: string, which?: RegExp) => encoded(text, times, which)

  it.each([address, tagged, 'bob.marley', 'jane_doe', '1234567', uuid])('all of %s', (identifier) => {
    expectFound(identifier, of(identifier, every), 0)
    expect(formsOf(identifier, of(identifier, every))).toEqual([[0, 'percent']])
  })

  it.each([address, tagged])('the signs of %s', (identifier) => {
    expectFound(identifier, of(identifier), 0)
    const before = `redirect_uri%3D${encoded('https://app/cb', 2)}${encoded('?email=', times - 1)}`
    expect(formsOf(identifier, `GET /sso?${before}${of(identifier)} HTTP/1.1`)).toEqual([
      [9 + before.length, 'percent'],
    ])
  })

  it.each(['bob.marley', 'jane_doe', '1234567', uuid])('what is around %s', (identifier) => {
    const before = `/sso?to%3D${encoded('https://app/cb', 2)}${of('?id=')}`
    expect(formsOf(identifier, `${before}${identifier}${of('&n=1')}`)).toEqual([[before.length, undefined]])
  })

  it('a number with separators', () => expectFound('1234567', of('1,234,567'), 0))

  it('what is in base64', () => {
    expectFound(tagged, Buffer.from(` ${of(tagged)} `).toString('base64'), 1)
    const tilde = 'jane~doe@example.org'
    const coded = Buffer.from(` ${tilde} `).toString('base64')
    expect(coded).toContain('+')
    expect(formsOf(tilde, of(coded))).toEqual([[1, 'percent base64']])
  })

  it('names of objects', () => {
    const name = `export/${of(address)}.json`
    const found: Occurrence[] = []
    const create = (take: (occurrence: Occurrence) => void) => createFormMatcher(indexOf(address), defaultForms, take)
    const matcher = createNameMatcher(indexOf(address), create, (occurrence) => found.push(occurrence))
    matcher.write(Buffer.from(name))
    matcher.end()
    expect(found.map(({ offset, form }) => [offset, form])).toEqual([[7, 'percent']])
    expect(redactKey(name, indexOf(address))).toBe('export/[identifier]')
    expect(redactKey(name, indexOf('jane@example.org'))).not.toContain('bob')
  })
})

it('is found in lines of logs', () => {
  const line = 'redirect_uri%3Dhttps%253A%252F%252Fapp%252Fcb%253Femail%253Dbob.marley%252540example.org'
  for (const text of [line, encoded(line, 1), encoded(encoded(line, 1), 1)])
    expect(formsOf(address, `GET /login?${text} 302`)).toEqual([[11 + text.indexOf('bob'), 'percent']])
})

it.each([1, 2, 3, 9])(
  'encoded %i times it is found in what is written in another form, be that long or short',
  (times) => {
    for (const length of [10, 5000]) {
      const more = '/login, '.repeat(length)
      const text = `${more}?to=${encoded(address, times)} ${more}`
      expect(formsOf(address, text.replaceAll('%', '\\u0025'))).toMatchObject([[8 * length + 4, 'backslash percent']])
      for (const code of ['base64', 'hex'] as const)
        expect(formsOf(address, Buffer.from(text).toString(code))).toMatchObject([
          [expect.any(Number), `${code} percent`],
        ])
    }
  },
)

it('also read is a percent sign that was encoded, with an identifier behind it that begins with digits', () => {
  expect(formsOf('40b_bb', 'a%25252540b%5Fbb')).toEqual([[8, 'percent']])
  expect(formsOf('40b_bb', 'a%25252540b_bb')).toEqual([[8, undefined]])
})

it('none is found where an escape is cut, or digits are missing', () => {
  const index = makeIndex([address])
  for (const text of ['bob.marley%25254example.org', 'bob.marley%2525 40example.org', 'bob.marley252540example.org']) {
    const found: Occurrence[] = []
    const matcher = createFormMatcher(index, defaultForms, (each) => found.push(each))
    matcher.write(Buffer.from(text))
    matcher.end()
    expect(found).toEqual([])
  }
})

it('is read where what the kernel passes over stands before it in the same word', () => {
  const text = `${'a%3D'.repeat(3)}b%25252Bob%25253D%20x%2Fbob%252540example.org`
  expectFound('bob@example.org', text, text.lastIndexOf('bob'))
})
