import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { arSample } from '../../../lib/scan/controls/samples/ar-sample.ts'
import { cpioSample } from '../../../lib/scan/controls/samples/cpio-sample.ts'
import { collect, inPieces, textsOf } from '../collect.ts'
import { expectDamageNoticed } from './damage.ts'

const one = 'first 1111111111\n'
const two = 'second 2222222222\n'

type CpioFields = {
  magic?: string
  name?: string
  data?: string | Buffer
  sum?: number
  uid?: number
  padding?: string
}

const aligned = (bytes: Buffer, padding = '') => {
  const zeros = Buffer.alloc((4 - (bytes.length % 4)) % 4)
  zeros.write(padding)
  return Buffer.concat([bytes, zeros])
}

function cpioMember({ magic = '070701', name = 'a', data = '', sum = 0, uid = 0, padding }: CpioFields): Buffer {
  const bytes = Buffer.from(data as string)
  const numbers = [1, 0o100644, uid, 0, 1, 0, bytes.length, 0, 0, 0, 0, name.length + 1, sum]
  const header = `${magic}${numbers.map((number) => number.toString(16).padStart(8, '0')).join('')}${name}\0`
  return Buffer.concat([aligned(Buffer.from(header)), aligned(bytes, padding)])
}

const cpioOf = (...members: CpioFields[]) => Buffer.concat([...members, { name: 'TRAILER!!!' }].map(cpioMember))

type ArFields = { name?: string; data?: string | Buffer; uid?: string; size?: string; padding?: string }

function arMember({ name = 'a/', data = '', uid = '0', size, padding = '\n' }: ArFields): Buffer {
  const bytes = Buffer.from(data as string)
  const fields = [name.padEnd(16), '1700000000'.padEnd(12), uid.padEnd(6), '0'.padEnd(6), '100644'.padEnd(8)]
  const header = `${fields.join('')}${(size ?? String(bytes.length)).padEnd(10)}\`\n`
  return Buffer.concat([Buffer.from(header), bytes, Buffer.from(bytes.length % 2 === 1 ? padding : '')])
}

const arOf = (...members: ArFields[]) => Buffer.concat([Buffer.from('!<arch>\n'), ...members.map(arMember)])

const sumOf = (text: string) => Buffer.from(text).reduce((sum, byte) => sum + byte, 0)

type Case = { name: string; bytes: Buffer; contents: Record<string, string>; gaps?: string[] }

const cases: Case[] = [
  {
    name: 'cpio with a checksum',
    bytes: cpioOf({ magic: '070702', data: one, sum: sumOf(one) }, { name: 'b', data: two }),
    contents: { 'cpio/names': 'a\t\nb\t\nTRAILER!!!\t\n', 'cpio/member-1': one, 'cpio/member-2': two },
  },
  {
    name: 'cpio with a wrong checksum',
    bytes: cpioOf({ magic: '070702', data: one, sum: 1 }, { name: 'b', data: two }),
    contents: { 'cpio/names': 'a\t\nb\t\nTRAILER!!!\t\n', 'cpio/member-1': `${one}…`, 'cpio/member-2': two },
    gaps: ['corrupt cpio/member-1'],
  },
  {
    name: 'cpio with a large owner and a number where there should be none',
    bytes: cpioOf({ data: one, uid: 3333333333, sum: 444444444 }),
    contents: { 'cpio/names': 'a\t3333333333\t444444444\t\nTRAILER!!!\t\n', 'cpio/member-1': one },
  },
  {
    name: 'cpio whose padding is not zeros',
    bytes: cpioOf({ data: 'ab', padding: 'cd' }, { name: 'b', data: two }),
    contents: {
      'cpio/names': 'a\t\nb\t\nTRAILER!!!\t\n',
      'cpio/member-1': 'ab',
      'cpio/member-1/padding': 'cd',
      'cpio/member-2': two,
    },
    gaps: ['corrupt cpio/member-1/padding'],
  },
  {
    name: 'cpio behind the end of another, and text behind that',
    bytes: Buffer.concat([cpioOf({ data: one }), Buffer.alloc(388), cpioOf({ data: two }), Buffer.from('more')]),
    contents: {
      'cpio/names': 'a\t\nTRAILER!!!\t\na\t\nTRAILER!!!\t\n',
      'cpio/member-1': one,
      'cpio/member-2': two,
      'cpio/trailing': 'more',
    },
  },
  {
    name: 'cpio without an end',
    bytes: cpioMember({ data: one }),
    contents: { 'cpio/names': 'a\t\n…', 'cpio/member-1': one },
    gaps: ['truncated cpio'],
  },
  {
    name: 'cpio in which something else stands instead of a header',
    bytes: Buffer.concat([cpioMember({ data: one }), Buffer.alloc(200, 'x')]),
    contents: { 'cpio/names': 'a\t\n…', 'cpio/member-1': one },
    gaps: ['corrupt cpio'],
  },
  {
    name: 'text that begins like cpio',
    bytes: Buffer.from('070701 is a number\n'),
    contents: { '': '070701 is a number\n' },
  },
  { name: 'ar of nothing', bytes: arOf(), contents: {} },
  {
    name: 'ar',
    bytes: arOf({ data: one }, { name: 'b/', data: two }),
    contents: { 'ar/names': `${'a/'.padEnd(16)}\t\n${'b/'.padEnd(16)}\t\n`, 'ar/member-1': one, 'ar/member-2': two },
  },
  {
    name: 'ar without the last padding',
    bytes: arOf({ data: one, padding: '' }),
    contents: { 'ar/names': `${'a/'.padEnd(16)}\t\n`, 'ar/member-1': one },
  },
  {
    name: 'ar whose padding is another byte',
    bytes: arOf({ data: one, padding: '7' }),
    contents: { 'ar/names': `${'a/'.padEnd(16)}\t\n`, 'ar/member-1': one, 'ar/member-1/padding': '7' },
    gaps: ['corrupt ar/member-1/padding'],
  },
  {
    name: 'ar with a long name of BSD before the data',
    bytes: arOf({ name: '#1/14', data: `n 3333333333\0\0${one}` }),
    contents: { 'ar/names': `${'#1/14'.padEnd(16)}\tn 3333333333\t\n`, 'ar/member-1': one },
  },
  {
    name: 'ar with a table of long names, a large owner and a damaged member',
    bytes: arOf(
      { name: '//', data: 'n 4444444444/\n' },
      { name: '/0', data: gzipSync(one).subarray(1), uid: '999999' },
      { data: two },
    ),
    contents: {
      'ar/names': `${'//'.padEnd(16)}\t\n${'/0'.padEnd(16)}\t999999\t\n${'a/'.padEnd(16)}\t\n`,
      'ar/member-1': 'n 4444444444/\n',
      'ar/member-2': expect.any(String),
      'ar/member-3': two,
    },
    gaps: ['invalid-utf8 ar/member-2'],
  },
  {
    name: 'ar that states a size that is none',
    bytes: arOf({ data: one, size: '1e3' }),
    contents: {},
    gaps: ['corrupt ar'],
  },
  {
    name: 'ar with a name longer than its member',
    bytes: arOf({ name: '#1/99', data: one }),
    contents: { 'ar/names': `${'#1/99'.padEnd(16)}\t…` },
    gaps: ['corrupt ar'],
  },
  {
    name: 'ar whose member is longer than the archive',
    bytes: arOf({ data: one, size: '999' }),
    contents: { 'ar/names': `${'a/'.padEnd(16)}\t\n`, 'ar/member-1': `${one}\n…` },
    gaps: ['truncated ar'],
  },
]

describe.each([
  { cut: 'whole', lengths: [1e4] },
  { cut: 'byte by byte', lengths: [1] },
  { cut: 'in pieces of 59, 3 and 14', lengths: [59, 3, 14] },
])('a cpio or ar archive that is read $cut', ({ lengths }) => {
  test.each(cases)('gives members, names and gaps: $name', async ({ bytes, contents, gaps = [] }) => {
    const got = await collect(inPieces(bytes, lengths))
    expect(textsOf(got.contents)).toEqual(contents)
    expect(got.reading.gaps.map((gap) => `${gap.reason} ${gap.path.join('/')}`)).toEqual(gaps)
    expect(got.reading.decodedBytes).toBe([...got.contents.values()].reduce((sum, { bytes }) => sum + bytes.length, 0))
  })
})

test('a cpio archive that is cut or damaged anywhere is never complete without its texts', async () => {
  const texts = ['name-1111111111', 'text 222222222']
  const [name, data] = texts as [string, string]
  const bytes = cpioOf({ name, data }, { name: 'b', data: 'c' })
  // There is no checksum, so a text that is damaged is another one; before the first NUL all of it is text.
  await expectDamageNoticed(bytes, texts, { from: 111 + name.length, to: bytes.length - 3, unchecked: texts })
})

test('an ar archive that is damaged anywhere is never complete without its texts, nor one cut within a member', async () => {
  const texts = ['n-1111111111', 'text 22222222222']
  const [name, data] = texts as [string, string]
  const bytes = arOf({ name, data: 'x' }, { name: 'b', data })
  await expectDamageNoticed(bytes, texts, { from: bytes.length - data.length, unchecked: texts })
})

test.each([
  { sample: 'cpio', bytes: cpioSample(Buffer.from(one)) },
  { sample: 'ar', bytes: arSample(Buffer.from(one)) },
])('the sample that controls are planted in is read whole: $sample', async ({ sample, bytes }) => {
  const { reading, contents } = await collect(inPieces(bytes, [7]))
  expect(reading.complete).toBe(true)
  expect(textsOf(contents)[`${sample}/member-1`]).toBe(one)
})
