import { gzipSync, zstdCompressSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import type { ThriftFields } from '../../lib/scan/controls/writers/thrift-writer.ts'
import { dictionaryPage, page, parquetFile, prefixed } from '../decode/columnar/parquet-file.ts'
import { read, refusal } from './read.ts'

const long = (int: number) => ({ int, bits: 64 as const })
const name = { bytes: 'userId' }
const [int64, byteArray, fixed] = [2, 6, 7]
const longs = (...values: number[]) => Buffer.from(BigInt64Array.from(values, BigInt).buffer)

/** A manifest of identifiers alone. */
function ids(
  type: number,
  pages: Uint8Array[],
  values: number,
  { schema, chunk }: { schema?: ThriftFields; chunk?: ThriftFields } = {},
): Buffer {
  return parquetFile({ type, pages, values, schema: { 4: name, ...schema }, chunk: { 3: { list: [name] }, ...chunk } })
}

/** Two identifiers, and `times` milliseconds of days of 2030, of which the footer says that they are two. */
function timed(times: number): Buffer {
  const pages = [page(2, 0, longs(10001, 10002)), page(times, 0, longs(...Array(times).fill(1_900_000_000_000)))]
  const column = (bytes: string, type: ThriftFields = {}) => ({
    struct: { 1: { int: int64 }, 3: { int: 0 }, 4: { bytes }, ...type },
  })
  const stamp = { 8: { struct: { 1: { flag: true }, 2: { struct: { 1: { struct: {} } } } } } }
  const chunk = (bytes: string, from: number, length: number) => {
    const meta = { 1: { int: int64 }, 2: { list: [{ int: 0 }] }, 3: { list: [{ bytes }] }, 4: { int: 0 }, 5: long(2) }
    return { struct: { 3: { struct: { ...meta, 6: long(length), 7: long(length), 9: long(from) } } } }
  }
  const [first, second] = pages.map(({ length }) => length) as [number, number]
  const chunks = [chunk('userId', 4, first), chunk('transferredAt', 4 + first, second)]
  const root = { struct: { 4: { bytes: 'root' }, 5: { int: 2 } } }
  const schema = [root, column('userId'), column('transferredAt', { 10: { struct: stamp } })]
  const group = { 1: { list: chunks }, 2: long(first + second), 3: long(2) }
  const file = { 2: { list: schema }, 4: { list: [{ struct: group }] } }
  return parquetFile({ type: int64, pages, values: 2, file })
}

describe('a manifest in Parquet that is damaged or made to harm', () => {
  test('is read where it is neither', async () => {
    const { rows } = await read(ids(int64, [page(2, 0, longs(10001, 10002))], 2))
    expect(rows).toEqual(['1:10001', '2:10002'])
    expect((await refusal(timed(2))).message).toContain('got 2 not yet transferred')
  })

  test('is read where a filter of no stated length is behind its values, in which any bytes may be', async () => {
    const values = page(2, 0, longs(10001, 10002))
    const withFilter = (filter: string) =>
      ids(int64, [values, Buffer.from(filter)], 2, {
        chunk: { 7: long(values.length), 14: long(4 + values.length) },
      })
    expect((await read(withFilter('xxxPAR1xxx'))).rows).toEqual(['1:10001', '2:10002'])
    expect((await refusal(withFilter('xxxPAR1PAR1xxx'))).message).toContain('got several, one behind the other')
  })

  test.each([
    {
      name: 'text of a fixed length, as fastparquet may write it',
      file: ids(fixed, [page(3000, 0, Buffer.from('user_10000000000'.repeat(3000)))], 3000, {
        schema: { 2: { int: 16 }, 6: { int: 0 } },
      }),
      problem: 'expected identifiers as text, whole numbers or UUIDs',
    },
    {
      name: 'values behind those of a page',
      file: ids(int64, [page(2, 0, longs(10001, 10002, 10003))], 2),
      problem: 'expected nothing behind the values of a page',
    },
    {
      name: 'text behind the last value of a dictionary',
      file: ids(byteArray, [dictionaryPage(1, prefixed(['user_1', 'user_2'])), page(1, 8, Buffer.from([1, 2, 0]))], 1),
      problem: 'expected nothing behind the values of a page',
    },
    {
      name: 'nulls that the footer does not count',
      file: ids(int64, [page(2, 0, longs(10001, 10002))], 2, { chunk: { 12: { struct: { 3: long(1) } } } }),
      problem: 'expected as many values, nulls and rows as the footer states',
    },
    { name: 'more times than identifiers', file: timed(3), problem: 'values, nulls and rows as the footer states' },
    {
      name: 'a column of another name in its row group',
      file: ids(int64, [page(2, 0, longs(10001, 10002))], 2, { chunk: { 3: { list: [{ bytes: 'userIe' }] } } }),
      problem: 'expected one name of each column',
    },
    {
      name: 'a page that becomes two GiB',
      file: ids(int64, [page(1, 0, gzipSync(longs(10001)), { 2: { int: 2 ** 31 - 1 } })], 1, {
        chunk: { 4: { int: 2 } },
      }),
      problem: 'expected pages of at most',
    },
    {
      name: 'pages without a row that become 32 MiB in all',
      file: ids(
        int64,
        [
          ...Array(32).fill(page(0, 0, zstdCompressSync(Buffer.alloc(2 ** 20)), { 2: { int: 2 ** 20 } })),
          page(1, 0, zstdCompressSync(longs(10001)), { 2: { int: 8 } }),
        ],
        1,
        { chunk: { 4: { int: 6 } } },
      ),
      problem: 'expected at most 1000 bytes and rows for each byte',
    },
    {
      name: 'a dictionary of so many values that take no room',
      file: ids(fixed, [dictionaryPage(2 ** 33, Buffer.alloc(0))], 1, {
        schema: { 2: { int: 0 }, 6: { int: 5 }, 7: { int: 0 }, 8: { int: 20 } },
      }),
      problem: 'expected dictionaries of at most',
    },
    {
      name: 'a row that is repeated two billion times in some bytes',
      file: ids(
        byteArray,
        [dictionaryPage(1, prefixed(['user_1'])), page(2 ** 31 - 1, 8, Buffer.from([0, 254, 255, 255, 255, 15]))],
        2 ** 31 - 1,
      ),
      problem: 'expected at most 1000 bytes and rows for each byte',
    },
  ])('is refused with what was expected: $name', async ({ file, problem }) => {
    const { message } = await refusal(file)
    expect(message).toContain(problem)
    expect(message).not.toMatch(/1000[123]|user_1/)
  })
})
