import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { listedItems, other } from '../../../lib/decode/columnar/listed-items.ts'
import { collect, inPieces } from '../collect.ts'
import { linesOf } from './corpus-columns.ts'

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
