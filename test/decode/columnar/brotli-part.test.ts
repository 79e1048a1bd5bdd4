import { brotliCompressSync, constants } from 'node:zlib'
import { expect, test } from 'vitest'
import { decompress } from '../../../lib/decode/columnar/decompress.ts'
import { writeProto } from '../../../lib/scan/controls/writers/proto-writer.ts'
import { begun, joinedStreams, last, metadata, uncompressed, window } from '../brotli-stream.ts'
import { collect, inPieces, textsOf } from '../collect.ts'
import { kind, lengths, orcFile, type } from './orc-writer.ts'
import { page, parquetFile, prefixed } from './parquet-file.ts'

const user = '4611686018427387904'
const other = '4611686018427387905'
const text = prefixed(['hello world, '.repeat(9)])

const brotli = (bytes: Uint8Array, quality = 9) =>
  brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: quality } })

const note = Buffer.from(`user ${user} `)
const streams = [
  { name: 'at the beginning', stream: Buffer.concat([metadata(note, false, window), uncompressed(text), last]) },
  { name: 'behind an uncompressed block', stream: Buffer.concat([uncompressed(text, window), metadata(note), last]) },
  { name: 'behind a compressed block', stream: Buffer.concat([begun(text), metadata(note), last]) },
  { name: 'at the end', stream: Buffer.concat([begun(text), metadata(note, true)]) },
]

const inParquet = (stream: Uint8Array, size = text.length) =>
  parquetFile({ type: 6, codec: 4, values: 1, pages: [page(1, 0, stream, { 2: { int: size } })] })
const read = (file: Uint8Array) => collect(inPieces(file, [5000]))
const storedIn = async (file: Uint8Array) =>
  textsOf((await read(file)).contents)['parquet/row-group-1/column-1/stored'] ?? ''

test.each(streams)(
  'bytes that brotli decodes to nothing are a content of a Parquet file: $name',
  async ({ stream }) => {
    expect(Buffer.from(decompress('BROTLI', stream, text.length))).toEqual(text)
    const { reading, contents } = await read(inParquet(stream))
    expect(reading.gaps).toEqual([])
    expect(textsOf(contents)['parquet/row-group-1/column-1/stored']).toContain(String(note))
  },
)

/** Chunks of brotli, each with metadata behind its content. */
const chunk = (name: string) => (bytes: Uint8Array) => {
  const stream = Buffer.concat([begun(bytes), metadata(Buffer.from(`${name} ${user} `)), last])
  const header = Buffer.alloc(3)
  header.writeUIntLE(stream.length * 2, 0, 3)
  return Buffer.concat([header, stream])
}

test('and they are in any part of an ORC file', async () => {
  const index = writeProto({ 1: { 1: 7 } })
  const streams = [
    { kind: kind.index, column: 1, bytes: index },
    { kind: kind.data, column: 1, bytes: Buffer.from('a') },
    { kind: kind.length, column: 1, bytes: lengths(1) },
  ]
  const file = orcFile({
    types: [type.string],
    stripes: [{ rows: 1, streams }],
    stored: chunk('user'),
    postScript: { 2: 6 },
  })
  const { reading, contents } = await read(file)
  expect(reading.gaps).toEqual([])
  const texts = textsOf(contents)
  const paths = ['orc/footer', 'orc/stripe-1/footer', 'orc/stripe-1/column-1/row-index', 'orc/stripe-1/column-1']
  for (const path of paths) expect(texts[`${path}/stored`]).toContain(`user ${user} `)
  expect(texts['orc/stripe-1/column-1']).toBe('a\n')
})

test('and they are apart from what is around them, however that looks', async () => {
  const seen = new Set<string>()
  for (const stream of joinedStreams(user, other, 5)) {
    const stored = await storedIn(inParquet(stream, 65_536 + 7))
    if (/[0-9a-z]/i.test(String.fromCharCode(stream[stream.indexOf(user) - 1]!))) seen.add('before')
    if (/[0-9a-z]/i.test(String.fromCharCode(stream[stream.indexOf(other) + user.length]!))) seen.add('behind')
    for (const id of [user, other]) expect(stored).toMatch(new RegExp(`(?<![0-9a-z])${id}(?![0-9a-z])`, 'i'))
  }
  expect(seen).toEqual(new Set(['before', 'behind']))
})

test('what ordinary writers make is read once where that is sure, and never a gap', async () => {
  const values = Array.from({ length: 9000 }, (_, at) => `line ${at * 7919} of ${at}`)
  const bytes = prefixed(values)
  for (const quality of [0, 1, 5, 9]) {
    const file = parquetFile({
      type: 6,
      codec: 4,
      values: values.length,
      pages: [page(values.length, 0, brotli(bytes, quality), { 2: { int: bytes.length } })],
    })
    const { reading, contents } = await read(file)
    expect(reading.gaps).toEqual([])
    expect(textsOf(contents)['parquet/row-group-1/column-1']).toBe(`${values.join('\n')}\n`)
    expect(textsOf(contents)['parquet/row-group-1/column-1/stored'] !== undefined).toBe(quality < 5)
  }
})

test('nothing may be behind a stream', () => {
  for (const stream of [...streams.map(({ stream }) => stream), brotli(text)])
    expect(() => decompress('BROTLI', Buffer.concat([stream, note]), text.length)).toThrow('expected')
})

test('a stream in which every place may be metadata takes no time without end', async () => {
  // Each second byte may end a header.
  const pattern = Buffer.concat(Array.from({ length: 60_000 }, () => Buffer.from([0x2c, 0x61])))
  const started = process.threadCpuUsage()
  const { reading } = await read(inParquet(pattern))
  const { user, system } = process.threadCpuUsage(started)
  expect(reading.gaps.map(({ reason }) => reason)).toEqual(['limit'])
  expect((user + system) / 1e6).toBeLessThan(10)
})
