import { describe, expect, test } from 'vitest'
import { type ThriftFields, varint } from '../../../lib/scan/controls/writers/thrift-writer.ts'
import { collect, inPieces, textsOf } from '../collect.ts'
import { dictionaryPage, page, parquetFile, prefixed } from './parquet-file.ts'

const read = async (file: Uint8Array) => {
  const { reading, contents } = await collect(inPieces(file, [50_000]))
  return { reasons: reading.gaps.map(({ reason }) => reason), texts: textsOf(contents) }
}
const column = 'parquet/row-group-1/column-1'
const [flag, int32, int64, bytesOf, fixed] = [0, 1, 2, 6, 7]
const int = (value: number) => ({ int: value })
const ofType = (id: number, fields: ThriftFields = {}) => ({ struct: { [id]: { struct: fields } } })
const u32 = (value: number) => Buffer.from(Uint32Array.of(value).buffer)
const longs = (...values: bigint[]) => Buffer.from(BigInt64Array.from(values).buffer)
const zigzag = (value: number) => varint(value < 0 ? -2 * value - 1 : 2 * value)

/** Numbers of which each is as much more than the one before, which takes no bits. */
const delta = (count: number, first: number, step: number) =>
  Buffer.concat([
    varint(128),
    varint(4),
    varint(count),
    zigzag(first),
    ...(count > 1 ? [zigzag(step), Buffer.alloc(4)] : []),
  ])

describe('values of each type are text', () => {
  const decimal = { 6: int(5), 7: int(2), 8: int(9) }
  test.each<{ name: string; type: number; schema: ThriftFields; values: Buffer; count?: number; text: string }>([
    {
      name: 'decimal numbers of 32 bits',
      type: int32,
      schema: decimal,
      values: Buffer.from(Int32Array.of(1234567, -1234567, -5, 0, 99).buffer),
      count: 5,
      text: '12345.67\n-12345.67\n-0.05\n0.00\n0.99\n',
    },
    {
      name: 'decimal numbers of 32 bits without a fraction',
      type: int32,
      schema: { 10: ofType(5, { 1: int(0), 2: int(9) }) },
      values: Buffer.from(Int32Array.of(1234567, -1).buffer),
      count: 2,
      text: '1234567\n-1\n',
    },
    {
      name: 'decimal numbers of 64 bits',
      type: int64,
      schema: decimal,
      values: longs(123456789012345678n, -7n),
      count: 2,
      text: '1234567890123456.78\n-0.07\n',
    },
    {
      name: 'decimal numbers of 64 bits without a fraction',
      type: int64,
      schema: { 6: int(5), 8: int(18) },
      values: longs(-123456789012345678n),
      text: '-123456789012345678\n',
    },
    {
      name: 'decimal numbers in bytes',
      type: bytesOf,
      schema: decimal,
      values: prefixed(['\x12\xd6\x87'].map((each) => Buffer.from(each, 'latin1'))),
      text: '12345.67\n',
    },
    {
      name: 'decimal numbers of a fixed width',
      type: fixed,
      schema: { ...decimal, 2: int(4) },
      values: Buffer.from('ffed2979', 'hex'),
      text: '-12345.67\n',
    },
    {
      name: 'intervals',
      type: fixed,
      schema: { 2: int(12), 6: int(21) },
      values: Buffer.concat([u32(1), u32(1234567), u32(3)]),
      text: '1 1234567 3\n',
    },
    {
      name: 'times of Impala',
      type: 3,
      schema: {},
      values: Buffer.concat([longs(123456789012n), u32(2_460_000)]),
      text: '2460000 123456789012\n',
    },
    {
      name: 'numbers in 16 bits',
      type: fixed,
      schema: { 2: int(2), 10: ofType(15) },
      values: Buffer.from('003c 00c5 ff03 007c 00fc 007e'.replaceAll(' ', ''), 'hex'),
      count: 6,
      text: `1\n-5\n${1023 * 2 ** -24}\nInfinity\n-Infinity\nNaN\n`,
    },
    {
      name: 'numbers without a sign',
      type: int32,
      schema: { 6: int(13) },
      values: u32(4_000_000_000),
      text: '4000000000\n',
    },
    {
      name: 'numbers of 64 bits without a sign',
      type: int64,
      schema: { 10: ofType(10, { 1: { int: 64, bits: 8 }, 2: { flag: false } }) },
      values: longs(-1n),
      text: '18446744073709551615\n',
    },
    {
      name: 'UUIDs',
      type: fixed,
      schema: { 2: int(16), 10: ofType(14) },
      values: Buffer.from('6f1e2d3c4b5a49788796a5b4c3d2e1f0', 'hex'),
      text: '6f1e2d3c-4b5a-4978-8796-a5b4c3d2e1f0\n',
    },
  ])('$name', async ({ type, schema, values, count = 1, text }) => {
    const plain = await read(parquetFile({ type, schema, pages: [page(count, 0, values)], values: count }))
    expect(plain).toMatchObject({ reasons: [], texts: { [column]: text } })
    const entries = [dictionaryPage(count, values), page(count, 8, Buffer.from([0, count << 1]))]
    const inDictionary = await read(parquetFile({ type, schema, pages: entries, values: count }))
    expect(inDictionary).toMatchObject({ reasons: [], texts: { [`${column}/dictionary`]: text } })
  })
})

describe('differences between numbers', () => {
  test('of 64 bits are read', async () => {
    const numbers = Buffer.concat([longs(4_611_686_018_427_387_907n), Buffer.alloc(31 * 8)])
    const bytes = Buffer.concat([
      varint(128),
      varint(4),
      varint(2),
      zigzag(-3),
      zigzag(0),
      Buffer.from([64, 0, 0, 0]),
      numbers,
    ])
    const { reasons, texts } = await read(parquetFile({ type: int64, pages: [page(2, 5, bytes)], values: 2 }))
    expect(reasons).toEqual([])
    expect(texts[column]).toBe('-3\n4611686018427387904\n')
  })

  test('are read of 32 bits, and of one number', async () => {
    const several = await read(parquetFile({ type: int32, pages: [page(3, 5, delta(3, 5, 7))], values: 3 }))
    expect(several).toMatchObject({ reasons: [], texts: { [column]: '5\n12\n19\n' } })
    const one = await read(parquetFile({ type: int32, pages: [page(1, 5, delta(1, 5, 0))], values: 1 }))
    expect(one).toMatchObject({ reasons: [], texts: { [column]: '5\n' } })
  })
})

describe('a page that says something else than it holds is corrupt', () => {
  const begin = [varint(2), zigzag(5)]
  const widths = (...each: number[]) => Buffer.concat([varint(128), varint(4), ...begin, zigzag(7), Buffer.from(each)])
  const texts = Buffer.from('bobjane')
  const cases: {
    name: string
    type?: number
    encoding: number
    bytes: Uint8Array
    schema?: ThriftFields
    reason?: string
    before?: Uint8Array[]
  }[] = [
    { name: 'more numbers', encoding: 5, bytes: delta(3, 5, 7) },
    { name: 'fewer numbers', encoding: 5, bytes: delta(1, 5, 7) },
    {
      name: 'no miniblocks',
      encoding: 5,
      bytes: Buffer.concat([varint(128), varint(0), ...begin, zigzag(7), Buffer.alloc(4)]),
    },
    {
      name: 'blocks of 64',
      encoding: 5,
      bytes: Buffer.concat([varint(64), varint(2), ...begin, zigzag(7), Buffer.alloc(4)]),
    },
    {
      name: 'miniblocks of 16',
      encoding: 5,
      bytes: Buffer.concat([varint(128), varint(8), ...begin, zigzag(7), Buffer.alloc(8)]),
    },
    {
      name: 'very large miniblocks',
      encoding: 5,
      bytes: Buffer.concat([varint(2 ** 17), varint(1), ...begin, zigzag(7), Buffer.alloc(4)]),
    },
    {
      name: 'a block of 2^33',
      encoding: 5,
      bytes: Buffer.concat([varint(2 ** 33), varint(4), ...begin, zigzag(7), Buffer.alloc(4)]),
    },
    {
      name: 'a number of more than 64 bits',
      encoding: 5,
      bytes: Buffer.concat([
        varint(128),
        varint(4),
        varint(2),
        Buffer.alloc(9, 0xff),
        Buffer.from([2, 14, 0, 0, 0, 0]),
      ]),
    },
    { name: 'differences of 65 bits', encoding: 5, bytes: Buffer.concat([widths(65, 0, 0, 0), Buffer.alloc(300)]) },
    { name: 'fewer widths than miniblocks', encoding: 5, bytes: widths(0, 0, 0) },
    { name: 'differences that are cut off', encoding: 5, bytes: Buffer.concat([widths(8, 0, 0, 0), Buffer.alloc(31)]) },
    { name: 'more lengths', type: bytesOf, encoding: 6, bytes: Buffer.concat([delta(3, 3, 1), texts]) },
    { name: 'fewer lengths', type: bytesOf, encoding: 6, bytes: Buffer.concat([delta(1, 3, 1), texts]) },
    { name: 'a negative length', type: bytesOf, encoding: 6, bytes: Buffer.concat([delta(2, 3, -9), texts]) },
    { name: 'a length beyond the page', type: bytesOf, encoding: 6, bytes: Buffer.concat([delta(2, 3, 2), texts]) },
    {
      name: 'more beginnings',
      type: bytesOf,
      encoding: 7,
      bytes: Buffer.concat([delta(3, 0, 0), delta(2, 3, 1), texts]),
    },
    {
      name: 'more rests than beginnings',
      type: bytesOf,
      encoding: 7,
      bytes: Buffer.concat([delta(2, 0, 0), delta(3, 3, 0), Buffer.from('bobjaneab')]),
    },
    {
      name: 'a beginning that the value before has not',
      type: bytesOf,
      encoding: 7,
      bytes: Buffer.concat([delta(2, 0, 4), delta(2, 3, 1), texts]),
    },
    {
      name: 'a value of another width',
      type: fixed,
      schema: { 2: int(3) },
      encoding: 7,
      bytes: Buffer.concat([delta(2, 0, 0), delta(2, 3, 1), texts]),
    },
    { name: 'fewer bytes than numbers', encoding: 9, bytes: Buffer.alloc(7) },
    {
      name: 'a length that is cut off',
      type: bytesOf,
      encoding: 0,
      bytes: Buffer.concat([prefixed(['bob']), u32(1).subarray(0, 3)]),
    },
    {
      name: 'a value beyond the page',
      type: bytesOf,
      encoding: 0,
      bytes: Buffer.concat([prefixed(['bob']), u32(5), texts.subarray(3)]),
    },
    { name: 'truth values that are not there', type: flag, encoding: 0, bytes: Buffer.alloc(0) },
    { name: 'truth values in a run that is cut off', type: flag, encoding: 3, bytes: u32(2).subarray(0, 3) },
    {
      name: 'truth values in a run beyond the page',
      type: flag,
      encoding: 3,
      bytes: Buffer.concat([u32(3), Buffer.from([4, 1])]),
    },
    {
      name: 'fewer truth values in a run',
      type: flag,
      encoding: 3,
      bytes: Buffer.concat([u32(2), Buffer.from([2, 1])]),
    },
    {
      name: 'a dictionary of truth values',
      type: flag,
      encoding: 0,
      bytes: Buffer.alloc(1),
      before: [dictionaryPage(1, Buffer.from([1]))],
    },
    { name: 'indices without a dictionary', type: bytesOf, encoding: 8, bytes: Buffer.from([0, 4]) },
    {
      name: 'no width of indices',
      type: bytesOf,
      encoding: 8,
      bytes: Buffer.alloc(0),
      before: [dictionaryPage(1, prefixed(['bob']))],
    },
    {
      name: 'indices of 33 bits',
      type: bytesOf,
      encoding: 8,
      bytes: Buffer.from([33, 4, 0, 0, 0, 0, 0]),
      before: [dictionaryPage(1, prefixed(['bob']))],
    },
    {
      name: 'fewer indices',
      type: bytesOf,
      encoding: 8,
      bytes: Buffer.from([0, 2]),
      before: [dictionaryPage(1, prefixed(['bob']))],
    },
    {
      name: 'differences between truth values',
      type: flag,
      encoding: 5,
      bytes: delta(2, 0, 1),
      reason: 'unsupported-format',
    },
    {
      name: 'differences between texts as numbers',
      type: bytesOf,
      encoding: 5,
      bytes: delta(2, 0, 1),
      reason: 'unsupported-format',
    },
    { name: 'lengths of numbers', encoding: 6, bytes: delta(2, 0, 1), reason: 'unsupported-format' },
    { name: 'beginnings of numbers', encoding: 7, bytes: delta(2, 0, 1), reason: 'unsupported-format' },
    { name: 'texts in bytes apart', type: bytesOf, encoding: 9, bytes: texts, reason: 'unsupported-format' },
  ]
  test.each(cases)('$name', async ({ type = int32, schema = {}, encoding, bytes, before = [], reason = 'corrupt' }) => {
    const file = parquetFile({ type, schema, pages: [...before, page(2, encoding, bytes)], values: 2 })
    expect((await read(file)).reasons).toContain(reason)
  })

  test('a dictionary behind values', async () => {
    const pages = [
      page(1, 0, prefixed(['bob'])),
      dictionaryPage(1, prefixed(['jane'])),
      page(1, 8, Buffer.from([0, 2])),
    ]
    expect((await read(parquetFile({ type: bytesOf, pages, values: 2 }))).reasons).toEqual(['corrupt'])
  })

  test('two scales of decimal numbers', async () => {
    for (const schema of [
      { 6: int(5), 7: int(2), 8: int(9), 10: ofType(5, { 1: int(3), 2: int(9) }) },
      { 6: int(5), 7: int(-1), 8: int(9) },
      { 6: int(5), 7: int(1001), 8: int(9) },
    ])
      expect(
        (await read(parquetFile({ type: int32, schema, pages: [page(1, 0, u32(1))], values: 1 }))).reasons,
      ).toEqual(['corrupt'])
  })
})
