import { describe, expect, it } from 'vitest'
import { defaultForms } from '../../../../lib/scan/forms/form-names.ts'
import { expectFound, find } from '../expect-found.ts'

const code = (text: string) => Buffer.from(text, 'utf16le').swap16().toString('base64').replaceAll('=', '')
const address = 'bob_@x.org'
const handle = 'bobby_1'
const number = '1234567'
const dotted = 'bob.smith-jones'

/** Texts as encoders write them: Python's, iconv's, .NET's, and what RFC 2152 allows beyond. `at`: of the first character. */
const cases: { name: string; text: string; identifier: string; at?: number }[] = [
  { name: 'two characters in one shift', text: 'bob+AF8AQA-x.org', identifier: address },
  { name: 'a shift that a sign ends', text: 'bob+AF8.x@y.org', identifier: 'bob_.x@y.org' },
  { name: 'a shift that the end of a line ends', text: `12345+${code('67')}\n`, identifier: number },
  { name: 'a shift that the end of a content ends', text: `12345+${code('67')}`, identifier: number },
  { name: 'a whole identifier in one shift', text: '+AGIAbwBiAF8AQAB4AC4AbwByAGc-', identifier: address, at: 2 },
  { name: 'one of three characters', text: '+AGIAbwBi-', identifier: 'bob', at: 2 },
  { name: 'the first characters', text: `+${code('bob')}-by+AF8-1`, identifier: handle, at: 2 },
  { name: 'the last ones behind another writing', text: `bobb+${code('y_1日本')}-`, identifier: handle },
  { name: 'the first ones behind another writing', text: `+${code('日本語bob')}-by_1`, identifier: handle, at: 10 },
  { name: 'all of them amid another writing', text: `+${code(`日本語${number}日本`)}-`, identifier: number, at: 10 },
  { name: 'behind another writing', text: `+${code('日本語')}-bob.smith-jones`, identifier: dotted, at: 10 },
  { name: 'behind another writing that a sign ends', text: `+${code('日本語')}_bobby`, identifier: '_bobby', at: 9 },
  { name: 'a shift for each character', text: number.replace(/./g, (each) => `+${code(each)}-`), identifier: number },
  { name: 'groups of digits', text: `1+${code('\u202f234\u202f567')}-`, identifier: number },
  { name: 'an escape in a shift', text: `bobby+${code('%5F')}-1`, identifier: handle },
  { name: 'a shift of which half is percent-encoded', text: `bob%2BAF8AQA-x.org`, identifier: address },
  { name: 'a shift in JSON that escapes +', text: `bob\\u002BAF8AQA-x.org`, identifier: address },
  { name: 'a shift that was shifted', text: 'bob+ACs-AF8AQA-x.org', identifier: address },
  { name: 'behind a plain +, in no shift by the RFC', text: `x+y/+${code('bo')}-bby_1`, identifier: handle, at: 6 },
  { name: 'a + that is plain beside one character', text: 'bob+tag@x+AC4-org', identifier: 'bob+tag@x.org' },
  { name: 'one that was cut off behind it', text: `bob+${code('_@x.org\n日本').slice(0, -1)}`, identifier: address },
  { name: 'another shift right behind it', text: `bob+${code('_')}-+${code('@')}-x.org`, identifier: address },
]

describe('in UTF-7, an identifier is found however its characters are shifted', () => {
  for (const { name, text, identifier, at = 0 } of cases) it(name, () => expectFound(identifier, text, at))

  const long = [
    ...[1, 2, 3, 100, 189, 190, 191].map((before) => ({
      name: `${before} before it`,
      text: `+${code('語'.repeat(before) + handle[0])}-${handle.slice(1)}`,
      at: 1 + Math.floor((16 * before + 8) / 6),
    })),
    ...[1, 185, 188, 900].map((behind) => ({
      name: `${behind} behind it`,
      text: `${handle.slice(0, 4)}+${code(handle.slice(4) + '語'.repeat(behind))}-`,
      at: 0,
    })),
  ]
  it.each(long)('amid characters of another writing: $name', ({ text, at }) => {
    for (const looking of ['kernel', 'plain'] as const)
      for (const size of [7, 5000]) expect(find(handle, text, looking, size)).toMatchObject([{ offset: at }])
  })

  it('amid any writing, as a whole', () => {
    const text = `+${code(`${'語'.repeat(700)}${number}${'語'.repeat(900)}`)}-`
    for (const looking of ['kernel', 'plain'] as const)
      expect(find(number, text, looking, 700).map(({ form }) => form)).toStrictEqual(['base64 utf-16'])
  })
})

describe('what looks like UTF-7 and is another text', () => {
  const others = [
    { name: 'one more character in the shift', text: `12345+${code('678')}-` },
    { name: 'one more behind the shift', text: `12345+${code('67')}-8` },
    { name: 'a character of three bytes in between', text: `123+${code('4語5')}-67` },
    { name: 'another order of bytes', text: `12345+${Buffer.from('67', 'utf16le').toString('base64').slice(0, 6)}-` },
  ]
  it.each(others)('$name', ({ text }) => {
    for (const looking of ['kernel', 'plain'] as const) expect(find(number, text, looking, 5000, ['utf-7'])).toEqual([])
  })

  it('takes nothing from base64 with many +', () => {
    const plain = `${'+abcd/'.repeat(2000)} ${number} +${'AGEAYg'.repeat(300)}`
    for (const looking of ['kernel', 'plain'] as const)
      expect(find(number, plain, looking, 700, defaultForms)).toMatchObject([{ offset: 12_001 }])
  })
})
