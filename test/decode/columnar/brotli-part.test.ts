import { brotliCompressSync, constants } from 'node:zlib'
import { expect, test } from 'vitest'
import { decompress } from '../../../lib/decode/columnar/decompress.ts'
import { writeProto } from '../../../lib/scan/samples/proto-writer.ts'
import { collect, inPieces, textsOf } from '../collect.ts'
import { kind, lengths, orcFile, type } from './orc-writer.ts'
import { page, parquetFile, prefixed } from './parquet-file.ts'

const user = '4611686018427387904'
const other = '4611686018427387905'
const text = prefixed(['hello world, '.repeat(9)])
const last = Buffer.from([3])

const brotli = (bytes: Uint8Array, quality = 9) =>
  brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: quality } })
/** A stream that can go on, with a compressed meta-block in it. */
const begun = (bytes: Uint8Array) =>
  Buffer.from(brotliCompressSync(bytes, { finishFlush: constants.BROTLI_OPERATION_FLUSH }))

/** Bits from the lowest on, up to a whole byte. */
function bits(...fields: [value: number, count: number][]): Buffer {
  let all = 0n
  let at = 0n
  for (const [value, count] of fields) {
    all |= BigInt(value) << at
    at += BigInt(count)
  }
  return Buffer.from(
    Array.from({ length: Math.ceil(Number(at) / 8) }, (_, index) => Number((all >> BigInt(8 * index)) & 0xffn)),
  )
}

const sized = (length: number): [number, number][] =>
  length > 256
    ? [
        [2, 2],
        [length - 1, 16],
      ]
    : [
        [1, 2],
        [length - 1, 8],
      ]
/** A block of metadata from the beginning of a byte on; `before`: bits in front of it. */
const metadata = (bytes: Uint8Array, isLast = false, ...before: [number, number][]) =>
  Buffer.concat([bits(...before, [isLast ? 1 : 0, isLast ? 2 : 1], [3, 2], [0, 1], ...sized(bytes.length)), bytes])
const uncompressed = (bytes: Uint8Array, ...before: [number, number][]) =>
  Buffer.concat([bits(...before, [0, 1], [0, 2], [bytes.length - 1, 16], [1, 1]), bytes])
const window: [number, number] = [0, 1]

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
  for (let length = 2 * user.length + 1; length < 600; length += 5) {
    const bytes = Buffer.from(`${user}${' '.repeat(length - 2 * user.length)}${other}`)
    const stream = Buffer.concat([
      metadata(bytes, false, window),
      // What comes behind looks like a letter: a block of five nibbles.
      bits([0, 1], [1, 2], [65_535 + 7, 20], [1, 1]),
      Buffer.alloc(65_536 + 7, 0x20),
      last,
    ])
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
  expect((user + system) / 1e6).toBeLessThan(2)
})
