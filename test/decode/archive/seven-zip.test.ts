import { readFileSync } from 'node:fs'
import { crc32, gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { decodeObject } from '../../../lib/decode/decode-object.ts'
import type { ReadAt } from '../../../lib/decode/format.ts'
import { defaultLimits } from '../../../lib/decode/limits.ts'
import { sevenZipSample } from '../../../lib/scan/controls/samples/seven-zip-sample.ts'
import { someOf } from '../../support/some-of.ts'
import { type Collected, collect, inPieces, textsOf } from '../collect.ts'
import { expectDamageNoticed } from './damage.ts'
import { tarOf } from './tar-writer.ts'

const corpus = (name: string) => readFileSync(new URL(`../../corpus/7z/${name}.bin`, import.meta.url))
const text = 'user 1111111111\n'
const sample = sevenZipSample(Buffer.from(text))

const u32 = (value: number) => Buffer.from(Uint32Array.of(value).buffer)
const u64 = (value: number) => Buffer.from(BigUint64Array.of(BigInt(value)).buffer)

/** An archive with this header, whose checksums are right, behind these packed bytes. */
function archiveOf(header: Buffer | string, packed: Buffer = Buffer.alloc(0)): Buffer {
  const bytes = typeof header === 'string' ? Buffer.from(header.replaceAll(' ', ''), 'hex') : header
  const start = Buffer.concat([u64(packed.length), u64(bytes.length), u32(crc32(bytes))])
  return Buffer.concat([Buffer.from('377abcaf271c0004', 'hex'), u32(crc32(start)), start, packed, bytes])
}

const gapsOf = (gaps: readonly { reason: string; path: readonly string[] }[]) =>
  gaps.map(({ reason, path }) => `${reason} ${path.join('/')}`)

test('a 7z archive is read from its store again, or from memory where it is inside of another content', async () => {
  const bytes = corpus('solid')
  const contents = new Map<string, Collected>()
  const ranges: number[] = []
  const at: ReadAt = {
    size: bytes.length,
    async read(from, to) {
      ranges.push(to - from)
      return Buffer.from(bytes.subarray(from, to))
    },
  }
  const open = (path: readonly string[]) => {
    const collected: Collected = { bytes: Buffer.alloc(0), ended: false }
    contents.set(path.join('/'), collected)
    return {
      write(more: Uint8Array) {
        collected.bytes = Buffer.concat([collected.bytes, more])
      },
      end() {
        collected.ended = true
      },
    }
  }
  const reading = await decodeObject(inPieces(bytes, [100]), open, { limits: { ...defaultLimits }, at })
  const held = await collect(inPieces(bytes, [7]))
  expect(reading).toEqual(held.reading)
  expect(textsOf(contents)).toEqual(textsOf(held.contents))
  expect(ranges.reduce((sum, length) => sum + length, 0)).toBeLessThanOrEqual(bytes.length)

  const inside = await collect(inPieces(gzipSync(tarOf({ data: bytes }, { data: bytes })), [1000]))
  expect(inside.reading.gaps).toEqual([])
  for (const [path, content] of Object.entries(textsOf(held.contents)))
    for (const member of ['member-1', 'member-2'])
      expect(textsOf(inside.contents)[`gzip/tar/${member}/${path}`]).toBe(content)
})

test('memory is given back, and an archive beyond what is granted is a limit of its own', async () => {
  const bytes = tarOf({ data: sample }, { data: sample }, { data: sample }, { data: text })
  const tight = { ...defaultLimits, heldBytes: sample.length * 8 + 200 }
  const within = await collect(inPieces(bytes, [1000]), tight)
  expect(within.reading.gaps).toEqual([])
  const beyond = await collect(inPieces(bytes, [1000]), { ...defaultLimits, heldBytes: sample.length - 1 })
  expect(gapsOf(beyond.reading.gaps)).toEqual(
    ['limit', 'limit', 'limit'].map((each, at) => `${each} tar/member-${at + 1}/7z`),
  )
  expect(textsOf(beyond.contents)['tar/member-4']).toBe(text)
})

test('a 7z archive that is cut or damaged anywhere is never complete without its texts', async () => {
  await expectDamageNoticed(sample, [text, 'sample'], { from: 6 })
})

test.each(someOf(3, ['solid', 'header-not-packed', 'not-solid']))('nor is one of a real tool: %s', async (name) => {
  const bytes = corpus(name)
  const { contents } = await collect(inPieces(bytes, [1e4]))
  await expectDamageNoticed(bytes, Object.values(textsOf(contents)), { from: 6 })
})

describe('what is in a 7z archive beside its files', () => {
  test('is trailing where it stands behind the header', async () => {
    const { reading, contents } = await collect(inPieces(Buffer.concat([sample, Buffer.from('more')]), [9]))
    expect(reading.complete).toBe(true)
    expect(textsOf(contents)['7z/trailing']).toBe('more')
    const binary = await collect(inPieces(Buffer.concat([sample, Buffer.from('\0')]), [9]))
    expect(gapsOf(binary.reading.gaps)).toEqual(['trailing-data 7z/trailing'])
  })

  test('is a content of its own where no stream takes it', async () => {
    const empty = await collect(inPieces(archiveOf('01 00', Buffer.from('hidden 2222222222')), [9]))
    expect(empty.reading.gaps).toEqual([])
    expect(textsOf(empty.contents)).toEqual({ '7z/between-1': 'hidden 2222222222' })
  })

  test('is a cell of the names or a content where it is a property that nobody knows', async () => {
    const { reading, contents } = await collect(
      inPieces(archiveOf('01 05 01 0e 01 80 16 03 616263 18 02 0001 19 02 0000 00 00'), [9]),
    )
    expect(gapsOf(reading.gaps)).toEqual(['not-text 7z/property-2'])
    expect(textsOf(contents)).toEqual({ '7z/names': '\nabc\t', '7z/property-2': '\0\x01' })
  })
})

describe('a 7z archive that lies is a gap', () => {
  // One packed stream of 3 bytes, one folder that copies.
  const streams = (packSize: string, folder: string, rest: string) =>
    `01 04 06 00 01 09 ${packSize} 00 07 0b 01 00 ${folder} ${rest}`
  const copy = '01 01 00'
  const name = '11 05 00 6100 0000'
  const cases: { name: string; header: string; packed?: Buffer; reason?: string }[] = [
    { name: 'a kind of header that there is not', header: '05' },
    { name: 'a header that ends too early', header: '01 04 06' },
    { name: 'a header that goes on', header: '01 00 00' },
    { name: 'very many files', header: '01 05 ff ffffffffff000000' },
    { name: 'very many packed streams', header: '01 04 06 00 ff ffffffffff000000' },
    { name: 'a number beyond 2^53', header: '01 04 06 ff ffffffffffffffff 00' },
    { name: 'a packed stream beyond the archive', header: streams('7f', copy, `0c 7f 00 00 05 01 ${name} 00 00`) },
    { name: 'another size', header: streams('03', copy, `0c 04 00 00 05 01 ${name} 00 00`) },
    { name: 'another checksum', header: streams('03', copy, `0c 03 0a 01 00000000 00 00 05 01 ${name} 00 00`) },
    {
      name: 'contents that are more than their folder',
      header: streams('03', copy, `0c 03 00 08 0d 02 09 04 00 00 05 01 ${name} 00 00`),
    },
    { name: 'a content without a file', header: streams('03', copy, '0c 03 00 00 05 00 00 00') },
    { name: 'a file without a content', header: `01 05 01 ${name} 00 00` },
    {
      name: 'coders that take from each other',
      header: streams('03', '02 01 00 01 00 00 01 01 00', `0c 03 03 00 00 05 01 ${name} 00 00`),
    },
    {
      name: 'a coder that takes from itself',
      header: streams('03', '01 11 00 02 01 00 00', `0c 03 00 00 05 01 ${name} 00 00`),
    },
    { name: 'very many coders', header: streams('03', '7f', '') },
    { name: 'names without an end', header: '01 05 01 0e 01 80 11 03 00 6100 00 00' },
    { name: 'fewer names than files', header: `01 05 02 0e 01 c0 ${name} 00 00` },
    { name: 'a property longer than the header', header: '01 05 01 11 7f 00' },
    {
      name: 'an unknown method',
      header: streams('03', '01 01 7a', `0c 03 00 00 05 01 ${name} 00 00`),
      reason: 'unsupported-format',
    },
    {
      name: 'a dictionary of 4 GiB',
      header: streams('03', '01 21 21 01 28', `0c 03 00 00 05 01 ${name} 00 00`),
      reason: 'limit',
    },
    {
      name: 'properties of LZMA that are none',
      header: streams('03', '01 23 030101 05 ff00000000', `0c 03 00 00 05 01 ${name} 00 00`),
    },
    {
      name: 'a packed header that is packed without an end',
      header: '17 06 00 01 09 03 00 07 0b 01 00 01 01 00 0c 03 00 00',
    },
  ]
  const empty = Buffer.from([1, 0])
  const packedHeader = (packSize: string, rest: string) =>
    `17 06 00 01 09 ${packSize} 00 07 0b 01 00 01 01 00 0c 02 ${rest}`
  const more: typeof cases = [
    { name: 'folders elsewhere', header: '01 04 06 00 01 09 03 00 07 0b 01 01 00' },
    { name: 'sizes before folders', header: '01 04 06 00 01 09 03 00 07 0c 01 00' },
    { name: 'packed streams that go on', header: '01 04 06 00 01 09 03 55' },
    { name: 'a packed stream without a size', header: '01 04 06 00 01 00 07 0b 00 00 0c 00 00 00' },
    { name: 'folders that go on', header: streams('03', copy, '0c 03 55') },
    { name: 'streams that go on', header: streams('03', copy, '0c 03 00 55') },
    { name: 'contents that go on', header: streams('03', copy, '0c 03 00 08 0d 01 55') },
    { name: 'a coder with an unknown flag', header: streams('03', '01 81 00', `0c 03 00 00 05 01 ${name} 00 00`) },
    { name: 'a folder without a coder', header: streams('03', '00', `0c 00 00 05 01 ${name} 00 00`) },
    { name: 'a folder without contents', header: streams('03', copy, '0c 03 00 08 0d 00 00 00 05 00 00 00') },
    { name: 'several contents without sizes', header: streams('03', copy, '0c 03 00 08 0d 02 00 00 05 02 00 00') },
    {
      name: 'two coders that take from the same one',
      header: streams('03', '03 01 00 01 00 01 00 00 02 01 02', `0c 03 03 03 00 00 05 01 ${name} 00 00`),
    },
    {
      name: 'coders that take no part',
      header: streams('03', '03 01 00 01 00 01 00 00 01 01 00', `0c 03 03 03 00 00 05 01 ${name} 00 00`),
    },
    {
      name: 'another checksum of several contents',
      header: streams('03', copy, '0c 03 0a 01 00000000 00 08 0d 02 09 01 00 00 05 02 00 00'),
    },
    {
      name: 'packed bytes behind the end of their stream',
      header: streams('0d', '01 21 21 01 00', `0c 03 00 00 05 01 ${name} 00 00`),
      packed: Buffer.concat([Buffer.from('010002', 'hex'), Buffer.from('abc\0hidden')]),
    },
    { name: 'a packed stream that the header is in', header: streams('04', copy, `0c 04 00 00 05 01 ${name} 00 00`) },
    { name: 'properties of the archive', header: '01 02 00 00', reason: 'unsupported-format' },
    { name: 'additional streams', header: '01 03 00 00', reason: 'unsupported-format' },
    { name: 'names elsewhere', header: '01 05 01 0e 01 80 11 05 01 6100 0000 00 00' },
    { name: 'times elsewhere', header: '01 05 01 0e 01 80 14 0a 01 01 0000000000000000 00 00' },
    { name: 'half a character behind the names', header: '01 05 01 0e 01 80 11 06 00 6100 0000 62 00 00' },
    { name: 'a property with more than it needs', header: '01 05 01 0e 02 80 00 00' },
    {
      name: 'properties of LZMA of which one is missing',
      header: streams('03', '01 23 030101 04 5d000010', `0c 03 00 00 05 01 ${name} 00 00`),
    },
    { name: 'no properties of LZMA2', header: streams('03', '01 01 21', `0c 03 00 00 05 01 ${name} 00 00`) },
    { name: 'more properties of LZMA2', header: streams('03', '01 21 21 02 1800', `0c 03 00 00 05 01 ${name} 00 00`) },
    {
      name: 'a dictionary of LZMA2 that there is not',
      header: streams('03', '01 21 21 01 29', `0c 03 00 00 05 01 ${name} 00 00`),
    },
    {
      name: 'a packed header with another checksum',
      header: packedHeader('02', '0a 01 00000000 00 00'),
      packed: empty,
    },
    { name: 'a packed header with more behind it', header: packedHeader('02', '00 00 99'), packed: empty },
    { name: 'a packed header beyond the archive', header: packedHeader('7f', '00 00'), packed: empty },
    {
      name: 'a packed header in two folders',
      header: '17 06 00 02 09 02 00 00 07 0b 02 00 01 01 00 01 01 00 0c 02 00 00 00',
      packed: empty,
    },
  ]
  test.each([...cases, ...more])('$name', async ({ header, packed = Buffer.from('abc'), reason = 'corrupt' }) => {
    const { reading } = await collect(inPieces(archiveOf(header, packed), [1000]))
    expect(reading.gaps.map((gap) => gap.reason)).toContain(reason)
  })

  test('and one that says the same in other ways is none', async () => {
    const crc = u32(crc32('abc')).toString('hex')
    for (const { packed, folder, named } of [
      { packed: '', folder: '', named: name },
      { packed: `0a 01 ${crc}`, folder: `0a 01 ${crc}`, named: name },
      { packed: `0a 00 80 ${crc}`, folder: '0a 00 00', named: '11 07 00 0001 6100 0000' },
    ]) {
      const header = `01 04 06 00 01 09 03 ${packed} 00 07 0b 01 00 ${copy} 0c 03 ${folder} 00 00 05 01 ${named} 00 00`
      const { reading, contents } = await collect(inPieces(archiveOf(header, Buffer.from('abc')), [1000]))
      expect(reading.gaps).toEqual([])
      expect(textsOf(contents)).toEqual({ '7z/names': named === name ? 'a\t\n' : 'Āa\t\n', '7z/member-1': 'abc' })
    }
    const packedAgain = await collect(inPieces(archiveOf(packedHeader('02', '00 00'), empty), [1000]))
    expect(packedAgain.reading.gaps).toEqual([])
    const nothing = await collect(inPieces(archiveOf('', Buffer.from('hidden 2222222222')), [1000]))
    expect(nothing.reading.gaps).toEqual([])
    expect(textsOf(nothing.contents)).toEqual({ '7z/trailing': 'hidden 2222222222' })
  })

  test('a checksum of the header that does not match', async () => {
    const bytes = Buffer.from(sample)
    bytes[bytes.length - 1]! ^= 1
    expect(gapsOf((await collect(inPieces(bytes, [1000]))).reading.gaps)).toEqual(['corrupt 7z'])
  })
})
