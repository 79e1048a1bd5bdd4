import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { decodeObject } from '../../../lib/decode/decode-object.ts'
import { type ThriftFields, varint, writeThrift } from '../../../lib/scan/controls/writers/thrift-writer.ts'
import { collect, inPieces, textsOf } from '../collect.ts'
import { dictionaryPage, page, parquetFile, prefixed, withFooter } from './parquet-file.ts'

const read = (bytes: Uint8Array) => collect(inPieces(bytes, [50_000]))
const reasons = ({ reading }: Awaited<ReturnType<typeof read>>) => reading.gaps.map(({ reason }) => reason)
const column = 'parquet/row-group-1/column-1'

const doubles = (values: number[]) => Buffer.from(new Float64Array(values).buffer)
const bytesOf = 6
const longs = (values: bigint[]) => Buffer.from(new BigInt64Array(values).buffer)

describe('values of a column', () => {
  test('are delivered from a dictionary even where no row uses them', async () => {
    const pages = [
      dictionaryPage(3, prefixed(['used', 'never used', 'used too'])),
      page(4, 8, Buffer.from([2, 4, 0, 4, 2])),
    ]
    const { reading, contents } = await read(parquetFile({ type: bytesOf, pages, values: 4 }))
    expect(reading.gaps).toEqual([])
    expect(textsOf(contents)).toMatchObject({ [`${column}/dictionary`]: 'used\nnever used\nused too\n' })
  })

  test.each([
    { name: 'in a run', values: 2, indices: [2, 4, 3] },
    { name: 'in a group', values: 4, indices: [2, 3, 0b11_10_01_00, 0] },
    { name: 'in a long group', values: 64, indices: [2, 17, 0b11_10_01_00, ...Buffer.alloc(15)] },
  ])('are corrupt where an index is beyond the dictionary: $name', async ({ values, indices }) => {
    const pagesOf = (indices: number[]) => [
      dictionaryPage(3, prefixed(['a', 'b', 'c'])),
      page(values, 8, Buffer.from(indices)),
    ]
    const within = await read(parquetFile({ type: bytesOf, pages: pagesOf(indices.with(2, 0)), values }))
    expect(reasons(within)).toEqual([])
    const damaged = await read(parquetFile({ type: bytesOf, pages: pagesOf(indices), values }))
    expect(reasons(damaged)).toEqual(['corrupt'])
    expect(textsOf(damaged.contents)).toMatchObject({ [`${column}/dictionary`]: 'a\nb\nc\n' })
  })

  /** Four values of a column whose rows have two each. */
  const ofRepeated = (statedRows: number) => {
    const levels = Buffer.from([3, 0b1010, 8, 1])
    const bytes = Buffer.concat([levels, prefixed(['a', 'bob_smith', 'b', 'c'])])
    const fields = [4, 0, statedRows, 0, 2, 2].map((int, at) => [at + 1, { int }] as const)
    const header: ThriftFields = { 1: { int: 3 }, 8: { struct: Object.fromEntries(fields) } }
    const sizes: ThriftFields = { 2: { int: bytes.length }, 3: { int: bytes.length } }
    const pages = [Buffer.concat([writeThrift({ ...sizes, ...header }), bytes])]
    return read(parquetFile({ type: bytesOf, schema: { 3: { int: 2 } }, pages, values: 4 }, 2))
  }

  test.each([
    { name: 'its rows', statedRows: 2 },
    { name: 'its values, as parquetjs does', statedRows: 4 },
  ])('are read from a page of the second version that states $name as rows', async ({ statedRows }) => {
    const { reading, contents } = await ofRepeated(statedRows)
    expect(reading.gaps).toEqual([])
    expect(textsOf(contents)).toMatchObject({ [column]: 'a\nbob_smith\nb\nc\n' })
  })

  test('are corrupt in one that states as many rows as there are neither', async () => {
    expect(reasons(await ofRepeated(3))).toEqual(['corrupt'])
  })

  test('that are containers are contents of their own', async () => {
    const values = ['plain', gzipSync('user 1111111111'), 'more']
    const file = parquetFile({ type: bytesOf, pages: [page(3, 0, prefixed(values))], values: 3 })
    const { reading, contents } = await read(file)
    expect(reading.gaps).toEqual([])
    expect(textsOf(contents)).toMatchObject({
      [column]: 'plain\n\nmore\n',
      [`${column}/value-2/gzip`]: 'user 1111111111',
    })
  })

  test('that are neither text nor a format are delivered and a gap', async () => {
    const file = parquetFile({
      type: bytesOf,
      pages: [page(2, 0, prefixed(['plain', Buffer.from([1, 2, 3])]))],
      values: 2,
    })
    const found = await read(file)
    expect(found.reading.gaps).toMatchObject([{ reason: 'not-text', path: column.split('/'), offset: 6 }])
    expect(textsOf(found.contents)[column]).toBe('plain\n\x01\x02\x03\n')
  })

  const fixed = 7
  const ofWidth = (width: number, pages: Buffer[]) =>
    parquetFile({ type: fixed, schema: { 2: { int: width } }, pages, values: 2 })
  const padded = (width: number) =>
    Buffer.concat(['bob_smith', '1234567890'].map((text) => Buffer.from(text.slice(0, width).padEnd(width, '\0'))))

  test('of a fixed width are read without the zeros behind them', async () => {
    for (const width of [12, 20, 36, 64]) {
      const inDictionary = [dictionaryPage(2, padded(width)), page(2, 8, Buffer.from([1, 2, 0, 2, 1]))]
      for (const pages of [[page(2, 0, padded(width))], inDictionary]) {
        const { reading, contents } = await read(ofWidth(width, pages))
        expect(reading.gaps).toEqual([])
        expect(Object.values(textsOf(contents))).toContain('bob_smith\n1234567890\n')
      }
    }
  })

  test('of the widths of numbers keep zeros, which are a gap', async () => {
    for (const width of [16, 32])
      expect(reasons(await read(ofWidth(width, [page(2, 0, padded(width))])))).toEqual(['not-text'])
    const inMiddle = Buffer.from('ab\0cdefghijk\0\0'.padEnd(24, 'x'))
    expect(reasons(await read(ofWidth(12, [page(2, 0, inMiddle)])))).toEqual(['not-text'])
  })

  test('are longer than any buffer', async () => {
    const long = `${'x'.repeat(300_000)}\n1234567890\n${'y '.repeat(300_000)}`
    const file = parquetFile({ type: bytesOf, pages: [page(2, 0, prefixed([long, 'z']))], values: 2 })
    const { reading, contents } = await read(file)
    expect(reading.gaps).toEqual([])
    expect(textsOf(contents)[column]).toBe(`${long.replaceAll('\n', '\r')}\nz\n`)
  })

  test('are whole numbers in full, and a gap where a binary fraction has lost digits', async () => {
    const values = [1e15, 2 ** 53 - 1, 0.5, -12, 1.22e18, Number.NaN]
    const found = await read(parquetFile({ type: 5, pages: [page(6, 0, doubles(values))], values: 6 }))
    expect(found.reading.gaps).toMatchObject([{ reason: 'lossy-number', path: column.split('/') }])
    expect(textsOf(found.contents)[column]).toBe(
      '1000000000000000\n9007199254740991\n0.5\n-12\n1220000000000000000\nNaN\n',
    )
  })

  test('of lists of bytes are a gap where they are no text and may be something else', async () => {
    const int8 = 15
    const gapsOf = async (values: number[], schema: ThriftFields) => {
      // One row: levels of repetition 0, 1, 1 … in a group, and each value is there.
      const levels = Buffer.from([2, 0, 0, 0, 3, 0x3e, 2, 0, 0, 0, 12, 1])
      const bytes = Buffer.concat([levels, Buffer.from(Int32Array.from(values).buffer)])
      const file = parquetFile({ type: 1, schema, pages: [page(6, 0, bytes)], values: 6 }, 1)
      return reasons(await read(file))
    }
    const deflated = [120, -100, 75, -54, 79, -118]
    expect(await gapsOf(deflated, { 3: { int: 2 }, 6: { int: int8 } })).toEqual(['unsupported-format'])
    expect(await gapsOf([1, 0, 5, 47, -1, 0], { 3: { int: 2 }, 6: { int: int8 } })).toEqual([])
    expect(await gapsOf([...Buffer.from('bob_77')], { 3: { int: 2 }, 6: { int: int8 } })).toEqual([])
    expect(await gapsOf(deflated, { 3: { int: 2 } })).toEqual([])
  })

  test('are read although there is something behind them, which is content', async () => {
    const bytes = Buffer.concat([longs([5n]), Buffer.from('user 1234567890')])
    const { reading, contents } = await read(parquetFile({ type: 2, pages: [page(1, 0, bytes)], values: 1 }))
    expect(reading.gaps).toEqual([])
    expect(textsOf(contents)).toMatchObject({
      [column]: '5\n',
      [`${column}/slack`]: `user 1234567890\n${Buffer.from('user 123').readBigInt64LE()}\n`,
    })
  })

  test.each([
    { name: 'in groups of indices that no index is in', type: bytesOf, encoding: 8, bytes: [1, 35, 0b10] },
    { name: 'in a group of indices behind the last one', type: bytesOf, encoding: 8, bytes: [1, 3, 0b10] },
    { name: 'behind truth values', type: 0, encoding: 3, bytes: [17, 0, 0, 0, 4, 1] },
    { name: 'in groups of truth values that none is in', type: 0, encoding: 3, bytes: [17, 0, 0, 0, 35, 0b10] },
  ])('are read although there is something $name, which is content', async ({ type, encoding, bytes }) => {
    const values = page(2, encoding, Buffer.concat([Buffer.from(bytes), Buffer.from('user 1234567890')]))
    const pages = type === bytesOf ? [dictionaryPage(2, prefixed(['a', 'b'])), values] : [values]
    const { reading, contents } = await read(parquetFile({ type, pages, values: 2 }))
    expect(reading.gaps).toEqual([])
    expect(textsOf(contents)[`${column}/slack`]).toBe('user 1234567890\n')
  })

  test('are whole where DuckDB leaves what the run before said in groups that no index is in', async () => {
    const run = Buffer.from('indices of 256 values, 32 bytes.')
    const first = page(2, 8, Buffer.concat([Buffer.of(1, 65, 0b10), Buffer.alloc(31)]))
    const few = await read(
      parquetFile({ type: bytesOf, pages: [dictionaryPage(2, prefixed(['a', 'b'])), first], values: 2 }),
    )
    expect(few.reading.gaps).toEqual([])
    expect(textsOf(few.contents)[`${column}/slack`]).toBeUndefined()
    const read256 = async (second: Buffer) => {
      const values = page(260, 8, Buffer.concat([Buffer.of(1, 65), run, Buffer.of(65), second]))
      const pages = [dictionaryPage(2, prefixed(['a', 'b'])), values]
      return read(parquetFile({ type: bytesOf, pages, values: 260 }))
    }
    const { reading, contents } = await read256(Buffer.concat([Buffer.of(0b0101), run.subarray(1)]))
    expect(reading.gaps).toEqual([])
    expect(textsOf(contents)[`${column}/slack`]).toBeUndefined()
    const other = Buffer.concat([Buffer.of(0b0101), run.subarray(1, -12), Buffer.from(' for bob_w77')])
    expect(textsOf((await read256(other)).contents)[`${column}/slack`]).toBe(`${other.subarray(1)}\n`)
  })

  test('are read as values behind them as well, since a damaged page may count one too few', async () => {
    // A number whose bytes are text.
    const value = Buffer.from('87654321').readBigInt64LE()
    const { reading, contents } = await read(
      parquetFile({ type: 2, pages: [page(1, 0, longs([5n, value]))], values: 1 }),
    )
    expect(reading.gaps).toEqual([])
    expect(textsOf(contents)[`${column}/slack`]).toBe(`87654321\n${value}\n`)
  })
})

describe('what a file holds besides values', () => {
  test('is read between its parts: text is content, anything else is a gap, zeros are nothing', async () => {
    const file = (more: Buffer) =>
      parquetFile({
        type: 2,
        pages: [page(1, 0, longs([5n])), more],
        values: 1,
        chunk: { 7: { int: page(1, 0, longs([5n])).length, bits: 64 } },
      })
    expect((await read(file(Buffer.alloc(99)))).reading.gaps).toEqual([])
    const text = await read(file(Buffer.from('user 1234567890')))
    expect(text.reading.gaps).toEqual([])
    expect(textsOf(text.contents)['parquet/slack-2']).toBe('user 1234567890')
    expect(reasons(await read(file(Buffer.from([0, 1, 2]))))).toEqual(['not-text'])
  })

  test('is read of fields that are not known, which leave a column in doubt where the schema has them', async () => {
    const schema = { 12: { list: [{ struct: { 1: { int: 987654321 }, 7: { bytes: 'user 1234567890' } } }] } }
    const { reading, contents } = await read(
      parquetFile({ type: 2, schema, pages: [page(1, 0, longs([5n]))], values: 1 }),
    )
    expect(reading.gaps).toMatchObject([{ reason: 'unsupported-format', path: column.split('/') }])
    expect(textsOf(contents)).toMatchObject({
      [column]: '5\n',
      'parquet/footer': 'root\nc\n987654321\nuser 1234567890\nc\n',
    })
  })
})

describe('a Parquet file that contradicts itself', () => {
  const one = page(1, 0, longs([5n]))
  const ofType = (id: number, fields: ThriftFields = {}) => ({ struct: { [id]: { struct: fields } } })
  const cases = [
    { name: 'more values than the footer states', file: parquetFile({ type: 2, pages: [one, one], values: 1 }) },
    { name: 'fewer values than the footer states', file: parquetFile({ type: 2, pages: [one], values: 2 }) },
    { name: 'other rows than the footer states', file: parquetFile({ type: 2, pages: [one], values: 1 }, 2) },
    { name: 'fewer bytes than values', file: parquetFile({ type: 2, pages: [page(2, 0, longs([5n]))], values: 2 }) },
    {
      name: 'a page of another size',
      file: parquetFile({ type: 2, pages: [page(1, 0, longs([5n]), { 2: { int: 9 } })], values: 1 }),
    },
    {
      name: 'a page beyond its column',
      file: parquetFile({ type: 2, pages: [page(1, 0, longs([5n]), { 3: { int: 99 } })], values: 1 }),
    },
    {
      name: 'another checksum',
      file: parquetFile({ type: 2, pages: [page(1, 0, longs([5n]), { 4: { int: 1 } })], values: 1 }),
    },
    ...[
      {
        name: 'decimal by one type and text by the other',
        type: 6,
        schema: { 6: { int: 5 }, 8: { int: 9 }, 10: ofType(4) },
      },
      { name: 'decimal without a precision', type: 6, schema: { 6: { int: 5 } } },
      { name: 'decimal without a scale', type: 2, schema: { 10: ofType(5, { 2: { int: 9 } }) } },
      { name: 'signed by one type only', type: 2, schema: { 6: { int: 18 }, 10: ofType(10, { 2: { flag: false } }) } },
      { name: 'neither signed nor unsigned', type: 2, schema: { 10: ofType(10, { 1: { int: 64, bits: 8 } }) } },
    ].map(({ name, type, schema }) => ({ name, file: parquetFile({ type, schema, pages: [one], values: 1 }) })),
    { name: 'another type', file: parquetFile({ type: 2, pages: [one], values: 1, chunk: { 1: { int: 1 } } }) },
    {
      name: 'a column before the file',
      file: parquetFile({ type: 2, pages: [one], values: 1, chunk: { 9: { int: 0, bits: 64 } } }),
    },
    {
      name: 'a column behind the file',
      file: parquetFile({ type: 2, pages: [one], values: 1, chunk: { 9: { int: 9999, bits: 64 } } }),
    },
    {
      name: 'two dictionaries',
      file: parquetFile({
        type: 2,
        pages: [dictionaryPage(1, longs([5n])), dictionaryPage(1, longs([6n]))],
        values: 0,
      }),
    },
    {
      name: 'a codec that cannot hold so much',
      file: parquetFile({
        type: 2,
        codec: 1,
        pages: [page(1, 0, Buffer.from([8, 0, 1]), { 2: { int: 9_999_999 } })],
        values: 1,
      }),
    },
  ]
  test.each(cases)('is corrupt: $name', async ({ file }) => {
    const found = await read(file)
    expect(found.reading.complete).toBe(false)
    expect(reasons(found)).toContain('corrupt')
  })

  test('is not read where its codec is LZO or unknown', async () => {
    for (const chunk of [{ 4: { int: 3 } }, { 4: { int: 99 } }])
      expect(reasons(await read(parquetFile({ type: 2, pages: [one], values: 1, chunk })))).toEqual([
        'unsupported-format',
      ])
  })
})

describe('a small hostile file', () => {
  const zeros = (count: number) =>
    Buffer.concat([varint(2 ** 27), varint(1), varint(count), varint(0), Buffer.from([0])])
  const huge = 2 ** 31 - 1
  const cases = [
    {
      name: 'a run of 2^30 indices',
      type: bytesOf,
      pages: [
        dictionaryPage(1, prefixed(['a'])),
        page(2 ** 30, 8, Buffer.concat([Buffer.from([1]), varint(2 ** 31), Buffer.from([0])])),
      ],
      values: 2 ** 30,
    },
    { name: 'delta numbers without bits', type: 2, pages: [page(huge, 5, zeros(huge))], values: huge },
    {
      name: 'small miniblocks without bits',
      type: 2,
      pages: [
        page(huge, 5, Buffer.concat([varint(65_536 * 4), varint(4), varint(huge), varint(0), Buffer.alloc(4000)])),
      ],
      values: huge,
    },
    {
      name: 'strings without length',
      type: bytesOf,
      pages: [
        page(huge, 6, Buffer.concat([varint(65_536 * 4), varint(4), varint(huge), varint(0), Buffer.alloc(4000)])),
      ],
      values: huge,
    },
    {
      name: 'a page of 2 GiB',
      type: 2,
      codec: 6,
      pages: [page(1, 0, Buffer.alloc(8), { 2: { int: huge } })],
      values: 1,
    },
    {
      name: 'values of no width',
      type: 7,
      schema: { 2: { int: 0 } },
      pages: [page(huge, 0, Buffer.alloc(0))],
      values: huge,
    },
  ]
  test.each(cases)('takes neither long nor much memory: $name', async ({ name: _, ...column }) => {
    const before = process.memoryUsage().arrayBuffers
    const started = process.threadCpuUsage()
    let delivered = 0
    await decodeObject(inPieces(parquetFile(column), [50_000]), () => ({
      write(bytes) {
        delivered += bytes.length
      },
      end() {},
    }))
    const { user, system } = process.threadCpuUsage(started)
    expect((user + system) / 1e6).toBeLessThan(10)
    expect(delivered).toBeLessThan(2 ** 26)
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 26)
  })

  test('with a footer of nothing but structs inside each other is refused', async () => {
    expect(reasons(await read(withFooter(Buffer.alloc(0), Buffer.alloc(100_000, 0x1c))))).toEqual(['corrupt'])
  })

  test('with a footer of millions of empty lists is refused', async () => {
    const list = Buffer.concat([
      Buffer.from([0x19, 0xf9]),
      varint(3_000_000),
      Buffer.alloc(3_000_000, 0x09),
      Buffer.from([0]),
    ])
    expect(reasons(await read(withFooter(Buffer.alloc(0), list)))).toEqual(['limit'])
  })
})
