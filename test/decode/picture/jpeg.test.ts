import { describe, expect, test } from 'vitest'
import { ReadFailed } from '../../../lib/errors.ts'
import { collect, inPieces, textsOf } from '../collect.ts'
import { extendedXmp, hex, iptc, jpegOf, parts, photoshop, resource, segment } from './jpeg-writer.ts'

async function read(bytes: Buffer, lengths = [1000], picturesMayBeClean = true) {
  const { reading, contents } = await collect(inPieces(bytes, lengths), undefined, picturesMayBeClean)
  return {
    gaps: reading.gaps.map(({ reason, path }) => `${reason} ${path.join('/')}`),
    texts: Object.fromEntries(Object.entries(textsOf(contents)).filter(([path]) => path !== 'jpeg')),
    written: contents.get('jpeg')?.bytes,
  }
}

const utf16 = (text: string) => Buffer.from(text, 'utf16le').swap16()
const u32 = (value: number) => hex(value.toString(16).padStart(8, '0'))
const xmp = '<x:xmpmeta xmlns:x="adobe:ns:meta/"><a>bob</a></x:xmpmeta>'
const text = (value: string) => Buffer.concat([u32(value.length), utf16(value)])
const key = (name: string) => Buffer.concat([u32(name.length === 4 ? 0 : name.length), Buffer.from(name)])
const descriptor = (...items: Uint8Array[]) =>
  Buffer.concat([u32(16), text(''), key('null'), u32(items.length), ...items])
const item = (name: string, type: string, value: Uint8Array) => Buffer.concat([key(name), Buffer.from(type), value])
const slice = Buffer.concat([
  ...[1, 2, 1, 3].map(u32),
  text('part'),
  ...[0, 1, 2, 3, 4].map(u32),
  ...['http://a', '', '', 'bob'].map(text),
  hex('01'),
  text('cell'),
  ...[0, 0, 5].map(u32),
])
const lists = (depth: number): Buffer =>
  depth === 0 ? u32(0) : Buffer.concat([u32(1), Buffer.from('VlLs'), lists(depth - 1)])
const double = hex('3ff8000000000000')
const size = '8\t8\n'
const inner = jpegOf([segment(0xfe, 'inner')])

type Case = { bytes: Buffer; texts?: Record<string, string>; metadata?: string; gaps?: string[] }

/** Segments before the tables, or other parts. `metadata`: lines before that of the size. */
const cases: Record<string, Case> = {
  'nothing but the picture': { bytes: jpegOf() },
  comments: { bytes: jpegOf([segment(0xfe, 'one\ttwo\0'), segment(0xfe, 'three')]), metadata: 'one\ttwo\nthree\n' },
  'a comment of several lines': { bytes: jpegOf([segment(0xfe, 'a\nb')]), texts: { 'jpeg/text': 'a\nb' } },
  'a comment that is XML': {
    bytes: jpegOf([segment(0xfe, xmp)]),
    texts: { 'jpeg/text/xml': xmp, 'jpeg/text/xml/text': 'bob\n' },
  },
  'control bytes in a comment': {
    bytes: jpegOf([segment(0xfe, 'a\x01b')]),
    metadata: 'a\x01b\n',
    gaps: ['not-text jpeg/metadata'],
  },
  'JFIF with a thumbnail': {
    bytes: jpegOf([segment(0xe0, `JFIF\0\x01\x02\x01\0\x48\0\x48\x01\x01abc`)]),
    metadata: '1.2\t1\t72\t72\n',
  },
  'JFIF with more than its thumbnail': {
    bytes: jpegOf([segment(0xe0, `JFIF\0\x01\x02\x01\0\x48\0\x48\x01\x01abcd`)]),
    gaps: ['corrupt jpeg'],
  },
  'a thumbnail in JFXX': {
    bytes: jpegOf([segment(0xe0, Buffer.concat([Buffer.from('JFXX\0\x10'), inner]))]),
    texts: { 'jpeg/thumbnail/jpeg/metadata': `inner\n${size}`, 'jpeg/thumbnail/jpeg': `${inner.toString()}` },
  },
  'pixels in JFXX': { bytes: jpegOf([segment(0xe0, 'JFXX\0\x13\x01\x01abc')]) },
  'too many pixels in JFXX': {
    bytes: jpegOf([segment(0xe0, 'JFXX\0\x13\x01\x01abcd')]),
    gaps: ['corrupt jpeg'],
  },
  XMP: {
    bytes: jpegOf([segment(0xe1, `http://ns.adobe.com/xap/1.0/\0${xmp}`)]),
    texts: { 'jpeg/xmp/xml': xmp, 'jpeg/xmp/xml/text': 'bob\n' },
  },
  'extended XMP': {
    bytes: jpegOf(extendedXmp(xmp, 40)),
    texts: { 'jpeg/extended-xmp/xml': xmp, 'jpeg/extended-xmp/xml/text': 'bob\n' },
  },
  'extended XMP in another order': {
    bytes: jpegOf(extendedXmp(xmp, 40).toReversed()),
    texts: { 'jpeg/extended-xmp/xml': xmp, 'jpeg/extended-xmp/xml/text': 'bob\n' },
  },
  'half of extended XMP': {
    bytes: jpegOf(extendedXmp('text and more', 4).slice(0, 1)),
    texts: { 'jpeg/extended-xmp': 'text' },
    gaps: ['corrupt jpeg'],
  },
  'Adobe and no profile': { bytes: jpegOf([segment(0xee, 'Adobe\0\x64\0\0\0\0\x01')]), metadata: '100\t0\t0\n1\n' },
  'a segment of Adobe of another length': {
    bytes: jpegOf([segment(0xee, 'Adobe\0\x64\0\0\0\0\x01bob')]),
    gaps: ['unsupported-format jpeg'],
  },
  'Photoshop for the web': {
    bytes: jpegOf([
      segment(
        0xec,
        Buffer.concat([Buffer.from('Ducky\0\x01\0\x04\0\0\0\x50\0\x02\0\x0a\0\0\0\x03'), utf16('bob'), hex('0000')]),
      ),
    ]),
    metadata: '80\n3\nbob\n',
  },
  'resources of Photoshop in two segments': {
    bytes: jpegOf([
      photoshop(resource(0x0404, Buffer.concat([iptc(2, 0, '\0\x02'), iptc(2, 25, 'bob')]), 'name')),
      photoshop(resource(0x040b, Buffer.from('http://a.example')), resource(0x040a, hex('01'))),
    ]),
    metadata: '',
    texts: { 'jpeg/metadata': `${size}name\n2\nbob\nhttp://a.example\n1\n` },
  },
  'a thumbnail of Photoshop': {
    bytes: jpegOf([photoshop(resource(0x040c, Buffer.concat([u32(1), Buffer.alloc(24), inner])))]),
    texts: {
      'jpeg/metadata': `${size}0\t0\t0\t0\t0\t0\n`,
      'jpeg/thumbnail/jpeg': inner.toString(),
      'jpeg/thumbnail/jpeg/metadata': `inner\n${size}`,
    },
  },
  'who wrote it with Photoshop': {
    bytes: jpegOf([
      photoshop(resource(0x0421, Buffer.concat([hex('00000001 01 00000001'), utf16('a'), u32(1), utf16('b'), u32(7)]))),
    ]),
    texts: { 'jpeg/metadata': `${size}a\nb\n1\t1\t7\n` },
  },
  'how to print it, of Photoshop': {
    bytes: jpegOf([
      photoshop(
        resource(
          0x043a,
          descriptor(
            item('printerName', 'TEXT', text('bob')),
            item('Inte', 'enum', Buffer.concat([key('Inte'), key('Clrm')])),
            item('Scl ', 'UntF', Buffer.concat([Buffer.from('#Prc'), double])),
            item('Rd  ', 'doub', double),
            item('list', 'VlLs', Buffer.concat([u32(1), Buffer.from('long'), u32(7)])),
            item('part', 'Objc', Buffer.concat([text('jane'), key('Rct1'), u32(0)])),
            item('MpBl', 'bool', hex('01')),
          ),
        ),
      ),
    ]),
    texts: {
      'jpeg/metadata': `${size}null\nprinterName\nbob\nInte\nInte\nClrm\nScl \n#Prc\n1.5\nRd  \n1.5\nlist\n7\npart\njane\nRct1\nMpBl\n`,
    },
  },
  'slices of Photoshop': {
    bytes: jpegOf([
      photoshop(
        resource(0x041a, Buffer.concat([...[6, 0, 0, 8, 8].map(u32), text('all'), u32(1), slice, descriptor()])),
      ),
    ]),
    texts: {
      'jpeg/metadata': `${size}0\t0\t8\t8\nall\n1\t2\n3\npart\n0\t1\t2\t3\t4\nhttp://a\nbob\ncell\n0\t0\t5\nnull\n`,
    },
  },
  'a descriptor with a value of a kind that is not read': {
    bytes: jpegOf([photoshop(resource(0x043a, descriptor(item('data', 'tdta', text('bob')))))]),
    texts: { 'jpeg/metadata': `${size}null\ndata\n` },
    gaps: ['unsupported-format jpeg'],
  },
  'a descriptor that ends too early': {
    bytes: jpegOf([photoshop(resource(0x043a, descriptor(item('data', 'TEXT', u32(1e9)))))]),
    texts: { 'jpeg/metadata': `${size}null\ndata\n` },
    gaps: ['unsupported-format jpeg'],
  },
  'bytes behind a descriptor': {
    bytes: jpegOf([photoshop(resource(0x043a, Buffer.concat([descriptor(), Buffer.from('bob')])))]),
    texts: { 'jpeg/metadata': `${size}null\n` },
    gaps: ['unsupported-format jpeg'],
  },
  'a descriptor deeper than anything is': {
    bytes: jpegOf([photoshop(resource(0x043a, descriptor(item('a   ', 'VlLs', lists(100)))))]),
    texts: { 'jpeg/metadata': `${size}null\na   \n` },
    gaps: ['unsupported-format jpeg'],
  },
  'a thumbnail of Photoshop with its version of colours': {
    bytes: jpegOf([segment(0xed, 'Adobe_CM\0\x01')]),
    metadata: '1\n',
  },
  'a resource that nobody knows': {
    bytes: jpegOf([photoshop(resource(0x0bad, Buffer.from('bob')))]),
    gaps: ['unsupported-format jpeg'],
  },
  'a resource that ends too late': {
    bytes: jpegOf([photoshop(resource(0x040b, Buffer.from('bob')).subarray(0, -2))]),
    gaps: ['corrupt jpeg'],
  },
  'bytes behind resources': {
    bytes: jpegOf([photoshop(resource(0x040a, hex('01')), Buffer.from('bob'))]),
    texts: { 'jpeg/metadata': `${size}1\n` },
    gaps: ['corrupt jpeg'],
  },
  'bytes behind data sets of IPTC': {
    bytes: jpegOf([photoshop(resource(0x0404, Buffer.concat([iptc(2, 25, 'a'), Buffer.from('bob!')])))]),
    texts: { 'jpeg/metadata': `${size}a\n` },
    gaps: ['corrupt jpeg'],
  },
  'data of another kind in IPTC': {
    bytes: jpegOf([photoshop(resource(0x0404, iptc(8, 10, 'bob')))]),
    gaps: ['unsupported-format jpeg'],
  },
  'a segment of an application that nobody knows, of text': {
    bytes: jpegOf([segment(0xe4, 'some text')]),
    texts: { 'jpeg/segment': 'some text' },
  },
  'a segment of an application that nobody knows': {
    bytes: jpegOf([segment(0xe4, 'a\0b')]),
    texts: { 'jpeg/segment': 'a\0b' },
    gaps: ['unsupported-format jpeg/segment'],
  },
  'eight ones behind blocks that fill their bytes': {
    bytes: jpegOf([], { frame: segment(0xc0, hex('08 0010 0010 01 01 11 00')), coded: hex('00 ff00') }),
    texts: { 'jpeg/metadata': '16\t16\n' },
  },
  'fill bytes before a marker': { bytes: jpegOf([hex('ffffff'), segment(0xfe, 'a')]), metadata: 'a\n' },
  'another picture behind it': {
    bytes: Buffer.concat([jpegOf(), jpegOf([segment(0xfe, 'second')])]),
    texts: { 'jpeg/metadata': `${size}second\n${size}` },
  },
  'another picture behind zeros': {
    bytes: Buffer.concat([jpegOf(), Buffer.alloc(70_000), jpegOf([segment(0xfe, 'second')])]),
    texts: { 'jpeg/metadata': `${size}second\n${size}` },
  },
  'text behind it': {
    bytes: Buffer.concat([jpegOf(), Buffer.from('bob')]),
    texts: { 'jpeg/trailing': 'bob' },
  },
  'other bytes behind it': {
    bytes: Buffer.concat([jpegOf(), hex('01ff')]),
    texts: { 'jpeg/trailing': '\x01�' },
    gaps: ['trailing-data jpeg/trailing'],
  },
}

describe('a picture in JPEG', () => {
  for (const [name, { bytes, metadata = '', texts = {}, gaps = [] }] of Object.entries(cases))
    test(`is read with all that is around what it shows: ${name}`, async () => {
      for (const lengths of [[bytes.length], [1], [13, 64, 5]])
        expect(await read(bytes, lengths)).toMatchObject({
          gaps,
          texts: { 'jpeg/metadata': metadata + size, ...texts },
        })
    })

  test('is never clean unless somebody says that pictures may be', async () => {
    expect((await read(jpegOf(), [1000], false)).gaps).toEqual(['picture jpeg'])
    expect((await read(jpegOf().subarray(0, 40), [1000], false)).gaps).toEqual(['picture jpeg', 'truncated jpeg'])
  })

  test('is pushed as it is written, also where it is damaged', async () => {
    const bytes = jpegOf([segment(0xfe, 'bob')])
    expect((await read(bytes, [7])).written?.equals(bytes)).toBe(true)
    const damaged = Buffer.concat([parts.start, segment(0xfe, 'a'), Buffer.from('not a marker, but bob')])
    expect(await read(damaged, [3])).toMatchObject({ gaps: ['corrupt jpeg'], written: damaged })
  })

  test('says that its medium failed', async () => {
    async function* failing() {
      yield jpegOf().subarray(0, 60)
      throw new ReadFailed('gone')
    }
    const { reading } = await collect(failing(), undefined, true)
    expect(reading.gaps.map(({ reason }) => reason)).toEqual(['read-error'])
  })
})

/** What is not shown, contradicts itself or is of a kind that is not read. */
const wrong: Record<string, { bytes: Buffer; gaps?: string[] }> = {
  'no picture': { bytes: Buffer.concat([parts.start, segment(0xfe, 'a'), parts.end]) },
  'no scan': { bytes: jpegOf([], { scan: hex(''), coded: hex('') }) },
  'bytes behind the last block': { bytes: jpegOf([], { coded: hex('3f 626f62') }) },
  'one byte behind the last block': { bytes: jpegOf([], { coded: hex('3f 00') }) },
  'more ones behind the last block': { bytes: jpegOf([], { coded: hex('3f ff00') }) },
  'less coded data than blocks': { bytes: jpegOf([], { coded: hex('') }) },
  'padding that is neither zeros nor ones': { bytes: jpegOf([], { coded: hex('2f') }) },
  'a code that is none': { bytes: jpegOf([], { coded: hex('ff00') }) },
  'a restart that nothing announced': { bytes: jpegOf([], { coded: hex('3f ffd0 3f') }) },
  'a scan twice': { bytes: jpegOf([], { coded: Buffer.concat([parts.coded, parts.scan, parts.coded]) }) },
  'two frames': { bytes: jpegOf([parts.frame]) },
  'a height of zero': { bytes: jpegOf([], { frame: segment(0xc0, hex('08 0000 0008 01 01 11 00')) }) },
  'a component more than it says': {
    bytes: jpegOf([], { frame: segment(0xc0, hex('08 0008 0008 01 01 11 00 02 11 00')) }),
  },
  'a component without a scan': {
    bytes: jpegOf([], { frame: segment(0xc0, hex('08 0008 0008 02 01 11 00 02 11 00')) }),
  },
  'a scan of no component': { bytes: jpegOf([], { scan: segment(0xda, hex('01 02 00 00 3f 00')) }) },
  'a scan with a table that is not there': { bytes: jpegOf([], { scan: segment(0xda, hex('01 01 11 00 3f 00')) }) },
  'a scan of some coefficients': { bytes: jpegOf([], { scan: segment(0xda, hex('01 01 00 00 3e 00')) }) },
  'a table with too many codes': { bytes: jpegOf([], { tables: segment(0xc4, hex(`00 03${'00'.repeat(18)}`)) }) },
  'a table that ends before its values': { bytes: jpegOf([segment(0xc4, hex(`00 01${'00'.repeat(15)}`))]) },
  'bytes behind tables': { bytes: jpegOf([segment(0xdb, Buffer.alloc(66, 1))]) },
  'a factor of zero': { bytes: jpegOf([segment(0xdb, Buffer.alloc(65))]) },
  'an interval of restarts of three bytes': { bytes: jpegOf([segment(0xdd, hex('000001'))]) },
  'a segment of one byte': { bytes: jpegOf([hex('fffe0001')]) },
  'bytes between segments': { bytes: jpegOf([segment(0xfe, 'a'), Buffer.from('bob')]) },
  'a marker without a segment': { bytes: jpegOf([hex('ff01')]) },
  'arithmetic codes': {
    bytes: jpegOf([], { frame: segment(0xc9, hex('08 0008 0008 01 01 11 00')) }),
    gaps: ['unsupported-format'],
  },
  'lines that are told later': { bytes: jpegOf([], { coded: hex('3f ffdc 0004 0008') }), gaps: ['unsupported-format'] },
  'no end': { bytes: jpegOf([], { end: hex('') }), gaps: ['truncated'] },
}

describe('a picture in JPEG with', () => {
  for (const [name, { bytes, gaps = ['corrupt'] }] of Object.entries(wrong))
    test(`${name} is not clean, and all of it is pushed`, async () => {
      for (const lengths of [[bytes.length], [1]]) {
        const { reading, contents } = await collect(inPieces(bytes, lengths), undefined, true)
        expect(reading.gaps.map(({ reason }) => reason)).toEqual(gaps)
        expect(contents.get('jpeg')?.bytes).toEqual(bytes)
      }
    })
})
