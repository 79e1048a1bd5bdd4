import { describe, expect, test } from 'vitest'
import { collect, inPieces, textsOf } from '../collect.ts'

const hex = (size: number) => size.toString(16).toUpperCase().padStart(16, '0')
const messageOf = (text: string, { size = text.length, behind = 'R6b0ca36c\nBbob_smith77\n\n' } = {}) =>
  `\x01\x02N          ${hex(size)}\n${text}\n\x01\x03\n${behind}`
const header = '2 M1e C6b0ca36c\n'
const [one, two] = ['one 1111111111\n', '\x01\x03 two\n'.replaceAll(/[\x01\x03]/g, '-')]
const row = 'R\t6b0ca36c\tB\tbob_smith77\t\n'

const cases: Record<string, { content: string; contents: Record<string, string>; gaps: string[] }> = {
  'of two messages': {
    content: header + messageOf(one) + messageOf(two),
    contents: { 'dbox/names': row + row, 'dbox/member-1': one, 'dbox/member-2': two },
    gaps: [],
  },
  'of a message that has the sign of its end in it': {
    content: header + messageOf(`a\n\x01\x03\nb`),
    contents: { 'dbox/names': row, 'dbox/member-1': 'a\n\x01\x03\nb' },
    gaps: ['not-text dbox/member-1'],
  },
  'with a length that is too small': {
    content: header + messageOf(one, { size: one.length - 3 }),
    contents: { 'dbox/member-1': one.slice(0, -3) },
    gaps: ['corrupt dbox'],
  },
  'that ends within a message': {
    content: (header + messageOf(one)).slice(0, 55),
    contents: { 'dbox/member-1': `${one.slice(0, 9)}…` },
    gaps: ['truncated dbox', 'truncated dbox'],
  },
  'that ends in what is behind a message': {
    content: (header + messageOf(one)).slice(0, -3),
    contents: { 'dbox/names': 'R\t6b0ca36c\t…', 'dbox/member-1': one },
    gaps: ['truncated dbox'],
  },
  'with something else behind a message': {
    content: `${header}${messageOf(one)}bob_smith77 and something that is as long as a header\n`,
    contents: { 'dbox/names': `${row}…`, 'dbox/member-1': one },
    gaps: ['corrupt dbox'],
  },
  'with a line that does not end': {
    content: header + messageOf(one, { behind: `X${'a'.repeat(200_000)}\n\n` }),
    contents: { 'dbox/member-1': one },
    gaps: ['corrupt dbox'],
  },
}

describe('a mailbox of Dovecot', () => {
  for (const [name, { content, contents, gaps }] of Object.entries(cases))
    test(`is read, or says what is wrong: ${name}`, async () => {
      for (const lengths of [[content.length], [1], [13, 64, 5]]) {
        const { reading, contents: read } = await collect(inPieces(Buffer.from(content), lengths))
        expect(reading.gaps.map(({ reason, path }) => `${reason} ${path.join('/')}`)).toEqual(gaps)
        expect(textsOf(read)).toEqual(contents)
      }
    })
})
