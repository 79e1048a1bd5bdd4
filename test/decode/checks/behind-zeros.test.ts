import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { behindZeros } from '../../../lib/decode/checks/behind-zeros.ts'
import { decodeObject } from '../../../lib/decode/decode-object.ts'
import { inPieces } from '../collect.ts'

const zeros = (length: number) => '\0'.repeat(length)
const line = 'somebody logged in, and did a lot of things that are of no interest\n'

describe('behind blocks of zeros in a text', () => {
  const problemOf = (text: string, length: number) => {
    const check = behindZeros((head) => String(head).startsWith('BEGIN'))
    const bytes = Buffer.from(text)
    for (let at = 0; at < bytes.length; at += length) check.write(bytes.subarray(at, at + length))
    check.end()
    return check.problem()?.offset
  }

  test.each([
    { name: 'another content', text: `${line}${zeros(64)}BEGIN`, at: line.length },
    {
      name: 'another one behind text',
      text: `${line}${zeros(64)}${line}${zeros(99)}BEGIN${line}`,
      at: 2 * line.length + 64,
    },
    { name: 'a long one', text: `${line}${zeros(64)}BEGIN${line.repeat(9)}${zeros(64)}x`, at: line.length },
    { name: 'text', text: `${line}${zeros(64)}xBEGIN`, at: undefined },
    { name: 'less than a block', text: `${line}${zeros(63)}BEGIN`, at: undefined },
    { name: 'nothing', text: `BEGIN${zeros(64)}`, at: undefined },
  ])('is $name', ({ text, at }) => {
    for (const length of [1, 7, 64, 1e6]) expect(problemOf(text, length)).toBe(at)
  })

  /** What begins behind zeros in these is not asked, so there are none in them. */
  test.each([
    { name: 'behind a compressed content', before: gzipSync('abc\n'), reason: 'trailing-data' },
    { name: 'in a file of RCS', before: Buffer.from('head\t1.1; access;\n'), reason: 'not-text' },
  ])('no text has them $name', async ({ before, reason }) => {
    const card = 'BEGIN:VCALENDAR\r\nX:bob\r\n _w77\r\n'
    const bytes = Buffer.concat([before, Buffer.from(line + line), Buffer.alloc(512), Buffer.from(card + line)])
    const sink = { readsEightBit: true, skipsZeros: true, write() {}, end() {} }
    const reading = await decodeObject(inPieces(bytes, [100]), () => sink)
    expect(reading.gaps).toMatchObject([{ reason }])
  })

  test.each([
    { name: 'a calendar', text: 'BEGIN:VCALENDAR\r\nX:bob\r\n _w77\r\n', gaps: ['not-text'] },
    { name: 'a calendar in eight bits', text: 'BEGIN:VCALENDAR\r\nX:bob\r\n _w77\xe9\r\n', gaps: ['invalid-utf8'] },
    { name: 'a format that is not read', text: '!Type:Bank\nPbob_w77\n^\n', gaps: ['not-text'] },
    { name: 'a line', text: line, gaps: [] },
  ])('nothing is clean but text: $name', async ({ text, gaps }) => {
    const bytes = Buffer.from(`${line}${line}${zeros(512)}${text}${line}`, 'latin1')
    const sink = { readsEightBit: true, skipsZeros: true, write() {}, end() {} }
    const reading = await decodeObject(inPieces(bytes, [100]), () => sink)
    expect(reading.gaps.map(({ reason }) => reason)).toEqual(gaps)
  })
})
