import { describe, expect, test } from 'vitest'
import { collect, inPieces } from '../collect.ts'
import { corpusOf, testValues } from './corpus-columns.ts'

const cases = corpusOf('arrow')

describe('Arrow as pyarrow, pandas, Polars, Rust, JavaScript and nanoarrow write it', () => {
  test('has files and streams, every compression, and what was written before version 0.15', () => {
    expect(cases.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        'types',
        'types-stream',
        'types-lz4',
        'types-zstd',
        'types-legacy',
        'types-legacy-stream',
      ]),
    )
  })

  testValues('arrow', cases)

  test.each(cases)('is the same however it is cut: $name', async ({ bytes }) => {
    const [whole, ...others] = await Promise.all(
      [[1e6], [7], [64, 1, 9]].map(async (lengths) => {
        const { reading, contents } = await collect(inPieces(bytes, lengths))
        expect(reading.gaps).toEqual([])
        return new Map([...contents].map(([path, { bytes }]) => [path, String(bytes)]))
      }),
    )
    for (const other of others) expect(other).toEqual(whole)
  })
})
