import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readText } from '../collect.ts'

/** As PostgreSQL cuts a message (`write_syslog`): at line ends, before the last blank of 900 bytes, or there. */
function fragmentsOf(message: string): string[] {
  const fragments: string[] = []
  for (let rest = Buffer.from(message); rest.length > 0; ) {
    if (rest[0] === 0x0a) {
      rest = rest.subarray(1)
      continue
    }
    const lineEnd = rest.indexOf('\n')
    let length = Math.min(lineEnd === -1 ? rest.length : lineEnd, 900)
    while ((rest[length]! & 0xc0) === 0x80) length--
    if (length < rest.length && !/\s/.test(String.fromCharCode(rest[length]!))) {
      const blank = rest.toString('latin1', 0, length).search(/\s\S*$/)
      if (blank > 0) length = blank
    }
    fragments.push(rest.toString('utf8', 0, length))
    rest = rest.subarray(length)
  }
  return fragments
}

type Head = (process: number) => string
const heads: Record<string, Head> = {
  'RFC 3164': (process) => `Nov 28 15:02:24 db1 postgres[${process}]: `,
  'RFC 3164 as it is sent': (process) => `<134>Nov  8 15:02:24 postgres[${process}]: `,
  'RFC 5424': (process) => `<134>1 2026-11-28T15:02:24.036Z db1 postgres ${process} - - `,
  'RFC 5424 with data': (process) =>
    `<134>1 2026-11-28T15:02:24Z db1 postgres ${process} - [meta a="${Math.random()}"] \ufeff`,
  'rsyslog with times of ISO 8601': (process) => `2026-11-28T15:02:24.036123+01:00 db1 main-db[${process}]: `,
  'a journal': (process) => `Sat 2026-11-28 15:02:24 CET db1 postgres[${process}]: `,
  'FreeBSD with -v': (process) => `Nov 28 15:02:24 <local0.info> db1 postgres[${process}]: `,
  Solaris: (process) => `Nov 28 15:02:24 db1 postgres[${process}]: [ID 748625 local0.info] `,
}

const written = (head: Head, process: number, message: number, text: string, hasNumbers = true) =>
  fragmentsOf(text).map((each, at) => `${head(process)}[${hasNumbers ? `${message}-` : ''}${at + 1}] ${each}\n`)

const fill = 'x'.repeat(896)

describe('a message that PostgreSQL cuts for syslog', () => {
  for (const [name, head] of Object.entries(heads))
    test(`is put together in logs of ${name}`, async () => {
      const before = head(7).replace(/(postgres|main-db)/, 'cron')
      for (const hasNumbers of [true, false]) {
        const [first, second, third] = written(head, 7, 5, `LOG: 1\n${fill}jane_doe and\nmore`, hasNumbers)
        const [other, another] = written(head, 8, 5, `${fill}bobby`, hasNumbers)
        const text = `${before}began\n${first}${second}${other}${third}${before}went on\n${another}${head(7)}[6-1] x\n`
        for (const lengths of [[7, 1, 40], [1_000_000]]) {
          const { texts, gaps } = await readText(text, lengths)
          expect(texts['cut-lines']).toBe(text)
          expect(texts['cut-lines/joined']).toBe(`${fill}jane_doe and\n${fill}bobby\n`)
          expect(gaps).toEqual([])
        }
      }
    })

  test('is put together wherever the log is cut, and where it begins with what a journal says', async () => {
    const head = heads['RFC 3164']!
    const text = `-- Journal begins at Sat 2026-11-28. --\n${written(head, 7, 5, `${fill}jane_doe`).join('')}`
    for (let at = 1; at < text.length; at += at > 60 && at < 900 ? 7 : 1)
      expect((await readText(text, [at, text.length])).texts['cut-lines/joined']).toBe(`${fill}jane_doe\n`)
  })

  test('has every word whole, whatever it is made of and whoever wrote in between', async () => {
    const word = fc.tuple(fc.constantFrom('a', 'é', '€', '𝒳', 'b1'), fc.integer({ min: 1, max: 1200 }))
    const message = fc.array(fc.tuple(word, fc.constantFrom(' ', '\n', ', ', '\t')), { minLength: 1, maxLength: 6 })
    const log = fc.record({
      head: fc.constantFrom(...Object.values(heads)),
      messages: fc.array(fc.tuple(message, fc.integer({ min: 1, max: 3 })), { minLength: 1, maxLength: 6 }),
      turns: fc.array(fc.nat(2), { minLength: 1, maxLength: 9 }),
      lengths: fc.array(fc.integer({ min: 1, max: 4000 }), { minLength: 1, maxLength: 4 }),
    })
    await fc.assert(
      fc.asyncProperty(log, async ({ head, messages, turns, lengths }) => {
        const texts = messages.map(
          ([words], at) =>
            `q${at} ${words.map(([[unit, count], blank], of) => `w${at}-${of}${unit.repeat(count)}${blank}`).join('')}`,
        )
        const waiting = [1, 2, 3].map((process) =>
          messages.flatMap(([, by], at) => (by === process ? written(head, process, at + 1, texts[at]!) : [])),
        )
        let text = `${head(9)}x\n`
        for (let at = 0; waiting.some(({ length }) => length > 0); at++)
          text += (waiting[turns[at % turns.length]!]!.shift() ?? '') || (waiting[at % 3]!.shift() ?? '')
        const { texts: contents, gaps } = await readText(text, lengths)
        expect(contents['cut-lines']).toBe(text)
        const all = `${text}${contents['cut-lines/joined'] ?? ''}`
        for (const each of texts.flatMap((one) => one.split(/\s+/))) expect(all).toContain(each)
        expect(gaps).toEqual([])
      }),
      { numRuns: 60 },
    )
  })

  test('is one of as many as a server has processes, since hardly any goes on', async () => {
    const head = heads['RFC 3164']!
    const many = Array.from({ length: 600 }, (_, at) =>
      written(head, at, 1, `LOG: ${'connection '.repeat(100)}`).join(''),
    )
    const { texts, gaps } = await readText(many.join('') + written(head, 1, 2, `${fill}jane_doe`).join(''), [2 ** 16])
    expect([texts['cut-lines/joined'], gaps]).toEqual([`${fill}jane_doe\n`, []])
  })

  test('is put together where lines end with CR LF, and behind what syslog says itself', async () => {
    const lines = written(heads['RFC 3164']!, 7, 5, `${fill}jane_doe and\nmore`).join('')
    const firsts = ['Nov 28 15:00:00 db1 -- MARK --', 'Nov 28 15:00:00 db1 last message repeated 2 times']
    for (const text of [lines, `\ufeff${lines}`, ...firsts.map((first) => `${first}\n${lines}`)])
      for (const lineEnd of ['\n', '\r\n'])
        expect((await readText(text.replaceAll('\n', lineEnd))).texts['cut-lines/joined']).toBe(`${fill}jane_doe and\n`)
  })

  test.each(Object.entries(heads))('is none where it is as long and another one follows: %s', async (_, head) => {
    const full = 'x'.repeat(900)
    const many = Array.from({ length: 600 }, (_, at) => `${head(7)}[${at}-1] ${full}\n`).join('')
    const [first, second] = written(head, 7, 600, `${fill}jane_doe`)
    const { texts, gaps } = await readText(`${many}${first}${head(8)}[1-1] ${full}\n${second}`, [2 ** 16])
    expect([texts['cut-lines/joined'], gaps]).toEqual([`${`${full}\n`.repeat(600)}${fill}jane_doe\n${full}\n`, []])
  })

  test('is looked for only where the first line is one of syslog', async () => {
    const rest = written(heads['RFC 3164']!, 7, 5, `${fill}jane_doe`).join('')
    for (const line of ['a line\n', 'Nov 28 a\n', '-- a\n-- b\n', '<134>a: b\n', '2026-11-28 15:02:24 a: b\n'])
      expect((await readText(`${line}${rest}`)).texts).toEqual({ '': `${line}${rest}` })
  })
})
