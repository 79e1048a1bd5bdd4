import { readFileSync } from 'node:fs'
import { deflateRawSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { adler32 } from '../../../lib/decode/compression/deflate/adler32.ts'
import { collect, inPieces, textsOf } from '../collect.ts'
import { avroFile, number, prefixed } from './avro-writer.ts'

const read = async (file: Uint8Array) => {
  const { reading, contents } = await collect(inPieces(file, [5000]))
  return { reasons: reading.gaps.map(({ reason }) => reason), records: textsOf(contents)['avro/records'] }
}
const fixed = (size: unknown, more: Record<string, unknown> = {}) => ({ type: 'fixed', name: 'f', size, ...more })
const decimal = (scale: unknown) => ({ logicalType: 'decimal', precision: 9, scale })

describe('values of Avro are text by what the schema says of them', () => {
  const uuid = Buffer.from('6f1e2d3c4b5a49788796a5b4c3d2e1f0', 'hex')
  test.each([
    {
      name: 'a UUID',
      schema: fixed(16, { logicalType: 'uuid' }),
      bytes: uuid,
      text: '6f1e2d3c-4b5a-4978-8796-a5b4c3d2e1f0\n',
    },
    {
      name: 'a duration',
      schema: fixed(12, { logicalType: 'duration' }),
      bytes: Buffer.from(Uint32Array.of(1, 1234567, 3).buffer),
      text: '1 1234567 3\n',
    },
    {
      name: 'a decimal number of a fixed width',
      schema: fixed(4, decimal(2)),
      bytes: Buffer.from('ffed2979', 'hex'),
      text: '-12345.67\n',
    },
    {
      name: 'a decimal number',
      schema: { type: 'bytes', ...decimal(2) },
      bytes: prefixed(Buffer.from('12d687', 'hex')),
      text: '12345.67\n',
    },
    { name: 'a decimal number of no bytes', schema: { type: 'bytes', ...decimal(2) }, bytes: prefixed(''), text: '\n' },
    {
      name: 'a decimal number without a scale',
      schema: { type: 'bytes', logicalType: 'decimal', precision: 9 },
      bytes: prefixed(Buffer.from('12d687', 'hex')),
      text: '1234567\n',
    },
  ])('$name', async ({ schema, bytes, text }) => {
    expect(await read(avroFile(schema, [{ count: 1, bytes }]))).toEqual({ reasons: [], records: text })
  })

  test('and items of a list may be told with the size of their block', async () => {
    const schema = { type: 'array', items: 'long' }
    const of = (size: number) =>
      read(
        avroFile(schema, [
          { count: 1, bytes: Buffer.concat([number(-2), number(size), number(7), number(8), number(0)]) },
        ]),
      )
    expect(await of(2)).toEqual({ reasons: [], records: '7\t8\n' })
    for (const size of [1, 3]) expect((await of(size)).reasons).toEqual(['corrupt'])
  })

  test('and of no width they are nothing, behind which nothing may stand', async () => {
    for (const schema of [fixed(0), 'null', { type: 'record', name: 'r', fields: [{ name: 'a', type: 'null' }] }]) {
      expect((await read(avroFile(schema, [{ count: 2 ** 40, bytes: Buffer.alloc(0) }]))).reasons).toEqual([])
      expect((await read(avroFile(schema, [{ count: 1, bytes: Buffer.from('user') }]))).reasons).toEqual(['corrupt'])
    }
  })

  test.each([
    { name: 'a UUID of another width', schema: fixed(15, { logicalType: 'uuid' }), bytes: Buffer.alloc(15, 1) },
    { name: 'a duration of another width', schema: fixed(16, { logicalType: 'duration' }), bytes: Buffer.alloc(16, 1) },
  ])('but not $name, which is bytes', async ({ schema, bytes }) => {
    expect((await read(avroFile(schema, [{ count: 1, bytes }]))).reasons).toEqual(['not-text'])
  })

  test('and a decimal number beyond any size is a limit', async () => {
    const file = avroFile({ type: 'bytes', ...decimal(2) }, [{ count: 1, bytes: prefixed(Buffer.alloc(257, 1)) }])
    expect((await read(file)).reasons).toEqual(['limit'])
  })
})

describe('a schema of Avro is refused', () => {
  let deep: unknown = 'null'
  for (let depth = 0; depth < 101; depth++) deep = { type: 'array', items: deep }
  test.each([
    ...[301, -1, 1.5, '2'].map((scale) => ({
      name: `with a scale of ${scale}`,
      schema: { type: 'bytes', ...decimal(scale) },
    })),
    ...[-1, 1.5, '2', undefined].map((size) => ({ name: `with a size of ${size}`, schema: fixed(size) })),
    { name: 'without symbols', schema: { type: 'enum', name: 'e' } },
    { name: 'with symbols that are no texts', schema: { type: 'enum', name: 'e', symbols: [1] } },
    { name: 'without fields', schema: { type: 'record', name: 'r' } },
    { name: 'without a name', schema: { type: 'fixed', size: 1 } },
    { name: 'with null for a type', schema: { type: 'array', items: null } },
    { name: 'with too many types inside each other', schema: deep },
  ])('$name', async ({ schema }) => {
    expect((await read(avroFile(schema, [{ count: 1, bytes: Buffer.alloc(1) }]))).reasons).toEqual(['corrupt'])
  })
})

describe('a compressed block of Avro', () => {
  const corpus = (name: string) => new URL(`../../corpus/${name}`, import.meta.url)
  const text = 'user 1111111111'
  const deflated = deflateRawSync(prefixed(text))
  const checksum = Buffer.alloc(4)
  checksum.writeUInt32BE(adler32(prefixed(text), 1))
  const of = (codec: string, bytes: Uint8Array) => read(avroFile('string', [{ count: 1, bytes }], codec))

  test('of deflate may have the checksum of zlib behind it', async () => {
    for (const length of [0, 1, 4]) {
      const bytes = Buffer.concat([deflated, checksum.subarray(0, length)])
      expect(await of('deflate', bytes)).toEqual({ reasons: [], records: `${text}\n` })
    }
  })

  test.each([
    {
      name: 'another checksum behind deflate',
      codec: 'deflate',
      bytes: Buffer.concat([deflated, Buffer.from('user')]),
    },
    {
      name: 'more behind the checksum',
      codec: 'deflate',
      bytes: Buffer.concat([deflated, checksum, Buffer.from('x')]),
    },
    { name: 'less than a checksum of Snappy', codec: 'snappy', bytes: Buffer.alloc(3) },
    { name: 'no bzip2', codec: 'bzip2', bytes: prefixed(text) },
    { name: 'no xz', codec: 'xz', bytes: prefixed(text) },
  ])('is corrupt with $name', async ({ codec, bytes }) => {
    expect((await of(codec, bytes)).reasons).toEqual(['corrupt'])
  })

  test.each(['bzip2', 'xz'])('of %s may have nothing behind it', async (codec) => {
    const bytes = readFileSync(corpus(`${codec}/small.bin`))
    const { complete } = JSON.parse(readFileSync(corpus(`${codec}/small.json`), 'utf8'))
    const whole: string = complete[codec]
    const of = (bytes: Uint8Array) => read(avroFile(fixed(whole.length), [{ count: 1, bytes }], codec))
    expect(await of(bytes)).toEqual({ reasons: [], records: `${whole.replaceAll('\n', '\r')}\n` })
    expect((await of(Buffer.concat([bytes, Buffer.from('user')]))).reasons).toEqual(['corrupt'])
  })
})
