import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { type BlockCodec, decompress } from '../../../lib/decode/columnar/decompress.ts'
import { gzipMember } from '../gzip-member.ts'

const text = Buffer.from('user 1111111111, user 2222222222 '.repeat(20))
const bigEndian = (value: number) => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

/** One literal: a block of LZ4 of less than 270 bytes. */
const lz4Block = (bytes: Uint8Array) => Buffer.concat([Buffer.from([0xf0, bytes.length - 15]), bytes])
const hadoop = (...parts: Uint8Array[]) =>
  Buffer.concat(
    parts.flatMap((part) => {
      const block = lz4Block(part)
      return [bigEndian(part.length), bigEndian(block.length), block]
    }),
  )
const short = text.subarray(0, 100)

const cases: { name: string; codec: BlockCodec; stored: Buffer; whole: Uint8Array }[] = [
  { name: 'gzip', codec: 'GZIP', stored: gzipSync(text), whole: text },
  { name: 'zlib under the name of gzip', codec: 'GZIP', stored: deflateSync(text), whole: text },
  {
    name: 'two members of gzip',
    codec: 'GZIP',
    stored: Buffer.concat([gzipSync(text), gzipSync(text)]),
    whole: Buffer.concat([text, text]),
  },
  { name: 'zstd', codec: 'ZSTD', stored: zstdCompressSync(text), whole: text },
  {
    name: 'two frames of zstd',
    codec: 'ZSTD',
    stored: Buffer.concat([zstdCompressSync(text), zstdCompressSync(text)]),
    whole: Buffer.concat([text, text]),
  },
  {
    name: 'zstd with an empty frame at its end, as ClickHouse has it in Avro',
    codec: 'ZSTD',
    stored: Buffer.concat([zstdCompressSync(text), Buffer.from('28b52ffd2000010000', 'hex')]),
    whole: text,
  },
  { name: 'brotli', codec: 'BROTLI', stored: brotliCompressSync(text), whole: text },
  { name: 'lz4', codec: 'LZ4_RAW', stored: lz4Block(short), whole: short },
  { name: "lz4 in Hadoop's frames", codec: 'LZ4', stored: hadoop(short, short), whole: Buffer.concat([short, short]) },
  { name: "lz4 without Hadoop's frames", codec: 'LZ4', stored: lz4Block(short), whole: short },
]

const skippable = Buffer.concat([Buffer.from('502a4d180f000000', 'hex'), Buffer.from('user 1111111111')])
const hidden: { name: string; codec: BlockCodec; stored: Buffer; size: number }[] = [
  { name: 'in a skippable frame alone', codec: 'ZSTD', stored: skippable, size: 0 },
  {
    name: 'in one before',
    codec: 'ZSTD',
    stored: Buffer.concat([skippable, zstdCompressSync(text)]),
    size: text.length,
  },
  {
    name: 'in one behind',
    codec: 'ZSTD',
    stored: Buffer.concat([zstdCompressSync(text), skippable]),
    size: text.length,
  },
  { name: 'in the name of a member', codec: 'GZIP', stored: gzipMember(text, { name: 'user' }), size: text.length },
  {
    name: 'in the comment of a second member',
    codec: 'GZIP',
    stored: Buffer.concat([gzipSync(text), gzipMember(text, { comment: 'user' })]),
    size: 2 * text.length,
  },
]
test.each(hidden)('a part with bytes that are none of its content is a fault: $name', ({ codec, stored, size }) => {
  expect(() => decompress(codec, stored, size)).toThrow(/^expected /)
})

test('a member of gzip with another checksum or size is a fault', () => {
  const stored = gzipSync(text)
  for (let at = stored.length - 8; at < stored.length; at++) {
    const damaged = Buffer.from(stored)
    damaged[at]! ^= 1
    expect(() => decompress('GZIP', damaged, text.length), `byte ${at}`).toThrow(/^expected /)
  }
})

describe.each(cases)('a part compressed by $name', ({ codec, stored, whole }) => {
  test('gives exactly what was compressed', () => {
    expect(Buffer.from(decompress(codec, stored, whole.length))).toEqual(Buffer.from(whole))
  })

  test('is corrupt with any byte more or less, stored or stated', () => {
    const wrong = [
      { stored, size: whole.length - 1 },
      { stored, size: whole.length + 1 },
      { stored: stored.subarray(0, -1), size: whole.length },
      { stored: Buffer.concat([stored, Buffer.from('x')]), size: whole.length },
      { stored: stored.subarray(0, 0), size: whole.length },
    ]
    for (const { stored, size } of wrong) expect(() => decompress(codec, stored, size)).toThrow(/^expected /)
  })
})
