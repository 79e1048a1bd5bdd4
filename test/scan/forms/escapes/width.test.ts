import { describe, expect, it } from 'vitest'
import { createFormMatcher } from '../../../../lib/scan/forms/form-matcher.ts'
import { defaultForms } from '../../../../lib/scan/forms/form-names.ts'
import { makeIndex } from '../../../subject-index/make-index.ts'

const uuid = '6f1e2d3c-4b5a-4978-8695-a4b3c2d1e0f9'
const index = makeIndex([
  'jane.doe@example.org',
  '1234567890123',
  'bobby_1',
  'mary-jane.x',
  'V1StGXR8-',
  '-Z5jdHi6B',
  uuid,
])

function formsIn(text: string, looking: 'kernel' | 'plain') {
  const found: string[] = []
  const matcher = createFormMatcher(index, defaultForms, ({ form }) => found.push(form ?? 'plain'), { looking })
  matcher.write(Buffer.from(text))
  matcher.end()
  return found
}

const cases: { name: string; text: string; expected: string[] }[] = [
  { name: 'a soft hyphen', text: 'to jane\u00ad.doe@example.org, or', expected: ['width'] },
  { name: 'two characters without width in a row', text: 'bob\u200b\u2060by_1', expected: ['width'] },
  { name: 'one between all characters', text: [...'bobby_1'].join('\u200c'), expected: ['width'] },
  { name: 'digits of full width', text: '番号１２３４５６７８９０１２３。', expected: ['width'] },
  { name: 'only some digits of full width', text: '番号123４567890123', expected: ['width'] },
  { name: 'digits of Arabic', text: 'المستخدم ١٢٣٤٥٦٧٨٩٠١٢٣ هنا', expected: ['width'] },
  { name: 'digits of Arabic, some of them plain', text: 'id=12٣٤٥٦٧٨٩٠١٢3', expected: ['width'] },
  { name: 'groups of Arabic', text: '١٬٢٣٤٬٥٦٧٬٨٩٠٬١٢٣', expected: ['width grouped'] },
  { name: 'digits of Arabic in JSON', text: '"\\u0661\\u0662\\u06634567890123"', expected: ['backslash'] },
  { name: 'digits of Hindi in HTML', text: '&#2407;&#x968;&#x969;4567890123', expected: ['entity'] },
  ...[0x6f0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xe50, 0xed0, 0x1040, 0x17e0].map(
    (zero) => {
      const text = '1234567890123'.replace(/\d/g, (digit) => String.fromCodePoint(zero + Number(digit)))
      return { name: `digits from U+${zero.toString(16)} on`, text: `x ${text} y`, expected: ['width'] }
    },
  ),
  { name: 'a year of Arabic', text: '١٢٣ و ٢٠٢٦', expected: [] },
  { name: 'a longer number of Arabic', text: '١٢٣٤٥٦٧٨٩٠١٢٣٤', expected: [] },
  { name: 'an address of full width', text: '「ｊａｎｅ．ｄｏｅ＠ｅｘａｍｐｌｅ．ｏｒｇ」', expected: ['width'] },
  { name: 'groups of full width', text: '１，２３４，５６７，８９０，１２３', expected: ['width grouped'] },
  { name: 'a soft hyphen of HTML', text: '<p>jane.doe@ex&shy;ample.org</p>', expected: ['entity'] },
  { name: 'a space without width by number', text: '<p>bob&#8203;by_1</p>', expected: ['entity'] },
  { name: 'one of JSON', text: '{"a":"bob\\u200bby_1"}', expected: ['backslash'] },
  { name: 'digits of full width in JSON', text: '{"a":"\\uff1123456789012\\uff13"}', expected: ['backslash'] },
  { name: 'hyphens that do not break', text: `see ${uuid.replaceAll('-', '\u2011')}.`, expected: ['width'] },
  { name: 'a hyphen of typography', text: 'see mary\u2010jane.x, or', expected: ['width'] },
  { name: 'such a hyphen behind full width', text: 'see ｍａｒｙ\u2010jane.x, or', expected: ['width'] },
  { name: 'such hyphens of HTML', text: uuid.replaceAll('-', '&#8209;'), expected: ['entity'] },
  { name: 'such hyphens of HTML by name', text: uuid.replaceAll('-', '&hyphen;'), expected: ['entity'] },
  { name: 'such hyphens of JSON', text: `"${uuid.replaceAll('-', '\\u2010')}"`, expected: ['backslash'] },
  { name: 'such a hyphen at the end', text: 'id V1StGXR8\u2011 ok', expected: ['width'] },
  { name: 'such a hyphen at the beginning', text: 'id \u2011Z5jdHi6B ok', expected: ['width'] },
  { name: 'a dash', text: 'mary\u2013jane.x', expected: [] },
  { name: 'a longer word', text: 'x\u200bbobby_1', expected: ['plain'] },
  { name: 'another number', text: '１２３４５６７８９０１２３４', expected: [] },
]

describe('characters of full width or without width', () => {
  for (const { name, text, expected } of cases)
    it(`are seen through: ${name}`, () => {
      for (const looking of ['kernel', 'plain'] as const) expect(formsIn(text, looking)).toEqual(expected)
    })
})
