import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { defaultForms } from '../../../../lib/scan/forms/form-names.ts'
import { expectFound, find, indexOf } from '../expect-found.ts'
import { referenceForms } from '../reference.ts'

const number = '12345678901234567'
const base64 = Buffer.from(`id ${number} and`).toString('base64')
const hex = Buffer.from(number).toString('hex')

/** Of these, letters are no part of a number, and what they are written in is looked for all the same. */
describe('a soft line break of quoted-printable', () => {
  const cases = [
    { name: 'in base64', text: `${base64.slice(0, 9)}=\r\n${base64.slice(9)}`, at: 4 },
    { name: 'in hexadecimal digits', text: `${hex.slice(0, 10)}= \n${hex.slice(10)}`, at: 0 },
    { name: 'in a shift of UTF-7', text: `1234567890123456+AD=\r\nc-`, at: 0 },
    { name: 'in percent-encoding', text: `123456789%3=\r\n0123456%37`, at: 0 },
  ]
  for (const { name, text, at } of cases) it(`${name} is none`, () => expectFound(number, text, at))
})

/** Commas and spaces end what all else is decoded with. */
describe('a number with separators that a soft line break is in', () => {
  for (const text of [
    '123,=\r\n456,789',
    '123=\n,456,789',
    '12=\n3,456,789',
    '123,456=  \n,789',
    '123 =\n456 789',
    '123.456.=\r\n789',
    "12=\n3'4=\n56'=\n789",
    '123\xc2\xa0=\n456\xc2\xa0789',
    '123\xc2=\n\xa0456\xc2\xa0789',
    '123,456,7=\r\n89',
    'No. =\n123,=\n456,789, and',
  ])
    it(`is found in ${JSON.stringify(text)}`, () => expectFound('123456789', text, text.indexOf('1')))

  it('is none where another group follows, or there is no such break; what its line has by itself is found, whatever is before', () => {
    const found = (text: string) => find('123456789', text, 'kernel', 5000).map(({ offset }) => offset)
    const cases: [string, number[]][] = [
      ['9,=\n123,456,789', [4]],
      ['9=\n,123,456,789', [4]],
      ['123,456,789,=\n000', [0]],
      ['123,456,=\n789,000', []],
      ['9,123,=\n456,789', []],
      ['123,=\n\n456,789', []],
      ['123,=x\n456,789', []],
      ['123,\n456,789', []],
      ['123, =\n456,789', []],
    ]
    for (const [text, expected] of cases) expect([text, found(text)]).toEqual([text, expected])
  })
})

describe('numbers with separators and soft line breaks anywhere', () => {
  const piece = fc.constantFrom(
    ...['123', '456', '789', '12', '3', '45'],
    ...[',', ' ', '.', '\xa0', '\xc2\xa0', '\xc2', 'x'],
    ...['=\n', '= \r\n', '=\r', '='],
  )
  const number = fc
    .shuffledSubarray(['=\n', '=\t\r\n', '=\r\n', ''], { minLength: 3, maxLength: 3 })
    .chain((breaks) =>
      fc
        .constantFrom(',', ' ', '\xc2\xa0')
        .map((sign) => `${breaks[0]}123${breaks[1]}${sign}4${breaks[2]}56${sign}789`),
    )
  const text = fc.array(fc.oneof({ weight: 4, arbitrary: piece }, { weight: 1, arbitrary: number }), {
    minLength: 1,
    maxLength: 14,
  })

  it('are found as the slow search finds them, with the kernel and without it', () => {
    fc.assert(
      fc.property(text, fc.constantFrom(1, 7, 5000), (pieces, size) => {
        const whole = pieces.join('')
        const slowly = referenceForms(indexOf('123456789'), defaultForms, Buffer.from(whole, 'latin1'), {
          everywhere: true,
        })
        for (const looking of ['kernel', 'plain'] as const) {
          const found = find('123456789', whole, looking, size).filter(({ form }) => form !== undefined)
          expect(found.map(({ offset }) => offset)).toEqual(slowly.map(({ offset }) => offset))
        }
      }),
      { numRuns: Number(process.env.RUNS ?? 150) },
    )
  })
})
