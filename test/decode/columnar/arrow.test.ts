import { gzipSync, zstdCompressSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { decodeObject } from '../../../lib/decode/decode-object.ts'
import { defaultLimits } from '../../../lib/decode/limits.ts'
import { type FlatFields, writeFlat } from '../../../lib/scan/controls/writers/flat-writer.ts'
import {
  arrowBatch,
  arrowMessage,
  endOfStream,
  fileOf,
  streamOf,
} from '../../../lib/scan/controls/writers/write-arrow.ts'
import { collect, inPieces, textsOf } from '../collect.ts'
import { columnOf, doubles, field, ints, longs, nothing, schemaOf, textBuffers, type, viewsOf } from './arrow-writer.ts'

const limits = { ...defaultLimits, heldBytes: 1_500_000 }

async function read(bytes: Uint8Array, most = defaultLimits) {
  const { reading, contents } = await collect(inPieces(bytes, [5000]), most)
  return { gaps: reading.gaps.map(({ reason, detail }) => `${reason}: ${detail}`), texts: textsOf(contents) }
}

const reasonsOf = async (bytes: Uint8Array, most = defaultLimits) =>
  (await read(bytes, most)).gaps.map((gap) => gap.split(':')[0])

/** The same of contents that are too large to be kept. */
async function detailsOf(bytes: Uint8Array) {
  const { gaps } = await decodeObject(inPieces(bytes, [2 ** 20]), () => ({ async write() {}, async end() {} }))
  return gaps.map(({ detail }) => detail)
}

const column = 'arrow/record-batch-1/column-1'

const texts = (...values: string[]) =>
  columnOf(field({ type: type.text }), [[values.length, 0]], textBuffers(...values))

describe('values in Arrow', () => {
  test('are lines also where they are null, whatever stands there', async () => {
    const validity = Buffer.from([0b101])
    const bytes = columnOf(
      field({ type: type.text }),
      [[3, 1]],
      [validity, ...textBuffers('a', 'bob_smith', 'c').slice(1)],
    )
    expect(await read(bytes)).toMatchObject({ gaps: [], texts: { [column]: 'a\nbob_smith\nc\n' } })
  })

  test('that are not as many as the batch states are a gap', async () => {
    const nulls = columnOf(field({ type: type.long }), [[3, 1]], [Buffer.from([0b111]), longs(1, 2, 3)])
    const few = columnOf(field({ type: type.long }), [[3, 0]], [nothing, longs(1, 2)])
    for (const bytes of [nulls, few]) expect((await reasonsOf(bytes))[0]).toBe('corrupt')
  })

  test('before the first place and behind the last one are a gap, and searched', async () => {
    const [validity, , data] = textBuffers('bob', 'jane', 'x')
    const before = await read(
      columnOf(field({ type: type.text }), [[1, 0]], [validity, ints(3, 7), data.subarray(0, 7)]),
    )
    expect(before.gaps).toEqual(['unsupported-format: arrow: expected only values in a buffer'])
    expect(before.texts).toMatchObject({ [column]: 'jane\n', [`${column}/slack`]: 'bob\n' })
    const behind = await read(columnOf(field({ type: type.text }), [[1, 0]], [validity, ints(0, 3), data]))
    expect(behind.gaps).toEqual(['unsupported-format: arrow: expected only values in a buffer'])
    expect(behind.texts).toMatchObject({ [column]: 'bob\n', [`${column}/behind`]: 'janex\n' })
  })

  test('of numbers behind those that the batch counts are read', async () => {
    const bytes = columnOf(field({ type: type.long }), [[1, 0]], [nothing, longs(5, 1234567890123456789n, 0)])
    const { gaps, texts } = await read(bytes)
    expect(gaps).toEqual([])
    expect(texts).toMatchObject({ [column]: '5\n', [`${column}/slack`]: '1234567890123456789\n0\n' })
    const more = columnOf(field({ type: type.long }), [[1, 0]], [nothing, longs(...Array(10).fill(7))])
    expect(await reasonsOf(more)).toContain('unsupported-format')
  })

  test('that no view names are a gap, and searched', async () => {
    const view = Buffer.concat([ints(13), Buffer.from('jane'), ints(0, 9)])
    const data = Buffer.from('bob_smithjane_doe_1234')
    const { gaps, texts } = await read(viewsOf(field({ type: type.view }), 1, view, [data]))
    expect(gaps).toEqual(['unsupported-format: arrow: expected only values in a buffer'])
    expect(texts).toMatchObject({ [column]: 'jane_doe_1234\n', [`${column}/slack`]: 'bob_smith\n' })
  })

  test('that are contents of their own are read as such, others must be text', async () => {
    const values = [Buffer.from('plain'), gzipSync('user 1111111111')]
    const ends = [0, 5, 5 + values[1]!.length]
    const bytes = columnOf(field({ type: type.bytes }), [[2, 0]], [nothing, ints(...ends), Buffer.concat(values)])
    const { gaps, texts } = await read(bytes)
    expect(gaps).toEqual([])
    expect(texts).toMatchObject({ [column]: 'plain\n\n', [`${column}/value-1/gzip`]: 'user 1111111111' })
    const binary = columnOf(field({ type: type.bytes }), [[1, 0]], [nothing, ints(0, 2), Buffer.from([1, 2])])
    expect(await reasonsOf(binary)).toEqual(['not-text'])
  })

  test('of 16 bytes are UUIDs as well, but for which they are no text', async () => {
    const uuid = Buffer.from('6f1e2d3c4b5a49788796a5b4c3d2e1f0', 'hex')
    const { gaps, texts } = await read(columnOf(field({ type: type.fixed(16) }), [[1, 0]], [nothing, uuid]))
    expect(gaps).toHaveLength(1)
    expect(texts[`${column}/uuids`]).toBe('6f1e2d3c-4b5a-4978-8796-a5b4c3d2e1f0\n')
  })

  test('of a double that may have lost digits are a gap', async () => {
    const bytes = columnOf(field({ type: type.double }), [[2, 0]], [nothing, doubles(1.22e18, 5)])
    expect(await reasonsOf(bytes)).toEqual(['lossy-number'])
  })

  test('of a list that are the bytes or characters of a text are once more as one', async () => {
    const bytes = Buffer.from('bob_smith,')
    const numbers = field({ type: type.list, children: [field({ type: type.byte })] })
    const ofBytes = [nothing, ints(0, 9, 10), nothing, bytes]
    const found = await read(
      columnOf(
        numbers,
        [
          [2, 0],
          [10, 0],
        ],
        ofBytes,
      ),
    )
    expect(found.texts['arrow/record-batch-1/column-2/lists']).toContain(`[${[...bytes.subarray(0, 9)].join(',')}]`)
    const words = field({ type: type.list, children: [field({ type: type.text })] })
    const characters = [nothing, ints(0, 3, 5), ...textBuffers(...'bobxy')]
    const { texts } = await read(
      columnOf(
        words,
        [
          [2, 0],
          [5, 0],
        ],
        characters,
      ),
    )
    expect(texts['arrow/record-batch-1/column-2/lists']).toBe('bob\nxy\n')
  })

  test('of lists that overlap are a gap, and of others each list is whole', async () => {
    const fields = field({ type: type.listView, children: [field({ type: type.text })] })
    const listsOf = async (from: number, size: number) => {
      const places = [nothing, ints(0, from), ints(9, size)]
      const nodes = [
        [2, 0],
        [9, 0],
      ] as const
      const { gaps, texts } = await read(columnOf(fields, nodes, [...places, ...textBuffers(...'bob_smith')]))
      return { gaps, lists: texts['arrow/record-batch-1/column-2/lists'] }
    }
    for (const [from, size] of [
      [0, 9],
      [4, 0],
    ] as const)
      expect(await listsOf(from, size)).toEqual({ gaps: [], lists: 'bob_smith\n' })
    for (const [from, size] of [
      [0, 4],
      [3, 2],
      [4, 5],
    ] as const)
      expect((await listsOf(from, size)).gaps).toEqual([
        'unsupported-format: arrow: expected views of lists that do not overlap',
      ])
  })

  test('of no bytes are none, and what stands there is a gap', async () => {
    const bytes = columnOf(field({ type: type.fixed(0) }), [[1, 0]], [nothing, Buffer.from('bob_smith')])
    const { gaps, texts } = await read(bytes)
    expect(gaps).toEqual(['unsupported-format: arrow: expected only values in a buffer'])
    expect(texts[`${column}/slack`]).toBe('bob_smith\n')
  })

  test('of a list that is longer than what is there are a gap', async () => {
    const list = field({ type: type.list, children: [field({ type: type.long })] })
    const far = columnOf(
      list,
      [
        [1, 0],
        [1, 0],
      ],
      [nothing, ints(0, 2), nothing, longs(7)],
    )
    const back = columnOf(
      list,
      [
        [2, 0],
        [1, 0],
      ],
      [nothing, ints(0, 1, 0), nothing, longs(7)],
    )
    for (const bytes of [far, back]) {
      const { gaps, texts } = await read(bytes)
      expect(gaps).toHaveLength(1)
      expect(texts['arrow/record-batch-1/column-2']).toBe('7\n')
    }
  })
})

describe('a dictionary in Arrow', () => {
  const encoded = field({ type: type.text, dictionary: [{ long: 3 }, { table: [{ int: 8 }, { byte: 1 }] }] })
  const entries = arrowBatch(2, [[2, 0]], textBuffers('anna', 'unused bob_smith'))
  const dictionary = (id: number) => arrowMessage('dictionary', [{ long: id }, { table: entries.header }], entries.body)
  const indices = (...values: number[]) =>
    arrowBatch(values.length, [[values.length, 0]], [nothing, Buffer.from(values)])
  const schema = schemaOf(encoded)
  const stream = (id: number, ...values: number[]) => {
    const { header, body } = indices(...values)
    return [arrowMessage('schema', schema), dictionary(id), arrowMessage('batch', header, body)]
  }

  test('is read with the entries that no row has', async () => {
    const { gaps, texts } = await read(streamOf(stream(3, 0, 0)))
    expect(gaps).toEqual([])
    expect(texts['arrow/dictionary-batch-1/column-1']).toBe('anna\nunused bob_smith\n')
  })

  test('without the entry of a row, or of no column, is a gap', async () => {
    expect(await reasonsOf(streamOf(stream(3, 0, 2)))).toEqual(['corrupt'])
    expect((await read(streamOf(stream(4, 0, 0)))).gaps[0]).toBe('corrupt: arrow: expected a dictionary of a column')
  })

  test('may come behind the rows in a file, not in a stream', async () => {
    const [first, second, third] = stream(3, 0, 1)
    expect(await reasonsOf(fileOf(schema, [first!, third!, second!]))).toEqual([])
    expect(await reasonsOf(fileOf(schema, [first!, third!]))).toEqual(['corrupt'])
    expect(await reasonsOf(streamOf([first!, third!, second!]))).toEqual(['corrupt'])
  })
})

describe('metadata in Arrow', () => {
  const schema = schemaOf(field({ type: type.long }))
  const { header, body } = arrowBatch(1, [[1, 0]], [nothing, longs(5)])
  const messages = [arrowMessage('schema', schema), arrowMessage('batch', header, body)]
  const pair = (key: string, value: string): FlatFields => [{ text: key }, { text: value }]

  test('is read at every level', async () => {
    const metadata = { tables: [pair('note', 'user 1111111111')] }
    const fields = field({ name: 'user 2222222222', type: type.long, metadata })
    const { gaps, texts } = await read(streamOf([arrowMessage('schema', [...schemaOf(fields), metadata])]))
    expect(gaps).toEqual([])
    expect(texts['arrow/schema']).toBe('user 2222222222\nnote\nuser 1111111111\nnote\nuser 1111111111\n')
  })

  test('that is not known is a gap', async () => {
    const unknownType = schemaOf(field({ type: [27, []] }))
    const unknownField = [...schema, undefined, undefined, { text: 'user 1111111111' }] as const
    const bigEndian: FlatFields = [{ short: 1 }, ...schema.slice(1)]
    for (const each of [unknownType, unknownField, bigEndian])
      expect(await reasonsOf(streamOf([arrowMessage('schema', each)]))).toContain('unsupported-format')
    const old = writeFlat([{ short: 2 }, { byte: 1 }, { table: schema }, { long: 0 }])
    const bytes = Buffer.concat([Buffer.alloc(4, 0xff), ints(old.length), old, endOfStream])
    expect(await reasonsOf(bytes)).toContain('unsupported-format')
  })

  test('of pyarrow 0.17 says of a batch that its buffers are compressed', async () => {
    const numbers = longs(1234567890123456789n, 5)
    // As long as what it holds, and read as such they would be other numbers.
    const stored = Buffer.concat([longs(16), zstdCompressSync(numbers)])
    expect(stored.length).toBeGreaterThan(numbers.length)
    const { header, body } = arrowBatch(2, [[2, 0]], [nothing, stored])
    const streamBy = (version: number, codec: string) => {
      const metadata = { tables: [pair('ARROW:experimental_compression', codec)] }
      const batch = writeFlat([{ short: version }, { byte: 3 }, { table: header }, { long: body.length }, metadata])
      return Buffer.concat([messages[0]!.metadata, Buffer.alloc(4, 0xff), ints(batch.length), batch, body, endOfStream])
    }
    const { gaps, texts } = await read(streamBy(3, 'ZSTD'))
    expect(gaps).toEqual([])
    expect(texts[column]).toBe('1234567890123456789\n5\n')
    expect(await reasonsOf(streamBy(3, 'brotli'))).toContain('unsupported-format')
    // From version 5 on it says nothing.
    expect((await read(streamBy(4, 'ZSTD'))).texts[column]).not.toContain('1234567890123456789')
  })

  test('of a tensor is a gap, and what is behind it is read', async () => {
    const name: FlatFields = [{ text: 'user 1111111111' }]
    const tensor = writeFlat([{ short: 4 }, { byte: 4 }, { table: name }, { long: 8 }])
    const message = Buffer.concat([Buffer.alloc(4, 0xff), ints(tensor.length), tensor, Buffer.from('12345678')])
    const [first, second] = messages.map(({ metadata, body }) => Buffer.concat([metadata, body]))
    const { gaps, texts } = await read(Buffer.concat([first!, message, second!, endOfStream]))
    expect(gaps).toContain('unsupported-format: arrow: expected batches of columns')
    expect(texts).toMatchObject({ [column]: '5\n', 'arrow/message-1/unread': '12345678' })
    expect(texts['arrow/message-1/metadata']).toContain('user 1111111111')
  })

  test('that lies about sizes is a gap and takes no memory', async () => {
    const longer = arrowBatch(1, [[2 ** 50, 0]], [nothing, longs(5)])
    const outside = arrowBatch(1, [[1, 0]], [nothing, longs(5, 6)])
    for (const { header, body } of [longer, { header: outside.header, body: longs(5) }])
      expect(await reasonsOf(streamOf([messages[0]!, arrowMessage('batch', header, body)]))).not.toEqual([])
    const huge = writeFlat([{ short: 4 }, { byte: 3 }, { table: header }, { long: 2 ** 45 }])
    const start = Buffer.concat([messages[0]!.metadata, Buffer.alloc(4, 0xff), ints(huge.length), huge, body])
    expect(await reasonsOf(start)).toEqual(['truncated'])
    const endless = Buffer.concat([messages[0]!.metadata, Buffer.alloc(4, 0xff), ints(0x7fffffff), body])
    expect(await reasonsOf(endless)).toEqual(['limit'])
  })

  test('of more buffers than a call has room for is read', async () => {
    expect(await reasonsOf(viewsOf(field({ type: type.view }), 0, nothing, Array(130_000).fill(nothing)))).toEqual([])
  })

  test('that names one table any number of times is a gap', async () => {
    const count = 2 ** 21
    const start = writeFlat([{ short: 4 }, { byte: 1 }, { table: [] }, { long: 0 }, { structs: nothing, count }])
    const places = new Uint32Array(count).map((_, index) => (count - index + 1) * 4)
    const table = Buffer.from([4, 0, 0, 0, 4, 0, 4, 0])
    const first = start.length - 4
    expect(start.readUInt32LE(first)).toBe(count)
    const metadata = Buffer.concat([start, Buffer.from(places.buffer), table])
    const bytes = Buffer.concat([Buffer.alloc(4, 0xff), ints(metadata.length), metadata])
    expect((await read(bytes)).gaps).toEqual(['limit: arrow: expected at most 1048576 tables'])
  })

  test('that goes round in circles, or is deeper than columns are, is a gap', async () => {
    let deep = field({ type: type.long })
    for (let depth = 0; depth < 70; depth++) deep = field({ type: type.list, children: [deep] })
    expect(await reasonsOf(streamOf([arrowMessage('schema', schemaOf(deep))]))).toContain('limit')
    const circle = Buffer.from(
      streamOf([arrowMessage('schema', schemaOf(field({ type: type.list, children: [deep] })))]),
    )
    const list = circle.lastIndexOf(Buffer.from([0x08, 0, 0, 0]))
    for (let at = 16; at < list; at += 4) {
      const damaged = Buffer.from(circle)
      damaged.writeInt32LE(-at, at)
      expect(await reasonsOf(damaged)).not.toEqual([])
    }
  })

  test('of two schemas, or none, is a gap, and all is searched', async () => {
    const user = arrowMessage('schema', schemaOf(field({ name: 'user 1111111111', type: type.long })))
    const { gaps, texts } = await read(streamOf([messages[0]!, user]))
    expect(gaps[0]).toBe('corrupt: arrow: expected one schema')
    expect(texts['arrow/schema-2']).toBe('user 1111111111\n')
    expect(await reasonsOf(streamOf([messages[1]!]))).toContain('corrupt')
  })
})

describe('the footer of an Arrow file', () => {
  const schema = schemaOf(field({ type: type.long }))
  const { header, body } = arrowBatch(1, [[1, 0]], [nothing, longs(5)])
  const batch = arrowMessage('batch', header, body)
  const first = arrowMessage('schema', schema)
  const whole = fileOf(schema, [first, batch, batch])

  test('names all batches, and has the schema of the stream', async () => {
    expect(await reasonsOf(whole)).toEqual([])
    const fewer = fileOf(schema, [first, batch])
    const footer = fewer.subarray(fewer.indexOf(endOfStream) + 8)
    const hidden = Buffer.concat([whole.subarray(0, whole.indexOf(endOfStream) + 8), footer])
    expect((await read(hidden)).gaps).toEqual([
      'corrupt: arrow: expected the footer to name all batches, in their order',
    ])
    const other = fileOf(schemaOf(field({ type: [2, [{ int: 64 }, { byte: 0 }]] })), [first, batch, batch])
    expect((await read(other)).gaps).toEqual(['corrupt: arrow: expected one schema in stream and footer'])
  })

  test('may have zeros before it, and what else is there is read', async () => {
    const at = whole.indexOf(endOfStream) + 8
    const between = (bytes: Buffer) => Buffer.concat([whole.subarray(0, at), bytes, whole.subarray(at)])
    expect(await reasonsOf(between(Buffer.alloc(16)))).toEqual([])
    const { texts } = await read(between(Buffer.from('user 1111111111\n')))
    expect(texts['arrow/slack']).toBe('user 1111111111\n')
  })
})

describe('limits', () => {
  test('hold no batch, however large it is, but one value or what is compressed', async () => {
    const rows = 250_000
    const numbers = Buffer.from(BigInt64Array.from({ length: rows }, (_, index) => BigInt(index)).buffer)
    expect(await reasonsOf(columnOf(field({ type: type.long }), [[rows, 0]], [nothing, numbers]), limits)).toEqual([])
    const many = Array.from({ length: 40_000 }, (_, index) => `user ${index}, who is at home and does not go out today`)
    expect(await reasonsOf(texts(...many), limits)).toEqual([])
    expect(await reasonsOf(texts('x'.repeat(1_600_000), 'y'), limits)).toContain('limit')
    const stored = Buffer.concat([longs(numbers.length), zstdCompressSync(numbers)])
    const { header, body } = arrowBatch(rows, [[rows, 0]], [nothing, stored], [{ byte: 1 }])
    const stream = streamOf([
      arrowMessage('schema', schemaOf(field({ type: type.long }))),
      arrowMessage('batch', header, body),
    ])
    expect((await reasonsOf(stream, limits))[0]).toBe('limit')
    expect(await reasonsOf(stream)).toEqual([])
  })

  test('count a content as often as views name it', async () => {
    const stored = Buffer.concat([Buffer.from('FEA1'), Buffer.alloc(2 ** 15)])
    const views = Buffer.concat(
      Array(3000).fill(Buffer.concat([ints(stored.length), stored.subarray(0, 4), ints(0, 0)])),
    )
    const bytes = viewsOf(field({ type: type.bytesView }), 3000, views, [stored])
    const { reading } = await collect(inPieces(bytes, [5000]))
    expect(reading.moreGaps).toBeLessThan(2500)
  })

  test('hold for entries of all dictionaries together', async () => {
    const count = 9_000_000
    const columnsOf = (ids: readonly number[]) =>
      ids.map((id) => field({ type: type.list, children: [field({ type: type.byte, dictionary: [{ long: id }] })] }))
    const { header, body } = arrowBatch(count, [[count, 0]], [nothing, Buffer.alloc(count)])
    const read = (ids: readonly number[]) => {
      const dictionaries = ids.map((id) => arrowMessage('dictionary', [{ long: id }, { table: header }], body))
      return detailsOf(streamOf([arrowMessage('schema', schemaOf(...columnsOf([1, 2]))), ...dictionaries]))
    }
    const expected = 'arrow: expected at most 16777216 entries of lists'
    expect(await read([1, 2])).toEqual([expected])
    expect(await read([1, 1])).toEqual([])
  })

  test('stop a bomb', async () => {
    const zeros = Buffer.alloc(2 ** 26)
    const stored = Buffer.concat([longs(zeros.length), zstdCompressSync(zeros)])
    const rows = zeros.length / 8
    const { header, body } = arrowBatch(rows, [[rows, 0]], [nothing, stored], [{ byte: 1 }])
    const stream = streamOf([
      arrowMessage('schema', schemaOf(field({ type: type.long }))),
      arrowMessage('batch', header, body),
    ])
    expect(await reasonsOf(stream)).toEqual(['limit'])
  })
})

test('Feather of version 1 is a format that is not read', async () => {
  const { gaps } = await read(Buffer.concat([Buffer.from('FEA1\0\0\0\0'), longs(5), Buffer.from('FEA1')]))
  expect(gaps[0]).toBe('unsupported-format: expected a format that is read, got Feather of version 1')
})
