import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { readThrift } from '../../../lib/decode/columnar/parquet/thrift.ts'
import type { ThriftFields } from '../../../lib/scan/controls/writers/thrift-writer.ts'
import { collect, inPieces, textsOf } from '../collect.ts'
import { page, parquetFile, prefixed } from './parquet-file.ts'

const user = 'user 4611686018427387904'
const bytes = { bytes: user }
/** A list of single bytes, which spell the text. */
const spelled = { list: [...Buffer.from(user)].map((int) => ({ int, bits: 8 as const })) }

type Other = { header?: ThriftFields } & Pick<Parameters<typeof parquetFile>[0], 'chunk' | 'column' | 'file' | 'behind'>

async function read({ header, ...other }: Other) {
  const pages = [page(1, 0, prefixed(['a']), header)]
  const { reading, contents } = await collect(inPieces(parquetFile({ type: 6, values: 1, pages, ...other }), [5000]))
  return { gaps: reading.gaps.map(({ reason }) => reason), texts: textsOf(contents) }
}

const signing = { struct: { 1: { struct: {} } } }
const cases: [string, Other][] = [
  ...[bytes, spelled].flatMap((field, at): [string, Other][] => {
    const how = at === 0 ? 'as bytes' : 'byte by byte'
    return [
      [`the version ${how}`, { file: { 1: field } }],
      [`the metadata of keys ${how}`, { file: { 9: field } }],
      [`metadata of the file ${how}`, { file: { 5: field } }],
      [`encodings ${how}`, { chunk: { 2: field } }],
      [`statistics ${how}`, { chunk: { 12: field } }],
      [`an unknown field of statistics ${how}`, { chunk: { 12: { struct: { 99: field } } } }],
      [`counts of encodings ${how}`, { chunk: { 13: field } }],
      [`sizes ${how}`, { chunk: { 16: { struct: { 3: field } } } }],
      [`an encrypted copy ${how}`, { column: { 9: field } }],
      [`the place of an index ${how}`, { column: { 4: field } }],
      [`an unknown field of a page ${how}`, { header: { 9: field } }],
      [`the checksum of a page ${how}`, { header: { 4: field } }],
      [`a prefix of a signature ${how}`, { file: { 8: { struct: { 1: { struct: { 1: field } } } } } }],
    ]
  }),
  ['a key of metadata', { file: { 5: { list: [{ struct: { 1: { int: 1 }, 2: bytes } }] } } }],
  ['a signature', { file: { 8: signing }, behind: Buffer.from(user.padEnd(28)) }],
]

describe('a text in a field of a Parquet file is delivered or a gap', () => {
  test.each(cases)('%s', async (_, other) => {
    const { gaps, texts } = await read(other)
    expect(Object.values(texts).join('').includes(user) || gaps.length > 0).toBe(true)
  })

  test('and bytes that are none are a gap', async () => {
    const field = { bytes: gzipSync(user) }
    for (const other of [
      { header: { 9: field } },
      { chunk: { 12: { struct: { 99: field } } } },
      { file: { 99: field } },
    ])
      expect((await read(other)).gaps).not.toEqual([])
  })

  test('and a number beyond any size is delivered', async () => {
    const large = { int: 2 ** 60, bits: 64 as const }
    const { gaps, texts } = await read({ chunk: { 16: { struct: { 1: large, 2: { list: [large] } } } } })
    expect(gaps).toEqual([])
    expect(texts['parquet/footer']!.split(String(2n ** 60n)).length).toBe(3)
  })
})

describe('a file whose footer has rows and no row group', () => {
  const gapsWith = async (pages: Buffer[]) => {
    const bytes = parquetFile({ type: 6, values: 3, pages, file: { 4: { list: [] } } })
    return (await collect(inPieces(bytes, [5000]))).reading.gaps.map(({ reason }) => reason)
  }

  test('is metadata of other files (`_common_metadata` of fastparquet) if nothing else is in it', async () => {
    expect(await gapsWith([])).toEqual([])
  })

  test('is a gap if it has a page', async () => {
    expect(await gapsWith([page(1, 0, prefixed([user]))])).not.toEqual([])
  })
})

test('a list of truth values holds nothing else', () => {
  const list = (...values: number[]) => Buffer.from([0x19, (values.length << 4) | 1, ...values, 0])
  expect(readThrift(list(1, 2, 0), 0).struct.get(1)).toEqual([true, false, false])
  expect(() => readThrift(list(...Buffer.from('user')), 0)).toThrow('expected a truth value')
})
