import { expect, it } from 'vitest'
import { seededRandom } from '../../../../lib/cli/demo/seeded-random.ts'
import { createFormMatcher } from '../../../../lib/scan/forms/form-matcher.ts'
import { defaultForms } from '../../../../lib/scan/forms/form-names.ts'
import { makeIndex } from '../../../subject-index/make-index.ts'

const letters = 'abcdefghijklmnopqrstuvwxyz'
const index = makeIndex(['bob', 'a@b', 'x_77', 'alice', ...Array.from(letters, (letter) => `t${letter}${letter}`)])

function find(text: string): string[] {
  const found: string[] = []
  const matcher = createFormMatcher(index, defaultForms, ({ form, offset }) => found.push(`${offset} ${form}`))
  matcher.write(Buffer.from(text))
  matcher.end()
  return found
}

const hex = (text: string) => Buffer.from(text, 'latin1').toString('hex')
const base64 = (text: string) => Buffer.from(text, 'latin1').toString('base64')

it('finds identifiers of three and four characters where twelve bytes of text stand around', () => {
  for (const text of ['user=bob;ok=1', '"id":"x_77",\n', 'mailto <a@b>'])
    for (const code of [hex(text), base64(text), hex(`\x01${text}\x02`), base64(`\x01${text}\x02\x03`)])
      expect(find(code).map((place) => place.replace(/^\d+ /, ''))).toContain(
        code === hex(text) || /^01/.test(code) ? 'hex' : 'base64',
      )
})

it('finds them in shorter text where all of a run of base64 is text', () => {
  expect(find(`Authorization: Basic ${base64('bob:secret')}`)).toStrictEqual(['21 base64'])
})

it('takes them for chance in the text of digests and long numbers', () => {
  expect(find(`id=${hex('\x80\x81bob\x90\x91\x92')}`)).toStrictEqual([])
  expect(find(`key=${base64('\x80\x81\x82bob \x90\x91\x92\x93')}`)).toStrictEqual([])
  expect(find(`key=${base64('\x80\x81\x82alice \x90\x91\x92\x93')}`)).toStrictEqual(['8 base64'])
})

it('meets none of them in a megabyte of digests and of numbers', () => {
  const next = seededRandom(20261129)
  const drawn = (alphabet: string, count: number) =>
    Array.from({ length: count }, () => alphabet[Math.floor(alphabet.length * next())]).join('')
  const lines = Array.from({ length: 10_000 }, () => `${drawn('0123456789abcdef', 64)} ${drawn('0123456789', 18)}\n`)
  expect(find(lines.join(''))).toStrictEqual([])
})
