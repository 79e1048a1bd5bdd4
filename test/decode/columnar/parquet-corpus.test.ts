import { describe, expect, test } from 'vitest'
import { corpusOf, testValues } from './corpus-columns.ts'

const cases = corpusOf('parquet')

describe('Parquet as it is written by pyarrow, DuckDB, Polars, ClickHouse, Java, Trino, Rust and fastparquet', () => {
  test('has every codec and encoding that they write', () => {
    expect(cases.length).toBeGreaterThanOrEqual(12)
  })

  testValues('parquet', cases)
})
