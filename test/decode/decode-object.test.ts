import { createHash } from 'node:crypto'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { collect, inPieces, textsOf } from './collect.ts'
import { raw, seekTable, skippable, zstdFrame } from './frames.ts'
import { gzipMember, subfield } from './gzip-member.ts'

const one = 'first 1111111111\n'
const two = 'second 2222222222\n'
const gz = gzipSync
const zst = (text: string | Buffer) => zstdCompressSync(text)
const zeros = Buffer.alloc(700)
const binary = Buffer.from([0xff, 0x00, 0x9f, 0x80])
const announced = (frame: Buffer) => skippable(Buffer.from([frame.length, 0, 0, 0]))
const table = (decoded: number) => seekTable([{ stored: zst(one).length, decoded }])

type Case = { name: string; bytes: Buffer; contents: Record<string, string>; gaps?: string[] }

const cases: Case[] = [
  { name: 'an empty object', bytes: Buffer.alloc(0), contents: { '': '' } },
  { name: 'one byte of text', bytes: Buffer.from('a'), contents: { '': 'a' } },
  { name: 'plain text', bytes: Buffer.from(one), contents: { '': one } },
  { name: 'text with a byte order mark', bytes: Buffer.from(`\ufeff${one}`), contents: { '': `\ufeff${one}` } },
  { name: 'gzip', bytes: gz(one), contents: { gzip: one } },
  { name: 'gzip of nothing', bytes: gz(''), contents: { gzip: '' } },
  { name: 'two gzip members', bytes: Buffer.concat([gz(one), gz(two)]), contents: { gzip: one + two } },
  {
    name: 'gzip member, zero padding, another member, padding',
    bytes: Buffer.concat([gz(one), zeros, gz(two), zeros]),
    contents: { gzip: one + two },
  },
  {
    name: 'BGZF',
    bytes: Buffer.concat(
      [one, two, ''].map((text) => gzipMember(text, { extra: subfield('BC', Buffer.from([1, 0])) })),
    ),
    contents: { gzip: one + two },
  },
  {
    name: 'gzip with every header field',
    bytes: gzipMember(one, {
      name: 'n.csv',
      comment: 'about 3333333333',
      extra: subfield('XX', Buffer.from('4444444444')),
      headerCrc: true,
    }),
    contents: {
      'gzip/header/name': 'n.csv',
      'gzip/header/comment': 'about 3333333333',
      'gzip/header/extra': 'XX\n\x004444444444',
      gzip: one,
    },
    gaps: ['not-text gzip/header/extra 3'],
  },
  {
    name: 'gzip members with a name each',
    bytes: Buffer.concat([gzipMember(one, { name: 'a' }), gzipMember(two, { name: 'b' })]),
    contents: { 'gzip/header/name': 'a', 'gzip/header-2/name': 'b', gzip: one + two },
  },
  {
    name: 'a gzip name that is not UTF-8',
    bytes: Buffer.concat([gzipMember(one, { name: 'M' })]).fill(0xfc, 10, 11),
    contents: { 'gzip/header/name': '\ufffd', gzip: one },
  },
  {
    name: 'text after gzip',
    bytes: Buffer.concat([gz(one), Buffer.from(two)]),
    contents: { gzip: one, 'gzip/trailing': two },
  },
  {
    name: 'bytes that are not text after gzip',
    bytes: Buffer.concat([gz(one), Buffer.from('ab'), binary]),
    contents: { gzip: one, 'gzip/trailing': `ab${binary}` },
    gaps: ['trailing-data gzip/trailing 2'],
  },
  {
    name: 'zstd after gzip',
    bytes: Buffer.concat([gz(one), zst(two)]),
    contents: { gzip: one, 'gzip/trailing': String(zst(two)) },
    gaps: ['trailing-data gzip/trailing 0'],
  },
  {
    name: 'an armoured message after gzip',
    bytes: Buffer.concat([gz(one), Buffer.from('-----BEGIN PGP MESSAGE-----\n')]),
    contents: { gzip: one, 'gzip/trailing': '-----BEGIN PGP MESSAGE-----\n' },
    gaps: ['trailing-data gzip/trailing 0', 'encrypted gzip/trailing 5'],
  },
  { name: 'zstd', bytes: zst(one), contents: { zstd: one } },
  { name: 'zstd of nothing', bytes: zst(''), contents: { zstd: '' } },
  {
    name: 'three zstd frames',
    bytes: Buffer.concat([zst(one), zst(two), zst(one)]),
    contents: { zstd: one + two + one },
  },
  {
    name: 'zstd frame without size and checksum, of raw and repeated blocks',
    bytes: zstdFrame([raw('a1'), { type: 'rle', bytes: Buffer.from('7'), size: 1000 }, raw('')]),
    contents: { zstd: `a1${'7'.repeat(1000)}` },
  },
  {
    name: 'a leading, a middle and a last skippable frame of text',
    bytes: Buffer.concat([
      skippable(Buffer.from('note 5555555555')),
      zst(one),
      skippable(Buffer.from('more'), 3),
      skippable(Buffer.from('some more'), 15),
    ]),
    contents: {
      'zstd/skippable': 'note 5555555555',
      'zstd/skippable-2': 'more',
      'zstd/skippable-3': 'some more',
      zstd: one,
    },
  },
  {
    name: 'a skippable frame that is not text',
    bytes: Buffer.concat([zst(one), skippable(Buffer.concat([Buffer.from('abcd'), binary]))]),
    contents: { zstd: one, 'zstd/skippable': `abcd${binary}` },
    gaps: ['invalid-utf8 zstd/skippable 4'],
  },
  {
    name: 'pzstd',
    bytes: Buffer.concat([announced(zst(one)), zst(one), announced(zst(two)), zst(two)]),
    contents: { zstd: one + two },
  },
  {
    name: 'a skippable frame like those of pzstd with another number',
    bytes: Buffer.concat([skippable(Buffer.from('1234')), zst(one)]),
    contents: { zstd: one },
    gaps: [`trailing-data zstd ${one.length}`],
  },
  {
    name: 'a skippable frame like those of pzstd with no frame after it',
    bytes: Buffer.concat([zst(one), skippable(Buffer.from('1234'))]),
    contents: { zstd: one },
    gaps: [`trailing-data zstd ${one.length}`],
  },
  {
    name: 'the seekable format',
    bytes: Buffer.concat([zst(one), table(one.length)]),
    contents: { zstd: one },
  },
  {
    name: 'a seek table that does not agree with the frames',
    bytes: Buffer.concat([zst(one), table(one.length + 1)]),
    contents: { zstd: one, 'zstd/skippable': String(table(one.length + 1).subarray(8)) },
    gaps: ['not-text zstd/skippable 0'],
  },
  {
    name: 'a seek table over more than the frames',
    bytes: Buffer.concat([zst(one), seekTable([{ stored: 1 + zst(one).length, decoded: one.length }])]),
    contents: { zstd: one, 'zstd/skippable': expect.any(String) },
    gaps: ['not-text zstd/skippable 0'],
  },
  {
    name: 'text after zstd',
    bytes: Buffer.concat([zst(one), Buffer.from(two)]),
    contents: { zstd: one, 'zstd/trailing': two },
  },
  {
    name: 'zero padding after zstd',
    bytes: Buffer.concat([zst(one), zeros]),
    contents: { zstd: one },
  },
  { name: 'gzip in zstd in gzip', bytes: gz(zst(gz(one))), contents: { 'gzip/zstd/gzip': one } },
  {
    name: 'text after the inner of two containers',
    bytes: gz(Buffer.concat([zst(one), Buffer.from(two)])),
    contents: { 'gzip/zstd': one, 'gzip/zstd/trailing': two },
  },
]

const gapText = (gap: { reason: string; path: readonly string[]; offset: number }) =>
  `${gap.reason} ${gap.path.join('/')} ${gap.offset}`

describe.each([
  { cut: 'whole', lengths: [1e6] },
  { cut: 'byte by byte', lengths: [1] },
  { cut: 'in pieces of 2, 3 and 11', lengths: [2, 3, 11] },
])('decoding $cut', ({ lengths }) => {
  test.each(cases)('delivers $name to the last byte', async ({ bytes, contents, gaps = [] }) => {
    const got = await collect(inPieces(bytes, lengths))
    expect(textsOf(got.contents)).toEqual(contents)
    expect(got.reading.gaps.map(gapText)).toEqual(gaps)
    expect(got.reading).toMatchObject({
      complete: gaps.length === 0,
      bytes: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      decodedBytes: [...got.contents.values()].reduce((sum, content) => sum + content.bytes.length, 0),
    })
  })
})
