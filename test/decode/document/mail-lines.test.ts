import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isField } from '../../../lib/decode/document/mail/line-kinds.ts'
import {
  base64Decoder,
  quotedPrintableDecoder,
  type TransferDecoder,
} from '../../../lib/decode/document/mail/transfer-encoding.ts'
import { growingBytes } from '../../../lib/decode/growing-bytes.ts'

function decoded(decoder: TransferDecoder, lines: readonly string[]): { text: string; left: string[] } {
  const made = growingBytes()
  const left = lines.filter((line) => !decoder.write(Buffer.from(line, 'latin1'), false, made))
  decoder.end(made)
  return { text: made.bytes.toString('latin1', 0, made.length), left }
}

describe('a line of a message', () => {
  it('is a field where it begins with a name and a colon, a blank or the sign of quoting', () => {
    const pieces = fc.constantFrom('a', 'X-Y', 'b_.9', 'n'.repeat(98), ' ', '\t', ':', '>', 'é', '\0', '"')
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 8 }), (some) => {
        const line = some.join('')
        const expected = /^([A-Za-z0-9_.-]{1,100}[ \t]*:|[ \t>])/.test(line.slice(0, 102))
        expect(isField(Buffer.from(line, 'latin1'))).toBe(expected)
      }),
    )
  })
})

describe('lines in base64', () => {
  it('are decoded together, however long they are and whatever white space is around them', () => {
    const white = fc.constantFrom('', '', ' ', '\t', '\u00a0')
    const lines = fc.array(fc.tuple(white, fc.integer({ min: 0, max: 90 }), white), { minLength: 1, maxLength: 30 })
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 3000 }), lines, (bytes, widths) => {
        let rest = Buffer.from(bytes).toString('base64')
        const written = widths.map(([before, width, behind]) => {
          const line = `${before}${rest.slice(0, width)}${behind}`
          rest = rest.slice(width)
          return line
        })
        // Padding is on one line.
        const last = /[^=]=*$/.exec(rest) === null && rest !== '' ? `${written.pop()?.trim() ?? ''}${rest}` : rest
        const decoder = base64Decoder()
        expect(decoded(decoder, [...written, last])).toEqual({ text: Buffer.from(bytes).toString('latin1'), left: [] })
        expect(decoder.isDamaged()).toBe(false)
      }),
    )
  })

  it('are left out where they have other characters, which are damage before padding and none behind it', () => {
    const damaged = base64Decoder()
    expect(decoded(damaged, ['YWJj', 'a list', 'ZGVm'])).toEqual({ text: 'abcdef', left: ['a list'] })
    expect(damaged.isDamaged()).toBe(true)
    const appended = base64Decoder()
    expect(decoded(appended, ['YWI=', 'a list'])).toEqual({ text: 'ab', left: ['a list'] })
    expect(appended.isDamaged()).toBe(false)
    expect(decoded(base64Decoder(), ['YQ==', 'Yg==', 'Y===', '=a', 'Yw'])).toEqual({
      text: 'abc',
      left: ['Y===', '=a'],
    })
  })
})

describe('lines in quoted-printable', () => {
  it('are what their escapes stand for, and what is no escape stays', () => {
    const pieces = fc.constantFrom('a', '=41', '=4', '=', '=e9', '=zz', '==41', ' ', '\t', 'b=')
    fc.assert(
      fc.property(fc.array(fc.array(pieces, { maxLength: 6 }), { maxLength: 8 }), (some) => {
        const lines = some.map((each) => each.join(''))
        const expected = lines.map((line) => {
          const text = line.replace(/[ \t]+$/, '')
          const isSoft = text.endsWith('=')
          const unescaped = (isSoft ? text.slice(0, -1) : text).replace(/=([0-9A-Fa-f]{2})/g, (_, hex) =>
            String.fromCharCode(Number.parseInt(hex, 16)),
          )
          return isSoft ? unescaped : `${unescaped}\n`
        })
        expect(decoded(quotedPrintableDecoder(), lines).text).toBe(expected.join(''))
      }),
    )
  })
})
