import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { collect, inPieces } from '../collect.ts'
import { corpusOf, linesOf } from './corpus-columns.ts'

const cases = corpusOf('parquet')

describe('Parquet as it is written by pyarrow, DuckDB, Polars, ClickHouse, Java, Trino, Rust and fastparquet', () => {
  test('has every codec and encoding that they write', () => {
    expect(cases.length).toBeGreaterThanOrEqual(12)
  })

  test.each(cases)('gives each value of each column as text: $name', async ({ bytes, expected }) => {
    for (const { wrapped, prefix } of [
      { wrapped: bytes, prefix: 'parquet' },
      { wrapped: gzipSync(bytes), prefix: 'gzip/parquet' },
    ]) {
      const { reading, contents } = await collect(inPieces(wrapped, [997]))
      expect(reading).toMatchObject({ complete: true, gaps: [] })
      for (const [column, values] of Object.entries(expected.columns)) {
        const dictionary = linesOf(contents, `${prefix}/${column}/dictionary`)
        const lines = linesOf(contents, `${prefix}/${column}`)
        const isFlags = values.every((value) => value === 'true' || value === 'false')
        const isInOrder = dictionary.length === 0 && !isFlags
        expect(isInOrder ? lines : new Set([...dictionary, ...lines])).toEqual(isInOrder ? values : new Set(values))
      }
      expect(linesOf(contents, `${prefix}/footer`)).toEqual(expect.arrayContaining(expected.footer))
    }
  })
})
