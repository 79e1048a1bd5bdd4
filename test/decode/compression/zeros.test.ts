import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { judgeOwnership } from '../../../lib/deletion/judge-ownership.ts'
import { scanObject } from '../../../lib/scan/scan-object.ts'
import { refusal } from '../../manifest/read.ts'
import { makeIndex } from '../../subject-index/make-index.ts'
import { collect, inPieces } from '../collect.ts'

const begins = (content: string) => Buffer.concat([Buffer.alloc(70_000), Buffer.from(content)])

describe('zeros in front of a content', () => {
  test('are nothing, and what is behind them is read by its own beginning', async () => {
    const card = `BEGIN:VCARD\r\nVERSION:3.0\r\nNOTE:${'a few words '.repeat(5)}of b\r\n ob_w77 and others\r\nEND:VCARD\r\n`
    const { reading, contents } = await collect(inPieces(begins(card), [1000, 1]))
    expect(reading.gaps).toEqual([])
    expect(String(contents.get('zeros/folded/unfolded')?.bytes)).toContain('of bob_w77 and')
  })

  test('are all of a content', async () => {
    expect((await collect(inPieces(begins(''), [1000]))).reading.gaps).toEqual([])
  })

  test.each([
    { name: 'records', content: '\u0001\u0002 bob_w77\u0003' },
    { name: 'an image of a CD', content: `\u0001CD001\u0001\0LINUX${' '.repeat(30)}` },
    { name: 'few', content: '', zeros: 511 },
    { name: 'a number in a table', content: 'AQ@X' },
    { name: 'one of three bytes', content: 'bob' },
    { name: 'one of two', content: '09' },
    { name: 'one of one', content: 'b' },
    { name: 'a number in a table, and zeros', content: `AQ@X${'\0'.repeat(1000)}` },
  ])('are no reason to be clean: $name', async ({ content, zeros = 32_768 }) => {
    const { reading } = await collect(inPieces(Buffer.concat([Buffer.alloc(zeros), Buffer.from(content)]), [1000]))
    expect(new Set(reading.gaps.map(({ reason }) => reason))).toEqual(new Set(['not-text']))
  })
})

const rows = Array.from({ length: 20 }, (_, row) => `${5696620 + row},bob_w${row},2026-11-01T00:00:00Z\n`)
const header = 'userId,handle,transferredAt\n'
const zeros = '\0'.repeat(4000)
/** The zeros took the end of one record and the beginning of another one. */
const lost = [
  { name: 'in front', content: zeros + header + rows.join('') },
  { name: 'between lines', content: header + rows.slice(0, 10).join('') + zeros + rows.slice(10).join('') },
  {
    name: 'within a row',
    content: `${header}${rows.slice(0, 9).join('')}5696699,bo${zeros}b_x,2026-11-01T00:00:00Z\n${rows.slice(9).join('')}`,
  },
]

describe('a table in which a file system left zeros', () => {
  test.each(lost)('is read to its end, and people are found on both sides: $name', async ({ content }) => {
    const index = makeIndex(['5696620', 'bob_w9'])
    const found = new Set<number>()
    const { complete, gaps } = await scanObject(inPieces(Buffer.from(content), [1000, 7]), index, ({ ordinal }) => {
      found.add(ordinal)
    })
    expect({ complete, gaps, found: found.size }).toEqual({ complete: true, gaps: [], found: 2 })
  })

  test.each(lost)('is no manifest, since rows may be missing: $name', async ({ content }) => {
    expect((await refusal(content)).message).toMatch(/content: expected/)
  })

  test.each(lost)('is kept, since nobody knows whose a record was: $name', async ({ content }) => {
    const bytes = Buffer.from(content)
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    const all = { owner: 'userId', key: 'a.csv', scanned: { sha256 }, isTransferred: () => true, pending: undefined }
    expect(await judgeOwnership(inPieces(bytes, [1e6]), all)).toMatchObject({ kind: 'keep' })
  })
})
