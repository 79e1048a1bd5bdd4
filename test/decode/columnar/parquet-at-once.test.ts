import { readFileSync } from 'node:fs'
import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { decodeObject } from '../../../lib/decode/decode-object.ts'
import { collect, inPieces, textsOf } from '../collect.ts'
import { page, parquetFile, prefixed } from './parquet-file.ts'

const corpus = new URL('../../corpus/parquet/', import.meta.url)
const fileOf = (name: string) => readFileSync(new URL(`${name}.bin`, corpus))

/** All contents of an object, whose sinks take some turns for each write. */
async function slowly(bytes: Uint8Array): Promise<Record<string, string>> {
  const contents: Record<string, string> = {}
  const reading = await decodeObject(inPieces(bytes, [5000]), (path) => ({
    async write(chunk) {
      for (let left = 3; left > 0; left--) await turn()
      contents[path.join('/')] = `${contents[path.join('/')] ?? ''}${Buffer.from(chunk)}`
    },
    end() {},
  }))
  expect(reading.gaps).toEqual([])
  return contents
}

test('files that are read at the same time do not get into each other', async () => {
  const files = ['arrow-snappy', 'arrow-delta', 'duckdb-snappy', 'polars', 'arrow-none', 'arrow-snappy'].map(fileOf)
  const alone: Record<string, string>[] = []
  for (const file of files) alone.push(textsOf((await collect(inPieces(file, [5000]))).contents))
  expect(await Promise.all(files.map(slowly))).toEqual(alone)
})

test('a file within a value of another one does not get into it', async () => {
  const inner = fileOf('arrow-snappy')
  const values = ['before', inner, 'behind', inner, 'x'.repeat(300_000)]
  const outer = parquetFile({
    type: 6,
    pages: [page(5, 0, prefixed(values)), page(1, 0, prefixed(['last']))],
    values: 6,
  })
  const found = await slowly(outer)
  const place = 'parquet/row-group-1/column-1'
  expect(found[place]).toBe(`before\n\nbehind\n\n${values[4]}\nlast\n`)
  const alone = textsOf((await collect(inPieces(inner, [5000]))).contents)
  for (const [path, text] of Object.entries(alone))
    for (const value of ['value-2', 'value-4']) expect(found[`${place}/${value}/${path}`]).toBe(text)
})
