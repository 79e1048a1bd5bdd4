import { deflateRawSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { decodeObject } from '../../../lib/decode/decode-object.ts'
import { type ProtoFields, writeProto } from '../../../lib/scan/controls/writers/proto-writer.ts'
import { collect, inPieces, textsOf } from '../collect.ts'
import {
  bytesOf,
  kind,
  lengths,
  list1,
  more,
  orcFile,
  type TestFile,
  type TestStream,
  type,
  varint64,
} from './orc-writer.ts'

const read = (bytes: Uint8Array) => collect(inPieces(bytes, [5000]))
const reasons = ({ reading }: Awaited<ReturnType<typeof read>>) => reading.gaps.map(({ reason }) => reason)

const stream = (kind: number, column: number, bytes: Uint8Array): TestStream => ({ kind, column, bytes })
const user = 'user 1111111111'
const strings = (column: number, ...texts: string[]) => [
  stream(kind.data, column, Buffer.from(texts.join(''))),
  stream(kind.length, column, lengths(...texts.map((text) => Buffer.from(text).length))),
]
const oneColumn = (type: number, rows: number, streams: readonly TestStream[], other: Partial<TestFile> = {}) =>
  orcFile({ types: [type], stripes: [{ rows, streams }], ...other })

/** Behind a number, so that not all first bytes are text. */
const oneText = (text: string) =>
  orcFile({
    types: [type.long, type.string],
    stripes: [{ rows: 1, streams: [stream(kind.data, 1, list1([1n], true)), ...strings(2, text)] }],
  })

/** Chunks of at most so many bytes. */
const chunked = (size: number, compress?: (bytes: Uint8Array) => Uint8Array) => (bytes: Uint8Array) => {
  const parts: Uint8Array[] = []
  for (let at = 0; at < bytes.length; at += size) {
    const original = bytes.subarray(at, at + size)
    const stored = compress?.(original) ?? original
    const header = Buffer.alloc(3)
    header.writeUIntLE(stored.length * 2 + (compress ? 0 : 1), 0, 3)
    parts.push(header, stored)
  }
  return Buffer.concat(parts)
}

describe('values in ORC', () => {
  test('are read wherever a chunk cuts them', async () => {
    for (const size of [1, 2, 7, 100]) {
      const stored = chunked(size)
      const file = orcFile({
        types: [type.string, type.double, type.long],
        stripes: [
          {
            rows: 2,
            streams: [
              ...strings(1, user, 'ä second'),
              stream(kind.data, 2, Buffer.from(new Float64Array([1.5, 2]).buffer)),
              stream(kind.data, 3, list1([-5n, 2n ** 62n], true)),
            ],
          },
        ],
        stored,
        postScript: { 2: 1 },
      })
      const { reading, contents } = await read(file)
      expect(reading.gaps).toEqual([])
      expect(textsOf(contents)).toMatchObject({
        'orc/stripe-1/column-1': `${user}\nä second\n`,
        'orc/stripe-1/column-2': '1.5\n2\n',
        'orc/stripe-1/column-3': '-5\n4611686018427387904\n',
      })
    }
  })

  test('of a union are as many as its tags say', async () => {
    const types = [{ 1: 12, 2: [1] }, { 1: more.union, 2: [2, 3] }, { 1: type.string }, { 1: type.long }]
    const file = (tags: number[]) =>
      orcFile({
        types,
        stripes: [
          {
            rows: 3,
            streams: [
              stream(kind.data, 1, bytesOf(...tags)),
              ...strings(2, 'a', 'b'),
              stream(kind.data, 3, list1([7n], true)),
            ],
          },
        ],
      })
    const { reading, contents } = await read(file([0, 1, 0]))
    expect(reading.gaps).toEqual([])
    expect(textsOf(contents)['orc/stripe-1/column-2']).toBe('a\nb\n')
    for (const tags of [
      [0, 1, 1],
      [0, 2, 0],
      [0, 1],
      [0, 1, 0, 0],
    ])
      expect(reasons(await read(file(tags)))).toContain('corrupt')
  })

  test('that are containers are contents of their own, others must be text', async () => {
    const values = [Buffer.from('plain'), gzipSync(user), Buffer.from('a\tb\nc')]
    const streams = [
      stream(kind.data, 1, Buffer.concat(values)),
      stream(kind.length, 1, lengths(...values.map(({ length }) => length))),
    ]
    const { reading, contents } = await read(oneColumn(type.binary, 3, streams))
    expect(reading.gaps).toEqual([])
    expect(textsOf(contents)).toMatchObject({
      'orc/stripe-1/column-1': 'plain\n\na\tb\rc\n',
      'orc/stripe-1/column-1/value-2/gzip': user,
    })
    expect(reasons(await read(oneColumn(type.binary, 1, strings(1, '\x01\x02'))))).toEqual(['not-text'])
  })

  test('of a double that may have lost digits are a gap', async () => {
    const found = await read(
      oneColumn(type.double, 2, [stream(kind.data, 1, Buffer.from(new Float64Array([1.22e18, 5]).buffer))]),
    )
    expect(reasons(found)).toEqual(['lossy-number'])
    expect(textsOf(found.contents)['orc/stripe-1/column-1']).toBe('1220000000000000000\n5\n')
  })

  test('of lists of bytes are a gap where they are no text and may be something else', async () => {
    const listOf = (...values: number[]) =>
      orcFile({
        types: [{ 1: more.struct, 2: [1] }, { 1: type.list, 2: [2] }, { 1: type.byte }],
        stripes: [
          {
            rows: 1,
            streams: [
              stream(kind.length, 1, lengths(values.length)),
              stream(kind.data, 2, Buffer.from([256 - values.length, ...values])),
            ],
          },
        ],
      })
    expect(reasons(await read(listOf(120, 156, 75, 202, 79, 138)))).toEqual(['unsupported-format'])
    expect(reasons(await read(listOf(...Buffer.from('bob_77'))))).toEqual([])
    expect(reasons(await read(listOf(1, 0, 5, 47, 255)))).toEqual([])
    const alone = stream(kind.data, 1, Buffer.from([255, 98]))
    expect(reasons(await read(oneColumn(type.byte, 1, [alone])))).toEqual([])
  })

  test('are decimal numbers with the scale of each', async () => {
    const streams = [
      stream(kind.data, 1, Buffer.from([0x09, 0x14, ...Buffer.from('fcffffffffffffffff03', 'hex')])),
      stream(kind.secondary, 1, list1([2n, 0n, 1n], true)),
    ]
    const { reading, contents } = await read(oneColumn(more.decimal, 3, streams))
    expect(reading.gaps).toEqual([])
    expect(textsOf(contents)['orc/stripe-1/column-1']).toBe('-0.05\n10\n1844674407370955161.4\n')
  })

  test('are longer than any buffer', async () => {
    const text = `${'x'.repeat(400_000)}\n${'y'.repeat(300_000)}`
    const { reading, contents } = await read(oneText(text))
    expect(reading.gaps).toEqual([])
    expect(textsOf(contents)['orc/stripe-1/column-2']).toBe(`${text.replace('\n', '\r')}\n`)
  })

  test('are read in whatever order their streams stand', async () => {
    const types = [{ 1: 12, 2: [1] }, { 1: type.list, 2: [2] }, { 1: type.string }]
    const [data, length] = strings(2, user, 'b')
    const streams = [length!, stream(kind.length, 1, lengths(2, 0)), data!]
    const { reading, contents } = await read(orcFile({ types, stripes: [{ rows: 2, streams }] }))
    expect(reading.gaps).toEqual([])
    expect(textsOf(contents)['orc/stripe-1/column-2']).toBe(`${user}\nb\n`)
  })
})

test('an ORC file that begins like a text is not complete', async () => {
  expect((await read(oneColumn(type.string, 1, strings(1, 'x'.repeat(600))))).reading.complete).toBe(false)
})

describe('what is beside the values of an ORC file', () => {
  const file = (other: Partial<TestFile>) => oneColumn(type.string, 1, strings(1, 'a'), other)

  test('is delivered: names, metadata, attributes, statistics, indexes, unknown fields', async () => {
    const statistics = { 1: 1, 4: { 1: `${user}-least`, 2: `${user}-most` } }
    const bytes = orcFile({
      types: [
        { 1: 12, 2: [1], 3: `${user}-name` },
        { 1: 7, 7: { 1: `${user}-key`, 2: `${user}-attribute` } },
      ],
      stripes: [
        { rows: 1, streams: [stream(kind.index, 1, writeProto({ 1: { 1: 7, 2: statistics } })), ...strings(1, 'a')] },
      ],
      footer: {
        5: { 1: `${user}-meta`, 2: `${user}-value` },
        7: [{ 1: 1 }, statistics],
        77: `${user}-new`,
        78: 5_555_555_555,
      },
      postScript: { 99: `${user}-script` },
    })
    const { reading, contents } = await read(bytes)
    expect(reading.gaps).toEqual([])
    const texts = textsOf(contents)
    expect(texts['orc/footer']!.split('\n')).toEqual(
      expect.arrayContaining(
        ['name', 'key', 'attribute', 'meta', 'value', 'new', 'script'].map((each) => `${user}-${each}`),
      ),
    )
    expect(texts['orc/footer']).toContain('\n5555555555\n')
    expect(texts['orc/statistics']).toBe(`${user}-least\n${user}-most\n`)
    expect(texts['orc/stripe-1/column-1/row-index']).toBe(`${user}-least\n${user}-most\n`)
  })

  describe('is delivered or a gap where a number is written as text', () => {
    const streams = (index: object) => [
      stream(kind.index, 1, writeProto({ 1: index as ProtoFields })),
      ...strings(1, 'a'),
    ]
    const inType = (id: number) => ({
      types: [
        { 1: 12, 2: [1] },
        { 1: 7, [id]: user },
      ],
    })
    const inIndex = (index: object) => ({ stripes: [{ rows: 1, streams: streams(index) }] })
    const cases: [string, Partial<TestFile>][] = [
      ...[1, 2, 6, 8, 9, 11].map((id): [string, Partial<TestFile>] => [
        `field ${id} of the footer`,
        { footer: { [id]: user } },
      ]),
      ...[1, 2, 3, 5, 6, 7].map((id): [string, Partial<TestFile>] => [
        `field ${id} of the postscript`,
        { postScript: { [id]: user } },
      ]),
      ...[1, 4, 5, 6].map((id): [string, Partial<TestFile>] => [`field ${id} of a type`, inType(id)]),
      ...[1, 10, 11].map((id): [string, Partial<TestFile>] => [
        `field ${id} of statistics`,
        { footer: { 7: { [id]: user } } },
      ]),
      ['a count in an index', inIndex({ 1: 0, 2: { 1: user } })],
      ['flags of times in an index', inIndex({ 2: { 9: { 5: user } } })],
      ['sizes of lists in an index', inIndex({ 2: { 12: { 3: user } } })],
      [
        'words of a Bloom filter',
        {
          stripes: [
            { rows: 1, streams: [stream(kind.bloom, 1, writeProto({ 1: { 1: 3, 2: user } })), ...strings(1, 'a')] },
          ],
        },
      ],
      [
        'field 3 of an encoding',
        { stripes: [{ rows: 1, streams: strings(1, 'a'), encodings: [{ 1: 0 }, { 1: 0, 3: user }] }] },
      ],
    ]
    test.each(cases)('%s', async (_, other) => {
      const found = await read(
        orcFile({ types: [type.string], stripes: [{ rows: 1, streams: strings(1, 'a') }], ...other }),
      )
      const text = Object.values(textsOf(found.contents)).join('')
      expect(text.includes(user) || reasons(found).length > 0).toBe(true)
    })
  })

  test('is delivered where a number is beyond any size', async () => {
    const number = Buffer.concat([Buffer.from([0x08]), varint64(4_611_686_018_427_387_904n)])
    const found = await read(file({ footer: { 7: [number, number] } }))
    expect(reasons(found)).toEqual([])
    expect(textsOf(found.contents)['orc/statistics']).toContain('4611686018427387904\n')
  })

  test('is a content where bytes stand between stripes, unless they are zeros', async () => {
    const found = await read(file({ between: Buffer.from(`\0\0${user}`) }))
    expect(textsOf(found.contents)['orc/slack-2']).toBe(user)
    expect(reasons(found)).toEqual([])
    expect(reasons(await read(file({ between: Buffer.alloc(40) })))).toEqual([])
    expect(reasons(await read(file({ between: Buffer.from([0, 1, 2]) })))).toEqual(['not-text'])
  })

  test('is a gap and a content where values go on behind the last one', async () => {
    const [, length] = strings(1, 'a')
    const found = await read(oneColumn(type.string, 1, [stream(kind.data, 1, Buffer.from(`a${user}`)), length!]))
    expect(reasons(found)).toEqual(['corrupt'])
    expect(textsOf(found.contents)['orc/stripe-1/column-1/slack']).toBe(`${user}\n…`)
  })

  test('is a gap where it is encrypted', async () => {
    const encrypted = [...strings(1, user), stream(kind.encrypted, 1, Buffer.alloc(9, 7))]
    expect(reasons(await read(oneColumn(type.string, 1, encrypted)))).toEqual(['encrypted'])
    const keys = [{ 1: 3, 3: 3, 4: 12, 5: 1, 7: Buffer.alloc(16, 0x90) }]
    expect(reasons(await read(file({ footer: { 3: keys } })))).toContain('invalid-utf8')
    const found = await read(file({ footer: { 10: { 1: { 1: 'mask' } } } }))
    expect(reasons(found)).toEqual(['encrypted'])
  })
})

describe('an ORC file that contradicts itself', () => {
  const dictionary = (entries: number, ...indices: number[]) =>
    orcFile({
      types: [type.string],
      stripes: [
        {
          rows: 2,
          streams: [
            stream(kind.data, 1, lengths(...indices)),
            stream(kind.dictionary, 1, Buffer.from('ab')),
            stream(kind.length, 1, lengths(1, 1)),
          ],
          encodings: [{ 1: 0 }, { 1: 1, 2: entries }],
        },
      ],
    })

  test('is none with a dictionary as it should be', async () => {
    const { reading, contents } = await read(dictionary(2, 0, 0))
    expect(reading.gaps).toEqual([])
    expect(textsOf(contents)['orc/stripe-1/column-1/dictionary']).toBe('a\nb\n')
  })

  const cases = [
    { name: 'an index that no entry has', file: dictionary(2, 0, 2) },
    { name: 'another number of entries', file: dictionary(3, 0, 1) },
    { name: 'fewer indices than rows', file: dictionary(2, 0) },
    { name: 'fewer values than rows', file: oneColumn(type.string, 2, strings(1, 'a')) },
    { name: 'more values than rows', file: oneColumn(type.long, 1, [stream(kind.data, 1, list1([1n, 2n], true))]) },
    { name: 'no values', file: oneColumn(type.long, 1, []) },
    { name: 'more truth values than rows', file: oneColumn(type.boolean, 1, [stream(kind.data, 1, bytesOf(0, 0))]) },
    {
      name: 'a value that ends behind its stream',
      file: oneColumn(type.string, 1, [stream(kind.data, 1, Buffer.from('a')), stream(kind.length, 1, lengths(2))]),
    },
    { name: 'a stream twice', file: oneColumn(type.string, 1, [...strings(1, 'a'), ...strings(1, 'a')]) },
    {
      name: 'a stream that nobody reads',
      file: oneColumn(type.long, 1, [
        stream(kind.data, 1, list1([1n], true)),
        stream(kind.dictionary, 1, Buffer.from('x')),
      ]),
    },
    {
      name: 'streams beyond their stripe',
      file: oneColumn(type.long, 1, [{ ...stream(kind.data, 1, list1([1n], true)), length: 900 }]),
    },
    { name: 'another number of rows', file: oneColumn(type.string, 1, strings(1, 'a'), { footer: { 6: 2 } }) },
    {
      name: 'stripes that overlap',
      file: oneColumn(type.string, 1, strings(1, 'a'), {
        footer: {
          3: [
            { 1: 3, 3: 3, 4: 20, 5: 0 },
            { 1: 3, 5: 1 },
          ],
          6: 1,
        },
      }),
    },
    { name: 'a column inside of itself', file: orcFile({ types: [{ 1: 12, 2: [0] }], stripes: [] }) },
    { name: 'a column without a parent', file: orcFile({ types: [{ 1: 12 }, { 1: 4 }], stripes: [] }) },
    { name: 'a field twice', file: oneColumn(type.string, 1, strings(1, 'a'), { footer: { 6: [1, 1] } }) },
    {
      name: 'a chunk that is larger than stated',
      file: oneColumn(type.string, 1, strings(1, 'a'), { stored: chunked(1e6), postScript: { 2: 1, 3: 8 } }),
    },
    {
      name: 'a footer that is no message',
      file: orcFile({ types: [type.long], stripes: [], stored: () => Buffer.alloc(9, 0xff) }),
    },
  ]
  test.each(cases)('is corrupt: $name', async ({ file }) => {
    const found = await read(file)
    expect(new Set(reasons(found)).has('corrupt')).toBe(true)
  })

  const notRead = [
    {
      name: 'LZO',
      file: oneColumn(type.string, 1, strings(1, 'a'), { stored: chunked(99, (bytes) => bytes), postScript: { 2: 3 } }),
      reason: 'unsupported-format',
    },
    {
      name: 'an unknown compression',
      file: oneColumn(type.string, 1, strings(1, 'a'), { postScript: { 2: 9 } }),
      reason: 'unsupported-format',
    },
    { name: 'an unknown type', file: oneColumn(40, 1, []), reason: 'unsupported-format' },
    {
      name: 'an unknown stream',
      file: oneColumn(type.long, 0, [stream(50, 1, Buffer.from(user))]),
      reason: 'unsupported-format',
    },
    {
      name: 'chunks beyond any writer',
      file: oneColumn(type.string, 1, strings(1, 'a'), { postScript: { 2: 1, 3: 2 ** 30 } }),
      reason: 'limit',
    },
  ]
  test.each(notRead)('or is not read: $name', async ({ file, reason }) => {
    expect(reasons(await read(file))).toContain(reason)
  })

  test('in one column is read in the others, and behind a damaged stripe', async () => {
    const good = { rows: 1, streams: [...strings(1, user), stream(kind.data, 2, list1([5n], true))] }
    const bad = { rows: 1, streams: [stream(kind.length, 1, lengths(3)), stream(kind.data, 2, list1([6n], true))] }
    const found = await read(
      orcFile({ types: [type.string, type.long], stripes: [bad, { ...good, encodings: [] }, good] }),
    )
    expect(reasons(found)).toEqual(['corrupt', 'corrupt'])
    expect(textsOf(found.contents)).toMatchObject({
      'orc/stripe-1/column-2': '6\n',
      'orc/stripe-3/column-1': `${user}\n`,
    })
  })
})

test('of a stored ORC file only footers are read twice, and its other bytes pass by once in order', async () => {
  const bytes = oneText('x'.repeat(9_000_000))
  const asked: [number, number][] = []
  const at = {
    size: bytes.length,
    async read(from: number, to: number) {
      asked.push([from, to])
      return Buffer.from(bytes.subarray(from, to))
    },
  }
  const reading = await decodeObject(inPieces(bytes, [65_536]), () => ({ write() {}, end() {} }), { at })
  expect(reading).toMatchObject({ complete: true, bytes: bytes.length })
  expect(asked.map(([from, to]) => to - from)).toEqual([16_384, expect.toSatisfy((length) => length < 100)])
  const changed = Buffer.from(bytes)
  changed[bytes.length - 30]! ^= 1
  const other = await decodeObject(inPieces(changed, [65_536]), () => ({ write() {}, end() {} }), { at })
  expect(other.gaps.map(({ reason }) => reason)).toContain('corrupt')
})

test('the footer of a stripe is not asked for at any length that is stated', async () => {
  const length = 2 ** 28
  const tail = orcFile({ types: [type.long], stripes: [], footer: { 3: [{ 1: 3, 4: length, 5: 0 }] } }).subarray(3)
  const zeros = Buffer.alloc(2 ** 22)
  const parts = [Buffer.from('ORC'), ...Array.from({ length: length / zeros.length }, () => zeros), tail]
  const size = 3 + length + tail.length
  const asked: number[] = []
  const at = {
    size,
    async read(from: number, to: number) {
      asked.push(to - from)
      return Buffer.concat([Buffer.alloc(Math.max(0, size - tail.length - from)), tail]).subarray(0, to - from)
    },
  }
  async function* stored() {
    yield* parts
  }
  const reading = await decodeObject(stored(), () => ({ write() {}, end() {} }), { at })
  expect(reading.gaps.map(({ reason }) => reason)).toEqual(['limit'])
  expect(Math.max(...asked)).toBeLessThan(2 ** 20)
})

test('a small hostile ORC file takes neither long nor much memory', async () => {
  const bomb = (byte: number, length: number) => Buffer.alloc(length, byte)
  const deflated = { stored: chunked(8e6, (bytes) => deflateRawSync(bytes)), postScript: { 2: 1, 3: 8e6 } }
  const files = [
    // Ones that say that there is much: rows, columns, stripes, fields, values of no length.
    oneColumn(type.long, 2 ** 50, []),
    orcFile({ types: [{ 1: 12, 2: Array.from({ length: 2000 }, () => 1) }, { 1: 4 }], stripes: [] }),
    orcFile({
      types: [type.long],
      stripes: [],
      footer: { 3: Array.from({ length: 3e5 }, () => ({ 5: 0 })) },
      ...deflated,
    }),
    orcFile({ types: [type.long], stripes: [], footer: { 5: Array.from({ length: 3e5 }, () => '') }, ...deflated }),
    orcFile({ types: Array.from({ length: 140_000 }, () => type.long), stripes: [], ...deflated }),
    orcFile({ types: [type.long], stripes: [], footer: { 2: 1, 77: bomb(0x61, 2e6) }, ...deflated }),
    // Runs of runs.
    ...[type.boolean, type.byte, type.long, type.string].map((type) =>
      oneColumn(type, 5, [stream(kind.data, 1, bomb(0x7f, 2e6)), stream(kind.length, 1, bomb(0x00, 2e6))], deflated),
    ),
    oneColumn(
      type.boolean,
      5,
      [stream(kind.present, 1, bomb(0x7f, 2e6)), stream(kind.data, 1, bomb(0x7f, 2e6))],
      deflated,
    ),
    oneColumn(
      type.string,
      5,
      [stream(kind.data, 1, bomb(0x61, 2e6)), stream(kind.length, 1, bomb(0xff, 2e6))],
      deflated,
    ),
    oneColumn(
      more.decimal,
      5,
      [stream(kind.data, 1, bomb(0x81, 2e6)), stream(kind.secondary, 1, bomb(0, 2e6))],
      deflated,
    ),
    oneColumn(type.long, 5, [stream(kind.data, 1, Buffer.alloc(1e6))], {
      stored: (bytes) => (bytes.length < 1e6 ? chunked(99)(bytes) : Buffer.alloc(9000)),
      postScript: { 2: 5 },
    }),
    oneColumn(type.string, 1, [stream(kind.data, 1, bomb(0x61, 2e6))], {
      stored: chunked(8e6, (bytes) => zstdCompressSync(bytes)),
      postScript: { 2: 5, 3: 8e6 },
    }),
  ]
  for (const file of files) {
    const before = process.memoryUsage().arrayBuffers
    const started = process.threadCpuUsage()
    const reading = await decodeObject(inPieces(file, [4096]), () => ({ write() {}, end() {} }))
    const { user, system } = process.threadCpuUsage(started)
    expect((user + system) / 1e6).toBeLessThan(10)
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 27)
    expect(reading.decodedBytes).toBeLessThan(2 ** 27)
  }
})
