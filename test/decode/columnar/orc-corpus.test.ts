import { describe, expect, test } from 'vitest'
import { corpusOf, testValues } from './corpus-columns.ts'

const cases = corpusOf('orc')

describe('ORC as pyarrow, Java and Trino write it', () => {
  test('has every compression and both versions that it writes', () => {
    expect(cases.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['uncompressed', 'zlib', 'snappy', 'lz4', 'zstd', 'version-0.11']),
    )
  })

  testValues('orc', cases)
})
