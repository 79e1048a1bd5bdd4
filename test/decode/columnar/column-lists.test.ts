import { readFileSync } from 'node:fs'
import { deflateRawSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { listedItems, other } from '../../../lib/decode/columnar/listed-items.ts'
import { collect, inPieces } from '../collect.ts'
import { linesOf } from './corpus-columns.ts'
import { kind, list1, more, orcFile, type } from './orc-writer.ts'
import { page, parquetFile } from './parquet-file.ts'

const corpus = new URL('../../corpus/column-lists/', import.meta.url)
const expected: Record<string, string[]> = JSON.parse(readFileSync(new URL('expected.json', corpus), 'utf8'))

describe('lists in columns as pyarrow writes them', () => {
  test.each(Object.entries(expected))(
    'are texts and UUIDs where that is what their items spell: %s',
    async (name, lines) => {
      const bytes = readFileSync(new URL(name, corpus))
      const group = name.endsWith('.orc.bin') ? 'orc/stripe-1/column-3/lists' : 'parquet/row-group-1/column-2/lists'
      const { contents } = await collect(inPieces(bytes, [997]))
      expect(linesOf(contents, group)).toEqual(lines)
    },
  )
})

describe('items of lists', () => {
  const textOf = async (kind: 'numbers' | 'text', lists: Iterable<number>[]) => {
    let text = ''
    let told = 0
    const content = {
      write: async () => {},
      deliver: async (bytes: Uint8Array) => {
        text += Buffer.from(bytes)
      },
      end: async () => {},
      abandon: async () => {},
    }
    const items = listedItems(kind, content, () => told++)
    for (const list of lists) {
      let isFirst = true
      for (const item of list) {
        items.take(item, isFirst)
        if (items.isFull()) await items.flush()
        isFirst = false
      }
    }
    await items.end()
    return { text, told }
  }

  test('are one text in lists of any length', async () => {
    const letters = Array.from({ length: 150_000 }, (_, at) => 97 + (at % 26))
    const text = String.fromCodePoint(...letters.slice(0, 26))
      .repeat(6000)
      .slice(0, 150_000)
    expect((await textOf('text', [letters, [98, 111]])).text).toBe(`${text}\nbo\n`)
    expect(
      (
        await textOf('text', [
          [...letters.slice(0, 70_000), other, 98],
          [98, 111],
        ])
      ).text,
    ).toBe(`${text.slice(0, 2 ** 16)}\nbo\n`)
    expect((await textOf('numbers', [letters, letters.slice(0, 6)])).text).toBe(
      `[${letters}]\n[${letters.slice(0, 6)}]\n`,
    )
  })

  test('that are bytes by their type are told where they are no text, or too few to be looked at', async () => {
    const toldOf = async (...list: number[]) => (await textOf('numbers', [list])).told
    expect(await toldOf(...Buffer.from('bob_77'))).toBe(0)
    expect(await toldOf(...Buffer.from('bob'))).toBe(1)
    expect(await toldOf(1, 0, 5, 47, 3, 2, 9)).toBe(0)
    expect(await toldOf(120, -100, 1, 0, 75, 99)).toBe(1)
  })
})

/** Few bytes stand for lists that are empty or null, which take time to walk through and make no text. */
describe('a hostile number of lists', () => {
  const varint = (value: number): number[] =>
    value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(Math.floor(value / 128))]
  const prefixed = (...bytes: number[]) => [bytes.length, 0, 0, 0, ...bytes]

  const text = [...Buffer.from('bob_w77')]

  /** One row is the list of a text's bytes, behind rows with empty ones. */
  const parquetOf = (rows: number) => {
    const repetitions = prefixed(...varint(2 * rows), 0, 2 * (text.length - 1), 1)
    const definitions = prefixed(...varint(2 * (rows - 1)), 0, 2 * text.length, 1)
    const bytes = Buffer.from([...repetitions, ...definitions, ...text.flatMap((byte) => [byte, 0, 0, 0])])
    const values = rows + text.length - 1
    return parquetFile({ type: 1, schema: { 3: { int: 2 } }, pages: [page(values, 0, bytes)], values }, rows)
  }

  /** The same, of 130 rows in each three bytes, in chunks of deflate. */
  const orcOf = (runs: number) => {
    const empty = Buffer.alloc(3 * runs)
    for (let at = 0; at < empty.length; at += 3) empty[at] = 127
    const chunked = (bytes: Uint8Array) => {
      const packed = deflateRawSync(bytes)
      const head = Buffer.alloc(3)
      head.writeUIntLE(packed.length * 2, 0, 3)
      return Buffer.concat([head, packed])
    }
    return orcFile({
      types: [{ 1: more.struct, 2: [1] }, { 1: type.list, 2: [2] }, { 1: type.long }],
      stripes: [
        {
          rows: 130 * runs + 1,
          streams: [
            { kind: kind.length, column: 1, bytes: Buffer.concat([empty, list1([BigInt(text.length)])]) },
            { kind: kind.data, column: 2, bytes: list1(text.map(BigInt), true) },
          ],
        },
      ],
      stored: chunked,
      postScript: { 2: 1, 3: 8e6 },
    })
  }

  test.each([
    ['Parquet', parquetOf(100_000), 'parquet/row-group-1/column-1/lists'],
    ['ORC', orcOf(1000), 'orc/stripe-1/column-2/lists'],
  ])('is read where it is none: %s', async (_, file, path) => {
    const { contents, reading } = await collect(inPieces(file, [997]))
    expect(reading.gaps).toEqual([])
    expect(linesOf(contents, path)).toEqual([`[${text}]`])
  })

  test.each([
    ['Parquet', parquetOf(2 ** 30)],
    ['ORC', orcOf(1_200_000)],
  ])('ends as a limit: %s', async (_, file) => {
    const { reading } = await collect(inPieces(file, [997]))
    expect(reading.gaps.map(({ reason }) => reason)).toContain('limit')
  })
})
