import { describe, expect, test } from 'vitest'
import { isCountedTexts } from '../../../lib/decode/checks/counted-texts.ts'
import { collect, inPieces } from '../collect.ts'

const latin1 = (text: string) => Buffer.from(text, 'latin1')
const mail = 'bob.smith+shop41@mail.example.com'
const length = String.fromCharCode(mail.length)
const byte = (value: number) => String.fromCharCode(value)

const lists = {
  'an array of byte strings in CBOR': `\x84${`X${length}${mail}`.repeat(4)}`,
  'short ones': `\x89${'Hjane_doe'.repeat(9)}`,
  '48 of them': `\x980${`X${length}${mail}`.repeat(48)}`,
  '8,242 of them': `\x99 2${'Hjane_doe'.repeat(8242)}`,
  'a map of byte strings in CBOR': `\xa3${`X${length}${mail}Hjane_doe`.repeat(3)}`,
  'an array without their number': `\x9f${`X${length}${mail}Hjane_doe`.repeat(3)}\xff`,
  'a map without their number': `\xbf${`X${length}${mail}Hjane_doe`.repeat(3)}\xff`,
  'strings in Hessian': `|${`0${length}${mail}`.repeat(4)}`,
  'thirty of them': `X\xae${`0${length}${mail}`.repeat(30)}`,
  '290 of them': `X\xc9\x22${`0${length}${mail}`.repeat(290)}`,
  'an array in Smile': `\xf8${`${byte(0x3f + mail.length)}${mail}Gjane_doe`.repeat(3)}\xf9`,
  'an object with one': `\xfa\x84users\xf8${'Gjane_doe'.repeat(9)}\xf9\xfb`,
  'an array in UBJSON': `[${`Si${length}${mail}`.repeat(4)}]`,
}

describe('lists whose lengths and types are all characters', () => {
  test.each(Object.entries(lists))('are no text: %s', async (_, list) => {
    const bytes = latin1(list)
    for (const pieces of [1, 7, bytes.length]) {
      const { reading } = await collect(inPieces(bytes, [pieces]))
      expect(reading.gaps.map(({ reason }) => reason)).toEqual(['unsupported-format'])
    }
    // Wherever a head is cut, as soon as two of them are seen.
    for (let end = 90; end < Math.min(bytes.length, 512); end++)
      expect(isCountedTexts(bytes.subarray(0, end), true)).toBe(true)
  })

  test.each(Object.entries(lists))('are no such list with something else behind them: %s', (_, list) => {
    expect(isCountedTexts(latin1(`${list} and more`), false)).toBe(false)
    expect(isCountedTexts(latin1(list).subarray(0, -2), false)).toBe(false)
  })

  test.each([
    '[Section]\nuser=jane_doe\nmail=bob@example.org\n',
    '[Si, no]\n',
    '["jane_doe","bob@example.org"]\n',
    'y0u know\n',
    '{0: "jane_doe"}\n',
    '\x93Hello World, \x94 she said to J\xf6rg\n',
    '\x84HELLO WORLD AND ALL WHO LIVE IN IT\n',
    '\xf8konomi og h\xf8yere utdanning\n',
    // Each of 43 bytes, as its first letter says of a text that is ASCII.
    `\xf8${'jane_doe,john,j\xf8rgen_jensen,bob.smith,jane\r\n'.repeat(9)}\n`,
    '\xbfQUE PASA CON BOB_SMITH, SE\xd1OR? DIGA\n',
    'X\xe9nia\n',
  ])('are not taken for texts: %j', (text) => {
    expect(isCountedTexts(latin1(text), false)).toBe(false)
    expect(isCountedTexts(latin1(text.repeat(100)).subarray(0, 512), true)).toBe(false)
  })
})
