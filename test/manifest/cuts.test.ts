import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Sink } from '../../lib/decode/sink.ts'
import { type CsvFound, csvRecords, strictRecords } from '../../lib/manifest/csv-records.ts'
import { textLines } from '../../lib/manifest/text-lines.ts'
import { inPieces } from '../decode/collect.ts'

/** Pushes text in pieces out of a buffer that is overwritten after each of them. */
async function push(sink: Sink, text: string, lengths: readonly number[]): Promise<void> {
  for await (const piece of inPieces(Buffer.from(text), lengths)) await sink.write(piece)
  await sink.end()
}

async function recordsOf(text: string, lengths: readonly number[]): Promise<string[]> {
  const found: string[] = []
  const sink = csvRecords(',', (each) =>
    found.push(each.kind === 'record' ? `${each.line}: ${each.fields.join('|')}` : `${each.line} ${each.kind}`),
  )
  await push(sink, text, lengths)
  return found
}

async function linesOf(text: string, lengths: readonly number[]): Promise<string[]> {
  const found: string[] = []
  await push(
    textLines((line, number) => found.push(`${number}: ${line}`)),
    text,
    lengths,
  )
  return found
}

const cuts = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 6 })
const spelled = fc.string({ unit: fc.constantFrom('a', 'é', '😀', ',', '"', '\n', '\r\n', '\r', ' '), maxLength: 40 })

describe('how the bytes are cut never changes', () => {
  test('the records of CSV or where it is broken', async () => {
    await fc.assert(
      fc.asyncProperty(spelled, cuts, async (text, lengths) => {
        expect(await recordsOf(text, lengths)).toEqual(await recordsOf(text, [1e4]))
      }),
      { numRuns: 400 },
    )
  })

  test('the lines of a text', async () => {
    await fc.assert(
      fc.asyncProperty(spelled, cuts, async (text, lengths) => {
        const lines = text.split('\n').map((line, index) => `${index + 1}: ${line.replace(/\r$/, '')}`)
        const expected = text.endsWith('\n') || text === '' ? lines.slice(0, -1) : lines
        expect(await linesOf(text, lengths)).toEqual(expected)
      }),
      { numRuns: 400 },
    )
  })
})

test('records are read in the short way as in the long one, whatever the bytes are and however they are cut', async () => {
  const foundBy = async (open: typeof csvRecords, delimiter: string, bytes: Uint8Array, lengths: readonly number[]) => {
    const found: CsvFound[] = []
    const sink = open(delimiter, (each) => found.push(each))
    for await (const piece of inPieces(Buffer.from(bytes), lengths)) await sink.write(piece)
    await sink.end()
    return found
  }
  const units = [
    'a',
    '12',
    'é',
    '😀',
    ',',
    ',',
    ';',
    '"',
    '""',
    '"a"',
    '"a,b"',
    '","',
    '\n',
    '\n',
    '\r\n',
    '\r',
    ' ',
    '\0',
    '\ufeff',
  ]
  const halves = [[0xe2, 0x82], [0xff], [0xc3], [0xf0, 0x9f]].map((bytes) => Buffer.from(bytes))
  const soup = fc
    .array(fc.constantFrom(...units.map((unit) => Buffer.from(unit)), ...halves), { maxLength: 40 })
    .map((parts) => Buffer.concat(parts))
  const field = fc.constantFrom('a', '', '"b"', '"c,d"', '""', 'é', '"e\r"', 'f"', '"g""h"', '"i\nj"')
  const end = fc.constantFrom('\n', '\n', '\n', '\r\n', '\r\r\n')
  const row = fc
    .tuple(fc.array(field, { minLength: 1, maxLength: 3 }), end)
    .map(([fields, by]) => fields.join(',') + by)
  const rows = fc.array(row, { maxLength: 12 }).map((all) => Buffer.from(all.join('')))
  await fc.assert(
    fc.asyncProperty(fc.oneof(soup, rows), fc.constantFrom(',', ';', '\t'), cuts, async (bytes, delimiter, lengths) => {
      const expected = await foundBy(strictRecords, delimiter, bytes, [1e4])
      expect(await foundBy(csvRecords, delimiter, bytes, lengths)).toStrictEqual(expected)
      expect(await foundBy(csvRecords, delimiter, bytes, [1e4])).toStrictEqual(expected)
    }),
    { numRuns: 300 },
  )
  // Around the length from which on a line is read in the long way.
  for (const length of [4094, 4095, 4096, 4097, 4098, 9000, 2 ** 20 + 1])
    for (const text of ['a'.repeat(length), 'é'.repeat(length / 2), `"${'a'.repeat(length - 2)}"`]) {
      const bytes = Buffer.from(`a,b\n${text}\r\nc,d\n`)
      const expected = await foundBy(strictRecords, ',', bytes, [1e7])
      for (const lengths of length < 1e4 ? [[1e7], [4000], [4098, 1], [4100, 2]] : [[1e7]])
        expect(await foundBy(csvRecords, ',', bytes, lengths)).toStrictEqual(expected)
    }
})

test('records that are quoted where needed come back with the line they begin on', async () => {
  const field = fc.string({ unit: fc.constantFrom('a', 'é', ',', '"', '\n', '\r\n'), maxLength: 6 })
  const records = fc.array(fc.tuple(field, field), { minLength: 1, maxLength: 6 })
  await fc.assert(
    fc.asyncProperty(records, cuts, async (rows, lengths) => {
      const text = rows.map((row) => `${row.map((part) => `"${part.replaceAll('"', '""')}"`).join(',')}\r\n`)
      const expected = rows.map((row, index) => {
        const line = text.slice(0, index).join('').split('\n').length
        return `${line}: ${row.join('|')}`
      })
      expect(await recordsOf(text.join(''), lengths)).toEqual(expected)
    }),
    { numRuns: 250 },
  )
})

test.each([
  { name: 'just within the limit', length: 2 ** 20, expected: 'kept' },
  { name: 'just beyond it', length: 2 ** 20 + 1, expected: 'refused' },
])('a line $name is $expected, wherever it is cut', async ({ length, expected }) => {
  const text = `a\n${'é'.repeat(length >> 1)}${'b'.repeat(length & 1)}\nc\n`
  for (const lengths of [[4e6], [70_001], [2 ** 20, 1]]) {
    const seen: string[] = []
    await push(
      textLines((line, number) => seen.push(`${number} ${line === undefined ? 'refused' : 'kept'}`)),
      text,
      lengths,
    )
    expect(seen).toEqual(['1 kept', `2 ${expected}`, '3 kept'])
  }
})
