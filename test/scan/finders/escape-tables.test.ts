import { describe, expect, it } from 'vitest'
import { makeIndex } from '../../subject-index/make-index.ts'
import { find } from '../find.ts'

const index = makeIndex(['bob@example.com', 'jane_doe', 'jane.doe'])

describe('an identifier that an escape glues onto', () => {
  it('is found behind every control character that has a name or a letter, every sign and every way to write ESC', () => {
    const names = 'NUL SOH STX ETX EOT ENQ ACK SO SI DLE DC1 DC2 DC3 DC4 NAK SYN ETB CAN EM SUB ESC FS GS RS US DEL'
    const shown = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZn'
    // Behind what is no colour, which is one without ESC as well.
    const starts = [
      '\x1b',
      '\\e',
      '\\x1b',
      '\\u001b',
      '\\u{1b}',
      '\\033',
      '#033',
      '#x1b',
      '%1b',
      '&#x1b;',
      '&#27;',
      '\xef\xbf\xbd',
      '^[',
    ]
    const glues = [
      ...names.split(' ').map((name) => `\\${name}`),
      ...[...shown].map((letter) => `^${letter}`),
      ...['22', '23', '7B', '7C', '7D'].map((digits) => `#${digits}`),
      ...[...starts, ...starts.map((start) => start.replace('1b', '1B'))].map((start) => `${start}[2K`),
      ...[...'89abAB'].map((digit) => `\\c3\\${digit}9`),
      ...[...'89abcdefABCDEF'].map((digit) => `#${digit}3#a9`),
    ]
    for (const glue of glues)
      for (const spelling of ['jane_doe', 'jane.doe', 'bob@example.com'])
        expect([glue, find(index, `"hi ${glue}${spelling}"`).occurrences.map(({ offset }) => offset)]).toStrictEqual([
          glue,
          [4 + glue.length],
        ])
  })

  it('is found where it is much shorter than another one, which may begin before the escape', () => {
    const own = makeIndex(['bob@example.com', 'somebody.with.a.long.name@mail.example.com'])
    for (const glue of ['%22', '#22', '^n', '#U00fc'])
      for (const before of [' hi', ' hi.hi', '"x%2Fhi'])
        for (const looking of ['kernel', 'plain'] as const)
          expect(find(own, `${before}${glue}bob@example.com `, { looking }).occurrences).toMatchObject([
            { offset: before.length + glue.length },
          ])
  })

  it('is found behind the last of more escapes than there is room for at first', () => {
    const before = '\\nabcdefgh '.repeat(1500)
    for (const looking of ['kernel', 'plain'] as const)
      expect(find(index, `${before}\\njane_doe and`, { looking }).occurrences).toMatchObject([
        { offset: before.length + 2 },
      ])
  })
})
