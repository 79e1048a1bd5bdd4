import { describe, expect, test } from 'vitest'
import { decodeObject } from '../../../lib/decode/decode-object.ts'
import { boundaries, mostBoundaries } from '../../../lib/decode/document/mail/boundaries.ts'
import { inPieces } from '../collect.ts'

const line = (text: string) => Buffer.from(`--${text}`)

/** Reads a mailbox; which reasons its gaps have, and how many decoded parts hold `sought`. */
async function read(messages: readonly string[], sought: string) {
  let found = 0
  const { gaps } = await decodeObject(inPieces(Buffer.from(messages.join('')), [65_536]), (path) => {
    let text = ''
    return {
      write(bytes) {
        if (path.length > 1) text += Buffer.from(bytes).toString()
      },
      end() {
        if (text.includes(sought)) found += 1
      },
    }
  })
  return { reasons: gaps.map(({ reason, detail }) => [reason, detail]), found }
}

const from = 'From a@example.org Mon Jan  5 10:00:00 2026\nFrom: a@example.org\nTo: b@example.org\n'
const multipart = (boundary: string) => `MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="${boundary}"\n\n`
const quoted = (text: string) =>
  `Content-Transfer-Encoding: quoted-printable\n\n${text.replace(/./, (first) => `=${first.charCodeAt(0).toString(16)}`)}\n`

describe('the boundaries of a mailbox', () => {
  test('of more messages than are kept in mind are all known', async () => {
    const count = mostBoundaries + 2000
    const messages = Array.from(
      { length: count },
      (_, n) => `${from}${multipart(`of-${n}`)}--of-${n}\n${quoted('jane_w77 was here')}--of-${n}--\n\n`,
    )
    expect(await read(messages, 'jane_w77')).toEqual({ reasons: [], found: count })
  })

  test('of parts that never end are a gap as soon as there are too many', async () => {
    const messages = Array.from(
      { length: mostBoundaries + 1 },
      (_, n) => `${from}${multipart(`of-${n}`)}--of-${n}\n\nx\n\n`,
    )
    expect((await read(messages, 'x')).reasons).toEqual([
      ['limit', `mail: expected at most ${mostBoundaries} boundaries of parts without an end`],
    ])
  })

  test('that are around many others are known behind them', () => {
    const known = boundaries()
    expect(known.add('outer')).toBe(true)
    for (let n = 0; n < 3 * mostBoundaries; n++) {
      expect(known.add(`inner-${n}`)).toBe(true)
      expect(known.isLine(line(`inner-${n}`))).toBe(true)
      expect(known.isLine(line(`inner-${n}--`))).toBe(true)
    }
    expect([known.isLine(line('outer')), known.isLine(line('outer--'))]).toEqual([true, true])
  })

  test('are known again when they come again, and only as a whole', () => {
    const known = boundaries()
    expect(known.add('a')).toBe(true)
    expect(known.isLine(line('a--'))).toBe(true)
    expect(known.isLine(line('a  '))).toBe(true)
    expect(known.isLine(line('a---'))).toBe(false)
    expect(known.isLine(line('ab'))).toBe(false)
    expect(known.add('b--')).toBe(true)
    expect([known.isLine(line('b--')), known.isLine(line('b')), known.isLine(line('b----'))]).toEqual([
      true,
      false,
      true,
    ])
  })

  test('of any length are known, and do not fill the memory', () => {
    const known = boundaries()
    const before = process.memoryUsage().heapUsed
    for (let n = 0; n < 2000; n++) expect(known.add(`${'x'.repeat(500_000)}${n}`)).toBe(true)
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(200e6)
    expect(known.isLine(line(`${'x'.repeat(500_000)}17`))).toBe(true)
    expect(known.isLine(line(`${'x'.repeat(500_000)}17--`))).toBe(true)
    expect(known.isLine(line('x'.repeat(500_000)))).toBe(false)
  })
})
