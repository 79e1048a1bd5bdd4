import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { decimal128Text } from '../../../lib/decode/document/bson/decimal128.ts'
import { writeBson, writeMongoArchive } from '../../../lib/scan/controls/samples/bson-sample.ts'
import { collect, inPieces, textsOf } from '../collect.ts'
import { completeLengths, unnoticedBytes } from '../database/damaged.ts'

const corpus = readFileSync(new URL('../../corpus/bson/documents.bin', import.meta.url))
const text = Array.from({ length: 20 }, (_, index) => `user ${index * 7919 + 1e9}\n`).join('')
const lines = text
  .split('\n')
  .slice(0, -1)
  .map((line) => Buffer.from(line))

const int32 = (value: number) => {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32LE(value)
  return bytes
}
const document = (...elements: (Buffer | string)[]) => {
  const body = Buffer.concat(elements.map((each) => (typeof each === 'string' ? Buffer.from(each, 'latin1') : each)))
  return Buffer.concat([int32(body.length + 5), body, Buffer.alloc(1)])
}
const reasons = async (bytes: Buffer) =>
  (await collect(inPieces(bytes, [1e6]))).reading.gaps.map(({ reason }) => reason)

describe('a collection in BSON', () => {
  test('is complete only where it was cut between two documents, which nothing tells', async () => {
    const ends: number[] = []
    for (let at = 0; at < corpus.length; at += corpus.readInt32LE(at)) ends.push(at)
    expect(await completeLengths(corpus, 2)).toEqual(ends.slice(1))
  })

  test('is never complete without its values when a bit flipped', async () => {
    expect(await unnoticedBytes(writeBson(lines), 'bson/values', text)).toEqual([])
  })

  test('is told apart from other bytes by its first document as far as it is at hand', async () => {
    const long = document(`\x02v\0`, int32(701), Buffer.alloc(700, 'a'), '\0', `\x10n\0`, int32(1234567890))
    const { reading, contents } = await collect(inPieces(long, [100]))
    expect(reading.gaps).toEqual([])
    expect(textsOf(contents)['bson/values']).toBe(`${'a'.repeat(700)}\t1234567890\n`)
    for (const bytes of ['user 17 is here\n', 'aaa', '\x01\0\0\0\0', '\x07\0\0\0\x10a\0', '\x06\0\0\0\0\0'])
      expect((await collect(inPieces(Buffer.from(bytes), [100]))).contents.has('')).toBe(true)
  })

  test('has UUIDs in each order in which programs store those of their subtype', async () => {
    const stored = Buffer.from('00112233445566778899aabbccddeeff', 'hex')
    const plain = '00112233-4455-6677-8899-aabbccddeeff'
    const ofJava = '77665544-3322-1100-ffee-ddccbbaa9988'
    const ofCSharp = '33221100-5544-7766-8899-aabbccddeeff'
    const valuesOf = async (subtype: string) => {
      const { reading, contents } = await collect(inPieces(document('\x05u\0', int32(16), subtype, stored), [100]))
      expect(reading.gaps).toEqual([])
      return textsOf(contents)['bson/values']
    }
    expect(await valuesOf('\x03')).toBe(`${[plain, ofCSharp, ofJava].join('\t')}\n`)
    // Drivers write it as it is, ClickHouse as Java did.
    expect(await valuesOf('\x04')).toBe(`${[plain, ofJava].join('\t')}\n`)
  })

  test('has a list of numbers that may be bytes once more as one, where text and UUIDs in it are found', async () => {
    const lineOf = async (values: number[]) => {
      const array = document(...values.flatMap((value, index) => [`\x10${index}\0`, int32(value)]))
      return textsOf((await collect(inPieces(document('\x04d\0', array), [1000]))).contents)['bson/values']
    }
    expect(await lineOf([98, 111, 98, -61, 255, 0])).toBe('98\t111\t98\t-61\t255\t0\t[98,111,98,195,255,0]\n')
    const digits = Array.from({ length: 16 }, (_, index) => index * 17)
    expect(await lineOf(digits)).toMatch(/\t\[0,17,.*,255\]\t00112233-4455-6677-8899-aabbccddeeff\n$/)
    for (const other of [
      [98, 111, 98, 98, 111],
      [98, 111, 98, 98, 111, 256],
    ])
      expect(await lineOf(other)).toBe(`${other.join('\t')}\n`)
  })

  test('has a list of characters once more as the text that they are', async () => {
    const lineOf = async (values: string[]) => {
      const text = (value: string) => Buffer.concat([int32(Buffer.from(value).length + 1), Buffer.from(`${value}\0`)])
      const array = document(...values.flatMap((value, index) => [`\x02${index}\0`, text(value)]))
      return textsOf((await collect(inPieces(document('\x04d\0', array), [1000]))).contents)['bson/values']
    }
    expect(await lineOf(['b', 'o', 'b'])).toBe('b\to\tb\tbob\n')
    expect(await lineOf(['é', '😀'])).toBe('é\t😀\té😀\n')
    for (const other of [['b'], ['b', 'ob'], ['b', '']]) expect(await lineOf(other)).toBe(`${other.join('\t')}\n`)
  })

  test('has no file of GridFS in pieces that is read wholly', async () => {
    const piece = (number: string, ...more: string[]) =>
      document(
        `\x07_id\0${'i'.repeat(12)}\x10files_id\0${'\0'.repeat(4)}${number}`,
        '\x05data\0',
        int32(3),
        '\0bob',
        ...more,
      )
    const [first, second] = [piece('\x10n\0\0\0\0\0'), piece('\x10n\0\x01\0\0\0')]
    expect(await reasons(Buffer.concat([first, first]))).toEqual([])
    expect(await reasons(Buffer.concat([first, second]))).toEqual(['unsupported-format'])
    expect(await reasons(piece('\x12n\0\0\x01\0\0\0\0\0\0'))).toEqual(['unsupported-format'])
    expect(await reasons(piece('\x10n\0\x01\0\0\0', '\x0aother\0'))).toEqual([])
  })

  test('is not taken for what begins with a length and a document that has no end, as programs of Windows do', async () => {
    const program = Buffer.concat([Buffer.from('4d5a90000300000004000000ffff0000b8', 'hex'), Buffer.alloc(5000, 7)])
    const { gaps } = (await collect(inPieces(program, [1e6]))).reading
    expect(gaps.map(({ detail }) => detail)).toEqual(['expected a format that is read, got program of Windows'])
  })

  test('is not taken for an index of Prometheus, which begins like a text of some MiB without a name', async () => {
    const index = Buffer.concat([
      Buffer.from('baaad7000200006f2a000004b7001830', 'hex'),
      Buffer.from('bob_smith '.repeat(500)),
    ])
    const { gaps } = (await collect(inPieces(index, [1e6]))).reading
    expect(gaps.map(({ detail }) => detail)).toEqual(['expected a format that is read, got Prometheus TSDB'])
    expect(await reasons(document('\x02\0', int32(4), 'bob\0'))).toEqual([])
  })

  test('has gaps for what it cannot be', async () => {
    const cases = [
      { bytes: document('\x08b\0\x02'), reason: 'corrupt' },
      { bytes: Buffer.concat([writeBson(lines), int32(-5), Buffer.alloc(9)]), reason: 'corrupt' },
      { bytes: Buffer.concat([writeBson(lines), Buffer.from('\n')]), reason: 'truncated' },
      { bytes: document('\x13d\0', Buffer.alloc(16, 0x6f)), reason: 'corrupt' },
      { bytes: document('\x05b\0', int32(3), '\x06abc'), reason: 'encrypted' },
      { bytes: document('\x05b\0', int32(3), '\x00\x00\x01\x02'), reason: 'not-text' },
      { bytes: document('\x01d\0', Buffer.from('0000000000006043', 'hex')), reason: 'lossy-number' },
    ]
    for (const { bytes, reason } of cases) expect(await reasons(bytes)).toEqual([reason])
    let deep = document()
    for (let depth = 0; depth < 300; depth++) deep = document('\x03d\0', deep)
    expect(await reasons(deep)).toEqual(['limit'])
  })
})

describe('an archive of mongodump', () => {
  const archive = writeMongoArchive(lines)

  test('is never complete when it was cut off', async () => {
    expect(await completeLengths(archive, 2)).toEqual([])
  })

  test('is never complete when a bit of its documents flipped, since they have a checksum', async () => {
    expect(await unnoticedBytes(archive, 'mongo-archive/values', text)).toEqual([])
    const damaged = Buffer.from(archive)
    damaged[archive.indexOf('user 1000007919') + 8]! ^= 1
    expect(await reasons(damaged)).toEqual(['corrupt'])
  })
})

test('decimals of 128 bits are written in plain digits as far as that is sensible', () => {
  const decimal = (coefficient: bigint, exponent: number) => {
    const bytes = Buffer.alloc(16)
    bytes.writeBigUInt64LE(coefficient & 0xffffffffffffffffn, 0)
    bytes.writeBigUInt64LE((coefficient >> 64n) | (BigInt(exponent + 6176) << 49n), 8)
    return decimal128Text(bytes)
  }
  expect(decimal(10n ** 33n + 7n, 0)).toBe(`1${'0'.repeat(32)}7`)
  expect(decimal(123n, 3)).toBe('123000')
  expect(decimal(12345n, -2)).toBe('123.45')
  expect(decimal(5n, -4)).toBe('0.0005')
  expect(decimal(5n, -1000)).toBe('5E-1000')
  expect(decimal(10n ** 34n, 0)).toBeUndefined()
})
