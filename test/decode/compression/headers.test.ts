import { crc32, zstdCompressSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { crc32c } from '../../../lib/checksums/crc32c.ts'
import { xxHash32Of } from '../../../lib/decode/compression/lz4/xxhash32.ts'
import { collect, inPieces, textsOf } from '../collect.ts'
import { seekTable, skippable } from '../frames.ts'
import { lz4Block, snappyBlock } from './block-writers.ts'

/** Files whose checksums are right, and which say something else than what there is, or nothing that is known. */

const text = `${'user 1111111111\n'.repeat(7)}\n`
const hex = (digits: string) => Buffer.from(digits.replaceAll(' ', ''), 'hex')
const u32 = (value: number) => Buffer.from(Uint32Array.of(value).buffer)
const padded = (bytes: Buffer, padding = 0) => Buffer.concat([bytes, Buffer.alloc(-bytes.length & 3, padding)])
const summed = (bytes: Buffer) => Buffer.concat([bytes, u32(crc32(bytes))])

const reasonsOf = async (bytes: Buffer) =>
  (await collect(inPieces(bytes, [1e6]))).reading.gaps.map(({ reason }) => reason)

type XzFields = {
  flags?: string
  checkLength?: number
  check?: Buffer
  block?: string
  headerPadding?: number
  padding?: number
  index?: (unpadded: number) => number[]
  indexPadding?: number
  backward?: number
  footer?: string
}

/** A stream of one block, which holds the text as it is. */
function xzOf(fields: XzFields = {}): Buffer {
  const { flags = '0001', block = '00 21 01 00', headerPadding = 0, padding = 0, indexPadding = 0 } = fields
  const data = Buffer.concat([hex('01 00'), Buffer.from([text.length - 1]), Buffer.from(text), hex('00')])
  const body = hex(block)
  const room = -(body.length + 1) & 3
  const size = (body.length + 1 + room) / 4
  const header = summed(Buffer.concat([Buffer.from([size]), body, Buffer.alloc(room, headerPadding)]))
  const check = fields.check ?? (fields.checkLength === undefined ? u32(crc32(text)) : Buffer.alloc(fields.checkLength))
  const unpadded = header.length + data.length + check.length
  const numbers = fields.index?.(unpadded) ?? [1, unpadded, text.length]
  const listed = numbers.flatMap((number) => (number < 128 ? [number] : [0x80 | (number & 127), number >> 7]))
  const index = summed(padded(Buffer.from([0, ...listed]), indexPadding))
  const backward = u32(fields.backward ?? index.length / 4 - 1)
  const end = Buffer.concat([backward, hex(fields.footer ?? flags)])
  return Buffer.concat([
    ...[hex('fd377a585a00'), summed(hex(flags)), header, padded(data, padding), check, index],
    ...[u32(crc32(end)), end, Buffer.from('YZ')],
  ])
}

describe('a file of xz', () => {
  test.each([
    { name: 'as tools write it', bytes: xzOf() },
    { name: 'with sizes in its header', bytes: xzOf({ block: 'c0 75 71 21 01 00' }) },
    { name: 'with a filter', bytes: xzOf({ block: '01 04 00 21 01 00' }) },
    { name: 'without a check', bytes: xzOf({ flags: '0000', checkLength: 0 }) },
  ])('is read $name', async ({ bytes }) => {
    const { reading, contents } = await collect(inPieces(bytes, [7]))
    expect(reading.gaps).toEqual([])
    expect(textsOf(contents)).toEqual({ xz: text })
  })

  test('with a check that nobody knows is read, and a gap', async () => {
    const { reading, contents } = await collect(inPieces(xzOf({ flags: '0002', checkLength: 4 }), [7]))
    expect(reading.gaps.map(({ reason }) => reason)).toEqual(['unsupported-format'])
    expect(textsOf(contents)).toEqual({ xz: text })
  })

  const wrong: (XzFields & { name: string; reason?: string })[] = [
    { name: 'flags that nobody knows', flags: '0101', reason: 'unsupported-format' },
    { name: 'a kind of check beyond all kinds', flags: '0011', reason: 'unsupported-format' },
    { name: 'flags of a block that nobody knows', block: '04 21 01 00', reason: 'unsupported-format' },
    { name: 'another stored size', block: '40 76 21 01 00' },
    { name: 'another size', block: '80 72 21 01 00' },
    { name: 'a number without an end', block: '40 ff ff ff ff ff ff ff ff ff 21 01 00' },
    { name: 'properties beyond the header', block: '00 21 7f 00' },
    { name: 'something behind the filters', block: '00 21 01 00 00', headerPadding: 0x75 },
    { name: 'no LZMA2', block: '00 04 00', reason: 'unsupported-format' },
    { name: 'no properties of LZMA2', block: '00 21 00' },
    { name: 'more properties of LZMA2', block: '00 21 02 00 00' },
    { name: 'a dictionary that there is not', block: '00 21 01 29' },
    { name: 'a dictionary of 4 GiB', block: '00 21 01 28', reason: 'limit' },
    { name: 'a filter with odd properties', block: '01 04 02 00 00 21 01 00', reason: 'unsupported-format' },
    { name: 'a delta without a distance', block: '01 03 00 21 01 00', reason: 'unsupported-format' },
    { name: 'a filter that nobody knows', block: '01 7a 00 21 01 00', reason: 'unsupported-format' },
    { name: 'something behind the data', padding: 0x75 },
    { name: 'another check', check: Buffer.alloc(4) },
    { name: 'an index of two blocks', index: (unpadded) => [2, unpadded, text.length, unpadded, text.length] },
    { name: 'an index of another size', index: (unpadded) => [1, unpadded, text.length + 1] },
    { name: 'an index of another stored size', index: (unpadded) => [1, unpadded + 4, text.length] },
    { name: 'something behind the index', indexPadding: 0x75 },
    { name: 'an end that knows another index', backward: 7 },
    { name: 'an end with other flags', footer: '0004' },
    { name: 'an end with flags that nobody knows', footer: '0101' },
  ]
  test.each(wrong)('is a gap with $name', async ({ name: _, reason = 'corrupt', ...fields }) => {
    expect(await reasonsOf(xzOf(fields))).toEqual([reason])
  })
})

/** A frame of one stored block. `between`: what stands in the header behind its flags. */
function lz4Of(flags: number, descriptor: number, between = '', behind = ''): Buffer {
  const header = Buffer.concat([Buffer.from([flags, descriptor]), hex(between)])
  const block = Buffer.concat([u32(0x80000000 + text.length), Buffer.from(text)])
  const checksum = Buffer.from([(xxHash32Of(header) >> 8) & 255])
  return Buffer.concat([hex('04224d18'), header, checksum, block, hex(behind), u32(0)])
}

describe('a frame of LZ4', () => {
  const legacy = (...blocks: Buffer[]) =>
    Buffer.concat([hex('02214c18'), ...blocks.flatMap((block) => [u32(block.length), block])])
  const small = lz4Block([{ literal: text }])
  const full = lz4Block([{ literal: 'x' }, { distance: 1, length: 2 ** 23 - 6 }, { literal: 'xxxxx' }])

  test.each([
    { name: 'as tools write it', bytes: lz4Of(0x60, 0x40) },
    { name: 'with its size', bytes: lz4Of(0x68, 0x40, '71 00 00 00 00 00 00 00') },
    { name: 'as tools wrote it before', bytes: legacy(small) },
    { name: 'as tools wrote it before, of 8 MiB and more', bytes: legacy(full, small) },
  ])('is read $name', async ({ bytes }) => {
    const { reading, contents } = await collect(inPieces(bytes, [1e6]))
    expect(reading.gaps).toEqual([])
    expect(textsOf(contents).lz4?.endsWith(text)).toBe(true)
  })

  test.each([
    { name: 'another version', bytes: lz4Of(0xa0, 0x40), reason: 'unsupported-format' },
    { name: 'a flag that nobody knows', bytes: lz4Of(0x62, 0x40), reason: 'unsupported-format' },
    { name: 'a bit behind the size of blocks', bytes: lz4Of(0x60, 0x41), reason: 'unsupported-format' },
    { name: 'a bit before the size of blocks', bytes: lz4Of(0x60, 0xc0), reason: 'unsupported-format' },
    { name: 'blocks of a size that there is not', bytes: lz4Of(0x60, 0x30), reason: 'unsupported-format' },
    { name: 'a dictionary', bytes: lz4Of(0x61, 0x40, '01 00 00 00'), reason: 'dictionary' },
    { name: 'another size', bytes: lz4Of(0x68, 0x40, '72 00 00 00 00 00 00 00'), reason: 'corrupt' },
    { name: 'another checksum of a block', bytes: lz4Of(0x70, 0x40, '', '00 00 00 00'), reason: 'corrupt' },
    { name: 'blocks of before that are both the last one', bytes: legacy(small, small), reason: 'corrupt' },
    { name: 'a last block of before that is a full one', bytes: legacy(full), reason: 'truncated' },
    { name: 'a block of before that is cut off', bytes: legacy(full, small).subarray(0, -3), reason: 'truncated' },
    {
      name: 'three bytes behind blocks of before',
      bytes: Buffer.concat([legacy(small), hex('01 00 00')]),
      reason: 'truncated',
    },
    {
      name: 'a skippable frame that is cut off in its header',
      bytes: Buffer.concat([lz4Of(0x60, 0x40), hex('502a4d18 0000')]),
      reason: 'truncated',
    },
  ])('is a gap with $name', async ({ bytes, reason }) => {
    expect(await reasonsOf(bytes)).toEqual([reason])
  })
})

describe('frames of Snappy', () => {
  const begin = hex('ff060000 734e61507059')
  const chunk = (kind: number, body: Buffer) =>
    Buffer.concat([Buffer.from([kind, body.length & 255, (body.length >> 8) & 255, body.length >> 16]), body])
  const checksumOf = (bytes: Buffer) => {
    const sum = crc32c(bytes)
    return u32((((sum >>> 15) | (sum << 17)) + 0xa282ead8) >>> 0)
  }
  const stored = (bytes: Buffer) => chunk(1, Buffer.concat([checksumOf(bytes), bytes]))
  const packed = (bytes: Buffer) =>
    chunk(0, Buffer.concat([checksumOf(bytes), snappyBlock([{ literal: bytes.toString('latin1') }])]))
  const most = Buffer.alloc(65_536, 'x')
  const more = Buffer.alloc(65_537, 'x')
  const repeated = snappyBlock([{ literal: 'x' }, { distance: 1, length: 65_536 }])

  test('are read up to 64 KiB each, with the beginning of another one between', async () => {
    const bytes = Buffer.concat([begin, stored(most), begin, packed(Buffer.from(text))])
    const { reading, contents } = await collect(inPieces(bytes, [1000]))
    expect(reading.gaps).toEqual([])
    expect(textsOf(contents)).toEqual({ snappy: most + text })
  })

  test.each([
    { name: 'more than 64 KiB', bytes: stored(more), reason: 'corrupt' },
    {
      name: 'more than 64 KiB, compressed',
      bytes: chunk(0, Buffer.concat([checksumOf(more), repeated])),
      reason: 'corrupt',
    },
    { name: 'a chunk of megabytes', bytes: hex('00ffff7f'), reason: 'corrupt' },
    { name: 'less than a checksum', bytes: chunk(1, hex('000000')), reason: 'corrupt' },
    { name: 'another checksum', bytes: chunk(1, Buffer.from(`0000${text}`)), reason: 'corrupt' },
    { name: 'the beginning of something else', bytes: hex('ff060000 734e61507058'), reason: 'corrupt' },
    { name: 'a longer beginning', bytes: hex('ff070000 734e6150705975'), reason: 'corrupt' },
    { name: 'a chunk that must not be skipped', bytes: chunk(0x7f, Buffer.from(text)), reason: 'unsupported-format' },
    { name: 'a part of a header', bytes: hex('0105'), reason: 'truncated' },
    { name: 'a chunk that is cut off', bytes: stored(most).subarray(0, -1), reason: 'truncated' },
    { name: 'padding that is cut off', bytes: hex('fe050000 000000'), reason: 'truncated' },
    { name: 'something in padding', bytes: chunk(0xfe, hex('000001')), reason: 'not-text' },
  ])('are a gap with $name', async ({ bytes, reason }) => {
    expect(await reasonsOf(Buffer.concat([begin, bytes]))).toEqual([reason])
  })
})

describe('what SnappyOutputStream writes', () => {
  const header = hex('82534e41505059 00 00000001 00000001')
  const block = snappyBlock([{ literal: text }])
  const whole = Buffer.concat([header, Buffer.from([0, 0, 0, block.length]), block])

  test('is read, also one behind the other', async () => {
    const { reading, contents } = await collect(inPieces(Buffer.concat([whole, whole]), [7]))
    expect(reading.gaps).toEqual([])
    expect(textsOf(contents)).toEqual({ 'snappy-java': text + text })
  })

  test.each([
    {
      name: 'another version',
      bytes: Buffer.concat([hex('82534e41505059 00 00000002 00000001'), whole]),
      reason: 'unsupported-format',
    },
    { name: 'a part of a header', bytes: Buffer.concat([whole, header.subarray(0, 12)]), reason: 'truncated' },
    { name: 'a part of a length', bytes: Buffer.concat([whole, hex('0000')]), reason: 'truncated' },
    { name: 'a block that is cut off', bytes: whole.subarray(0, -1), reason: 'truncated' },
  ])('is a gap with $name', async ({ bytes, reason }) => {
    expect(await reasonsOf(bytes)).toEqual([reason])
  })
})

describe('a seek table of zstd', () => {
  const frame = zstdCompressSync(text)
  const table = seekTable([{ stored: frame.length, decoded: text.length }])
  const changed = (at: number, value: number) => {
    const copy = Buffer.from(table)
    copy[copy.length + at] = value
    return copy
  }

  test('holds nothing where it names the frames before it, and is a content where it is none', async () => {
    expect(await reasonsOf(Buffer.concat([frame, table]))).toEqual([])
    const { reading, contents } = await collect(
      inPieces(Buffer.concat([frame, skippable(Buffer.from('user 2222222222'), 14)]), [7]),
    )
    expect(reading.gaps).toEqual([])
    expect(textsOf(contents)['zstd/skippable']).toBe('user 2222222222')
  })

  test.each([
    { name: 'a flag that nobody knows', bytes: changed(-5, 1) },
    { name: 'checksums that are not there', bytes: changed(-5, 0x80) },
    { name: 'another number of frames', bytes: changed(-9, 2) },
    { name: 'another size', bytes: changed(-13, text.length + 1) },
    { name: 'another stored size', bytes: changed(-17, frame.length + 1) },
    { name: 'another mark', bytes: changed(-1, 0) },
  ])('is a gap with $name', async ({ bytes }) => {
    expect(await reasonsOf(Buffer.concat([frame, bytes]))).toEqual(['not-text'])
  })
})

describe('what compress writes', () => {
  /** Codes of 9 bits, the lowest bit first, behind a header that says that code 256 begins anew. */
  function codes(...values: (number | { value: number; bits: number })[]): Buffer {
    const bits: number[] = []
    for (const each of values) {
      const { value, bits: count } = typeof each === 'number' ? { value: each, bits: 9 } : each
      for (let bit = 0; bit < count; bit++) bits.push(bit < 31 ? (value >> bit) & 1 : 0)
    }
    const bytes = Buffer.alloc(Math.ceil(bits.length / 8))
    for (const [at, bit] of bits.entries()) bytes[at >> 3]! |= bit << (at & 7)
    return Buffer.concat([hex('1f9d90'), bytes])
  }
  const letters = (text: string) => [...Buffer.from(text)]

  test('is read, also behind where it begins anew', async () => {
    const bytes = codes(...letters('a'), 256, { value: 0, bits: 6 * 9 }, ...letters('user'))
    const { reading, contents } = await collect(inPieces(bytes, [3]))
    expect(reading.gaps).toEqual([])
    expect(textsOf(contents)).toEqual({ compress: 'auser' })
  })

  test.each([
    { name: 'something where it begins anew', bytes: codes(97, 256, { value: 4, bits: 6 * 9 }, 98) },
    { name: 'no letter at its beginning', bytes: codes(257, 97) },
    { name: 'a code that there is not', bytes: codes(97, 300) },
    { name: 'a code that could have been longer', bytes: codes(...letters('ababab')) },
    { name: 'a byte behind the last code', bytes: Buffer.concat([codes(...letters('abcdefgh')), Buffer.alloc(1)]) },
    { name: 'bits behind the last code', bytes: codes(...letters('user'), { value: 2, bits: 4 }) },
  ])('is a gap with $name', async ({ bytes }) => {
    expect(await reasonsOf(bytes)).toEqual(['corrupt'])
  })

  test('is a gap where its header is cut off', async () => {
    expect(await reasonsOf(hex('1f9d'))).toEqual(['truncated'])
  })
})
