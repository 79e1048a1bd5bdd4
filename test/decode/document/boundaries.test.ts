import { describe, expect, test } from 'vitest'
import { decodeObject } from '../../../lib/decode/decode-object.ts'
import { boundaries, mostBoundaries } from '../../../lib/decode/document/mail/boundaries.ts'
import { defaultLimits } from '../../../lib/decode/limits.ts'
import { inPieces } from '../collect.ts'

const line = (text: string) => Buffer.from(`--${text}`)

/** Reads a mailbox; the reasons of its gaps, and how many decoded texts hold `sought`. */
async function read(messages: readonly string[], sought: string, limits = defaultLimits) {
  let found = 0
  const open = (path: readonly string[]) => {
    let text = ''
    return {
      write(bytes: Uint8Array) {
        if (path.length > 1) text += Buffer.from(bytes).toString()
      },
      end() {
        if (text.includes(sought)) found += 1
      },
    }
  }
  const { gaps } = await decodeObject(inPieces(Buffer.from(messages.join('')), [65_536]), open, { limits })
  return { reasons: gaps.map(({ reason }) => reason), found }
}

const from = 'From a@example.org Mon Jan  5 10:00:00 2026\nFrom: a@example.org\nTo: b@example.org\n'
const multipart = (boundary: string) => `MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="${boundary}"\n\n`
const quoted = 'Content-Transfer-Encoding: quoted-printable\n\n=6Aane_w77 was here\n'
const many = 12_000

describe('the boundaries of a mailbox', () => {
  test('of many messages are all known', async () => {
    const messages = Array.from(
      { length: many },
      (_, n) => `${from}${multipart(`of-${n}`)}--of-${n}\n${quoted}--of-${n}--\n\n`,
    )
    expect(await read(messages, 'jane_w77')).toEqual({ reasons: [], found: many })
  })

  test('are known behind many others, also when their last line came before', async () => {
    const others = Array.from(
      { length: many },
      (_, n) => `--outer\n${multipart(`of-${n}`)}--of-${n}\n\nhi\n--of-${n}--\n`,
    )
    const last = '--outer\nX-Note: =?utf-8?B?amFuZQ==?= =?utf-8?B?X3c3Nw==?=\n\nbody\n--outer--\n'
    expect(await read([from, multipart('outer'), '--outer--\n', ...others, last], 'jane_w77')).toEqual({
      reasons: [],
      found: 1,
    })
  })

  test('are a gap where there are more than are kept in mind', async () => {
    const messages = ['a', 'b', 'a', 'c'].map((each) => `${from}${multipart(each)}--${each}\n\nhi\n--${each}--\n\n`)
    expect((await read(messages, 'hi', { ...defaultLimits, members: 3 })).reasons).toEqual([])
    expect((await read(messages, 'hi', { ...defaultLimits, members: 2 })).reasons).toEqual(['limit'])
  })

  test('have a most, behind which nothing is kept without a word', () => {
    const known = boundaries(3)
    expect(['a', 'b', 'c', 'a', 'd'].map((each) => known.add(each))).toEqual([true, true, true, true, false])
    expect(['a', 'b--', 'c', 'd'].map((each) => known.isLine(line(each)))).toEqual([true, true, true, false])
  })

  test('are told as a whole, with blanks behind them, and with the sign of the last', () => {
    const known = boundaries(mostBoundaries)
    for (const each of ['a', 'b--']) known.add(each)
    for (const each of ['a', 'a  ', 'a--', 'a-- \t', 'b--', 'b----']) expect(known.isLine(line(each)), each).toBe(true)
    for (const each of ['', '--', 'ab', 'a-', 'a---', 'b', 'A']) expect(known.isLine(line(each)), each).toBe(false)
  })

  test('of any length are known, and do not fill the memory', () => {
    const known = boundaries(mostBoundaries)
    const before = process.memoryUsage().heapUsed
    for (let n = 0; n < 2000; n++) known.add(`${'x'.repeat(500_000)}${n}`)
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(200e6)
    expect(known.isLine(line(`${'x'.repeat(500_000)}17--`))).toBe(true)
    expect(known.isLine(line('x'.repeat(500_000)))).toBe(false)
  })
})
