import { expect, test } from 'vitest'
import type { ThriftFields } from '../../lib/scan/controls/writers/thrift-writer.ts'
import { page, parquetFile, prefixed } from '../decode/columnar/parquet-file.ts'
import { read, refusal } from './read.ts'

/** A manifest of these identifiers, as text in a plain page. */
const manifestOf = (ids: readonly string[], more: { chunk?: ThriftFields; column?: ThriftFields } = {}) =>
  parquetFile({
    ...{ type: 6, values: ids.length, pages: [page(ids.length, 0, prefixed(ids))] },
    schema: { 4: { bytes: 'userId' }, 6: { int: 0 } },
    ...more,
    chunk: { 3: { list: [{ bytes: 'userId' }] }, ...more.chunk },
  })
const ids = ['bob_7', 'jane_8']
const long = (int: number) => ({ int, bits: 64 as const })

test('no row is of other bytes than those of which the digest is pinned, also where those are a manifest as well', async () => {
  const [first, second] = [manifestOf(ids), manifestOf(['bob_7', 'jane_9'])]
  expect(second).toHaveLength(first.length)
  expect((await read(first)).rows).toEqual(['1:bob_7', '2:jane_8'])
  for (const again of [second, Buffer.concat([first, Buffer.from('\n')]), first.subarray(0, -1), Buffer.alloc(0)])
    for (const lengths of [[1e6], [1]])
      await expect(read(first, lengths, again)).rejects.toThrow('expected the same bytes at each reading')
})

test.each([
  { name: 'encrypted', column: { 8: { struct: { 1: { struct: {} } } } } },
  { name: 'in another file', column: { 1: { bytes: 'part-2.parquet' } } },
  { name: 'in a codec of later times', chunk: { 4: { int: 99 } } },
])('is refused where identifiers are $name', async ({ name: _, ...more }) => {
  expect((await refusal(manifestOf(ids, more))).message).toContain('in clear, in this file, in a codec that is read')
})

test('is refused where its footer has something else at the place of the identifiers', async () => {
  const size = page(2, 0, prefixed(ids)).length
  for (const bloom of [
    { 14: long(5), 15: long(3) },
    { 14: long(4), 15: long(size + 9) },
    { 14: long(4 + size), 15: long(1) },
  ])
    expect((await refusal(manifestOf(ids, { chunk: bloom }))).message).toContain(
      'parts of the file that do not overlap',
    )
})
