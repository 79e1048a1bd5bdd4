import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { crc64 } from '../../../lib/checksums/crc64.ts'
import { decompressLzf } from '../../../lib/decode/database/redis/lzf.ts'
import { listpackElements } from '../../../lib/decode/database/redis/packed.ts'
import { writeRdb } from '../../../lib/scan/controls/samples/redis-sample.ts'
import { collect, inPieces, textsOf } from '../collect.ts'
import { completeLengths, unnoticedBytes } from './damaged.ts'

const corpus = readFileSync(new URL('../../corpus/redis-rdb/dump.bin', import.meta.url))

const length = (count: number) => Buffer.from([0x80, 0, 0, count >> 8, count & 0xff])
const string = (bytes: Uint8Array | string) => Buffer.concat([length(bytes.length), Buffer.from(bytes)])

/** A snapshot without a checksum, with one key of this type and value. */
const snapshot = (type: number, ...value: Uint8Array[]) =>
  Buffer.concat([
    Buffer.from('REDIS0012\xfe\x00', 'latin1'),
    Buffer.from([type]),
    string('key'),
    ...value,
    Buffer.from([0xff]),
    Buffer.alloc(8),
  ])

const values = async (bytes: Buffer) => {
  const { reading, contents } = await collect(inPieces(bytes, [7]))
  return { gaps: reading.gaps.map(({ reason }) => reason), values: textsOf(contents)['redis-rdb/values'] }
}

/** A ziplist of short strings and the number 1234567890. */
function ziplist(...texts: string[]): Buffer {
  const entries: Buffer[] = []
  for (const text of texts)
    entries.push(Buffer.concat([Buffer.from([entries.at(-1)?.length ?? 0, text.length]), Buffer.from(text)]))
  const number = Buffer.from([entries.at(-1)?.length ?? 0, 0xd0, 0xd2, 0x02, 0x96, 0x49])
  const body = Buffer.concat([...entries, number])
  const header = Buffer.alloc(10)
  header.writeUInt32LE(10 + body.length + 1, 0)
  header.writeUInt32LE(10 + body.length - number.length, 4)
  header.writeUInt16LE(entries.length + 1, 8)
  return Buffer.concat([header, body, Buffer.from([0xff])])
}

function listpack(...texts: string[]): Buffer {
  const entries = texts.map((text) =>
    Buffer.concat([Buffer.from([0x80 | text.length]), Buffer.from(text), Buffer.from([text.length + 1])]),
  )
  const body = Buffer.concat(entries)
  const header = Buffer.alloc(6)
  header.writeUInt32LE(7 + body.length, 0)
  header.writeUInt16LE(texts.length, 4)
  return Buffer.concat([header, body, Buffer.from([0xff])])
}

const double = (value: number) => {
  const bytes = Buffer.alloc(8)
  bytes.writeDoubleLE(value)
  return bytes
}

describe('a snapshot of Redis', () => {
  test('is read in every encoding that versions up to 12 have', async () => {
    const list = ziplist('bob', 'jane')
    const zipmap = Buffer.from('\x01\x01k\x03\x02val\0\0\xff', 'latin1')
    const intset = Buffer.from('04000000020000000100000015cd5b07', 'hex')
    const time = Buffer.from('0100000000000000', 'hex')
    const cases: { type: number; value: Buffer[]; rows: string }[] = [
      { type: 1, value: [length(2), string('a'), string('b')], rows: 'a\nb\n' },
      {
        type: 3,
        value: [length(2), string('a'), Buffer.from('\x0212'), string('b'), Buffer.from([254])],
        rows: 'a\t12\nb\n',
      },
      { type: 5, value: [length(1), string('a'), double(9007199254740991)], rows: 'a\t9007199254740991\n' },
      { type: 9, value: [string(zipmap)], rows: 'k\tval\n' },
      { type: 10, value: [string(list)], rows: 'bob\njane\n1234567890\n' },
      { type: 11, value: [string(intset)], rows: '1\n123456789\n' },
      { type: 12, value: [string(ziplist('bob'))], rows: 'bob\t1234567890\n' },
      { type: 13, value: [string(ziplist('bob'))], rows: 'bob\t1234567890\n' },
      { type: 14, value: [length(1), string(list)], rows: 'bob\njane\n1234567890\n' },
      { type: 20, value: [string(listpack('x', 'y'))], rows: 'x\ny\n' },
      { type: 24, value: [time, length(1), length(9), string('f'), string('v')], rows: '1\n9\tf\tv\n' },
      { type: 25, value: [time, string(listpack('f', 'v', '0'))], rows: '1\nf\tv\t0\n' },
    ]
    for (const { type, value, rows } of cases)
      expect(await values(snapshot(type, ...value)), `type ${type}`).toEqual({ gaps: [], values: rows })
  })

  test('is read with each of its operations', async () => {
    const module = [length(3), Buffer.from([5]), string('part'), Buffer.from([0])]
    const bytes = Buffer.concat([
      Buffer.from('REDIS0012', 'latin1'),
      ...[Buffer.from([0xfa]), string('made-by'), string('bob')],
      ...[Buffer.from([0xf5]), string('function')],
      ...[Buffer.from([0xf7]), ...module],
      ...[Buffer.from([0xfe]), length(7), Buffer.from([0xfb]), length(8), length(9)],
      ...[Buffer.from([0xf4]), length(10), length(11), length(12)],
      ...[Buffer.from([0xfd]), Buffer.from('15cd5b07', 'hex')],
      ...[Buffer.from([0xfc]), Buffer.from('4ef330a64b9b0000', 'hex')],
      ...[Buffer.from([0xf8]), length(13), Buffer.from([0xf9, 14])],
      ...[Buffer.from([0]), string('key'), string('value')],
      Buffer.from([0xff, ...Buffer.alloc(8)]),
    ])
    const { reading, contents } = await collect(inPieces(bytes, [7]))
    expect(reading.gaps.map(({ reason }) => reason)).toEqual(['unsupported-format'])
    expect(textsOf(contents)).toEqual({
      'redis-rdb/aux': 'made-by\nbob\nfunction\n3\npart\n7\n8\t9\n10\t11\t12\n13\n14\n',
      'redis-rdb/keys': '123456789\n170749213078350\nkey\n',
      'redis-rdb/values': 'value\n',
    })
    const unknown = Buffer.concat([Buffer.from('REDIS0012\xf6', 'latin1'), length(1)])
    expect((await values(unknown)).gaps).toEqual(['unsupported-format'])
  })

  test('has each byte of its checksum checked from version 5 on, unless there is none', async () => {
    const keys = Buffer.concat([Buffer.from([0]), string('key'), Buffer.from('81000000000000000161ff', 'hex')])
    const of = (version: number, checksum: Buffer) =>
      values(Buffer.concat([Buffer.from(`REDIS000${version}`), keys, checksum]))
    const complete = { gaps: [], values: 'a\n' }
    expect(await of(4, Buffer.alloc(0))).toEqual(complete)
    const crc = crc64('jones')
    crc.add(Buffer.concat([Buffer.from('REDIS0005'), keys]))
    const right = Buffer.from(Uint32Array.of(crc.low(), crc.high()).buffer)
    for (const checksum of [right, Buffer.alloc(8)]) expect(await of(5, checksum)).toEqual(complete)
    for (let at = 0; at < 8; at++)
      for (const checksum of [Buffer.from(right), Buffer.alloc(8)]) {
        checksum[at]! ^= 1
        expect((await of(5, checksum)).gaps, `byte ${at}`).toEqual(['corrupt'])
      }
  })

  test('is read with streams of the first version', async () => {
    const master = Buffer.from('00000000000000640000000000000002', 'hex')
    const item = (text: string) => [0x80 | text.length, ...Buffer.from(text), text.length + 1]
    const number = (value: number) => [value, 1]
    const body = Buffer.from([
      ...[...number(1), ...number(0), ...number(1), ...item('name'), ...number(0)],
      ...[...number(2), ...number(5), ...number(0), ...item('bob'), ...number(4)],
    ])
    const header = Buffer.alloc(6)
    header.writeUInt32LE(7 + body.length, 0)
    header.writeUInt16LE(10, 4)
    const entries = Buffer.concat([header, body, Buffer.from([0xff])])
    const [time, id] = [Buffer.from('15cd5b0700000000', 'hex'), Buffer.from(master)]
    const bytes = snapshot(
      15,
      ...[length(1), string(master), string(entries), length(1), length(105), length(2)],
      ...[length(1), string('group'), length(105), length(2)],
      ...[length(1), id, time, length(3)],
      ...[length(1), string('jane'), time, length(1), id],
    )
    const rows = [
      '100-2\tname',
      '105-2\tbob',
      '1\t105-2',
      'group\t105-2',
      '100-2\t123456789\t3',
      'jane\t123456789',
      '100-2',
    ]
    expect(await values(bytes)).toEqual({ gaps: [], values: `${rows.join('\n')}\n` })
  })

  test('is read with lists of items that are too long to be packed', async () => {
    const list = [length(2), length(1), string('bob'), length(2), string(listpack('jane'))]
    expect(await values(snapshot(18, ...list))).toEqual({ gaps: [], values: 'bob\njane\n' })
    expect((await values(snapshot(18, length(1), length(3), string('bob')))).gaps).toEqual(['corrupt'])
  })

  test('has gaps for what a module stored, for types that are not known, and for scores beyond 2^53', async () => {
    const single = Buffer.from(Float32Array.of(1234567).buffer)
    const numbers = [Buffer.from([2, 9, 1, 0x0a, 3]), single, Buffer.from([4]), double(123456789)]
    const module = [length(77), Buffer.from([5]), string('bob'), ...numbers, Buffer.from([0])]
    expect(
      await values(snapshot(7, ...module, Buffer.from([7]), string('other'), length(78), Buffer.from([0]))),
    ).toEqual({
      gaps: ['unsupported-format'],
      values: '77\nbob\n9\t9\n10\t10\n1234567\n123456789\n78\n',
    })
    expect((await values(snapshot(7, length(77), Buffer.from([6])))).gaps).toEqual(['unsupported-format', 'corrupt'])
    expect((await values(snapshot(22, length(0)))).gaps).toEqual(['unsupported-format'])
    const lossy = await values(snapshot(5, length(1), string('a'), double(2 ** 60)))
    expect(lossy).toEqual({ gaps: ['lossy-number'], values: 'a\t1152921504606846976\n' })
    const number = '1234567890123456768'
    expect(await values(snapshot(17, string(listpack(number, '1'))))).toEqual({ gaps: [], values: `${number}\t1\n` })
    const scores = [number, '1.2345678901234568e+18', '9007199254740991', '0.5', '-inf']
    const score = (text: string) => Buffer.concat([Buffer.from([text.length]), Buffer.from(text)])
    for (const [at, text] of scores.entries()) {
      const gaps = at < 2 ? ['lossy-number'] : []
      expect(await values(snapshot(17, string(listpack('a', text))))).toEqual({ gaps, values: `a\t${text}\n` })
      expect(await values(snapshot(3, length(1), string('a'), score(text)))).toEqual({ gaps, values: `a\t${text}\n` })
    }
  })

  test('is never complete when it was cut off', async () => {
    // Nine bytes are text, whatever may follow.
    expect(await completeLengths(corpus, 1)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9])
  })

  test('is never complete without its values when a bit flipped', async () => {
    const text = Array.from({ length: 20 }, (_, index) => `user ${index * 7919 + 1e9}\n`).join('')
    const lines = text
      .split('\n')
      .slice(0, -1)
      .map((line) => Buffer.from(line))
    expect(await unnoticedBytes(writeRdb(lines), 'redis-rdb/values', text)).toEqual([])
    let otherwise = 0
    for (let bit = 0; bit < corpus.length * 8; bit += 7) {
      const damaged = Buffer.from(corpus)
      damaged[bit >> 3]! ^= 1 << (bit & 7)
      const { reading } = await collect(inPieces(damaged, [1e6]))
      otherwise += reading.gaps.some(({ reason }) => reason === 'corrupt' || reason === 'truncated') ? 0 : 1
    }
    // A digit of the version, an unknown type, the magic number: gaps of other kinds.
    expect(otherwise).toBeLessThan(40)
  })

  test('may be followed by text, which is delivered', async () => {
    const { reading, contents } = await collect(inPieces(Buffer.concat([writeRdb([]), Buffer.from('*1\r\n')]), [5]))
    expect(reading.gaps).toEqual([])
    expect(textsOf(contents)['redis-rdb/trailing']).toBe('*1\r\n')
  })

  test('is not assumed where text begins like one', async () => {
    for (const text of ['REDIS0011', 'REDIS0011\n', 'REDIS0011 is a version', 'REDIS0 rules\n'])
      expect((await collect(inPieces(Buffer.from(text), [4]))).reading.gaps).toEqual([])
  })

  test('that lies about lengths is refused without taking memory for them', async () => {
    const huge = Buffer.from('81000000ffffffffff', 'hex')
    const cases = [
      { name: 'a list', bytes: snapshot(1, huge), reason: 'corrupt' },
      { name: 'a string', bytes: snapshot(0, Buffer.from('80ffffffff', 'hex')), reason: 'truncated' },
      { name: 'a compressed string', bytes: snapshot(0, Buffer.from('c30180ffffffff00', 'hex')), reason: 'limit' },
      {
        name: 'a compressed string within the limit',
        bytes: snapshot(0, Buffer.from('c30180001fffff00', 'hex')),
        reason: 'corrupt',
      },
      {
        name: 'a string beyond any memory',
        bytes: snapshot(0, Buffer.from('81ffffffffffffffff', 'hex')),
        reason: 'corrupt',
      },
      { name: 'a packed value of 64 MiB', bytes: snapshot(20, Buffer.from('8004000001', 'hex')), reason: 'limit' },
      { name: 'a length that is a kind', bytes: snapshot(1, Buffer.from([0xc0, 1])), reason: 'corrupt' },
      { name: 'a length of no kind', bytes: snapshot(1, Buffer.from([0x82, 1])), reason: 'corrupt' },
      { name: 'a string of no kind', bytes: snapshot(0, Buffer.from([0xc4, 1])), reason: 'corrupt' },
      { name: 'a listpack', bytes: snapshot(20, string(listpack('a').subarray(1))), reason: 'corrupt' },
      {
        name: 'a ziplist',
        bytes: snapshot(10, string(Buffer.concat([ziplist('a'), Buffer.from('a')]))),
        reason: 'corrupt',
      },
    ]
    for (const { name, bytes, reason } of cases) {
      const { gaps } = await values(bytes)
      expect(gaps, name).toContain(reason)
    }
  })
})

test('CRC-64 of Redis gives the value that its source states', () => {
  const checksum = crc64('jones')
  checksum.add(Buffer.from('123456789'))
  expect([checksum.high(), checksum.low()]).toEqual([0xe9c6d914, 0xc4b8d9ca])
})

test('LZF is exact or refused, whatever it is given', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat(400), (bytes, size) => {
      const output = decompressLzf(bytes, size)
      expect(output === undefined || output.length === size).toBe(true)
    }),
  )
  expect(Buffer.from(decompressLzf(Buffer.from('\x01ab\x20\x01\x00c', 'latin1'), 6)!).toString()).toBe('ababac')
})

test('a listpack is read whole or not at all, whatever it is', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      const header = Buffer.alloc(6)
      header.writeUInt32LE(bytes.length + 7)
      header.writeUInt16LE(0xffff, 4)
      const elements = listpackElements(Buffer.concat([header, bytes, Buffer.from([0xff])]))
      expect(elements === undefined || elements.length > 0 === bytes.length > 0).toBe(true)
    }),
  )
})
