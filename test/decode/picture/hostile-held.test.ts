import { deflateSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { type HeifItem, heifBox, heifOf, onePixel } from '../../../lib/scan/controls/samples/heif-sample.ts'
import { longs, shorts, tiffOf, writeBmp } from '../../../lib/scan/controls/samples/tiff-sample.ts'
import { appleNotes, listArray, listData, listText, note, propertyList } from './apple-writer.ts'
import { isClean, type Places, testPlaces } from './hostile-texts.ts'
import { bytesOf, exif, hex, iptc, jpegOf, resource, tiff } from './jpeg-writer.ts'

const pixel: HeifItem = { type: 'av01', data: onePixel }
const withItem = (type: string, data: Uint8Array, told = '') => heifOf([pixel, { type, told, data }])
const withProperty = (type: string, ...parts: Uint8Array[]) =>
  heifOf([pixel], { properties: [heifBox(type, ...parts)] })
const inMeta = (type: string, ...parts: Uint8Array[]) => heifOf([pixel], { boxes: [heifBox(type, ...parts)] })
const behind = (type: string, ...parts: Uint8Array[]) => heifOf([pixel], { behind: [heifBox(type, ...parts)] })
const u32 = (number: number) => hex(number.toString(16).padStart(8, '0'))
const plain = hex('00000000')
const even = (bytes: Uint8Array) => Buffer.concat([bytes, Buffer.alloc(-bytes.length & 3)])
const text = (bytes: Uint8Array) => bytes.toString().replaceAll('\0', '')

/** A unit of AV1 of a type. */
const unit = (type: number, bytes: Uint8Array) =>
  Buffer.concat([Buffer.from([(type << 3) | 2, bytes.length | 0x80, bytes.length >> 7]), bytes])
/** A unit of HEVC behind its length, and in it a message. */
const nal = (type: number, bytes: Uint8Array) =>
  Buffer.concat([u32(bytes.length + 2), Buffer.from([type << 1, 1]), bytes])
const message = (type: number, bytes: Uint8Array) =>
  nal(39, Buffer.concat([Buffer.from([type, bytes.length]), bytes, hex('80')]))

const tag =
  (number: number, type = 7) =>
  (bytes: Uint8Array) =>
    tiffOf([{ tag: number, type, count: bytes.length, value: bytes }])
const inNotes = (bytes: Uint8Array) => jpegOf([exif(tiff({ image: [], exif: [bytesOf(0x927c, bytes)] }))])

/** Where bytes can be in a picture that may be a text. */
const places: Places = {
  'a brand': (bytes) =>
    Buffer.concat([heifBox('ftyp', Buffer.from('avif\0\0\0\0'), even(bytes)), heifOf([pixel]).subarray(28)]),
  'the name of an item': (bytes) => heifOf([{ ...pixel, told: text(bytes) }]),
  'the type of media of an item': (bytes) => withItem('mime', Buffer.from('a'), `${text(bytes)}\0`),
  'an item of media': (bytes) => withItem('mime', bytes, 'text/plain\0'),
  'an item that is encoded': (bytes) => withItem('mime', bytes, 'text/plain\0deflate\0'),
  XMP: (bytes) => withItem('mime', bytes, 'application/rdf+xml\0'),
  'an item of a type that nobody knows': (bytes) => withItem('note', bytes),
  'a picture in JPEG that is none': (bytes) => withItem('jpeg', bytes),
  'a derived picture without data': (bytes) => withItem('iden', bytes),
  'a grid': (bytes) => withItem('grid', Buffer.concat([hex('0000000000010001'), bytes])),
  'an overlay': (bytes) => withItem('iovl', Buffer.concat([hex('0000 0000000000000000 00010001'), bytes])),
  'a gain map': (bytes) => withItem('tmap', Buffer.concat([hex('00 0000 0000 00'), bytes])),
  'before Exif': (bytes) => withItem('Exif', Buffer.concat([u32(bytes.length), bytes, tiff({ image: [] })])),
  'behind Exif': (bytes) => withItem('Exif', Buffer.concat([plain, tiff({ image: [] }), bytes])),
  'metadata of AV1': (bytes) => withItem('av01', unit(5, Buffer.concat([hex('04'), bytes]))),
  'padding of AV1': (bytes) => withItem('av01', unit(15, bytes)),
  'a unit of AV1 that nobody knows': (bytes) => withItem('av01', unit(9, bytes)),
  'metadata of AV1 for all': (bytes) =>
    withProperty('av1C', hex('81001c00'), unit(5, Buffer.concat([hex('04'), bytes]))),
  'a message of a user': (bytes) => withItem('hvc1', message(5, Buffer.concat([Buffer.alloc(16, 7), bytes]))),
  'a registered message': (bytes) => withItem('hvc1', message(4, bytes)),
  'a message that nobody knows': (bytes) => withItem('hvc1', message(200, bytes)),
  'behind messages': (bytes) => withItem('hvc1', nal(39, Buffer.concat([hex('0101 00 80'), bytes]))),
  'a unit of HEVC that nobody knows': (bytes) => withItem('hvc1', nal(50, bytes)),
  'what fills up HEVC': (bytes) => withItem('hvc1', nal(38, bytes)),
  'behind units of HEVC': (bytes) => withItem('hvc1', Buffer.concat([nal(1, hex('aa')), bytes])),
  'data of no item': (bytes) => behind('mdat', bytes),
  'data of no item in the description': (bytes) => inMeta('idat', bytes),
  'room that is kept free': (bytes) => behind('free', bytes),
  'a box that nobody knows': (bytes) => behind('note', bytes),
  'a box with a long name': (bytes) => behind('uuid', Buffer.alloc(16, 7), bytes),
  'a film': (bytes) => behind('moov', bytes),
  'a box in the description': (bytes) => inMeta('note', bytes),
  'a second handler': (bytes) => inMeta('hdlr', Buffer.alloc(8), Buffer.from('pict'), Buffer.alloc(12), bytes),
  'reserved fields of a handler': (bytes) =>
    inMeta('hdlr', plain, even(bytes).subarray(0, 4), Buffer.from('pict'), even(bytes).subarray(4, 16), hex('00')),
  'where data is': (bytes) => inMeta('dinf', heifBox('dref', plain, u32(1), heifBox('url ', plain, bytes))),
  'references of a kind': (bytes) =>
    inMeta(
      'iref',
      plain,
      heifBox('note', hex('0001'), hex((even(bytes).length / 2).toString(16).padStart(4, '0')), even(bytes)),
    ),
  'groups of a kind': (bytes) =>
    inMeta('grpl', heifBox('altr', plain, u32(9), u32(even(bytes).length / 4), even(bytes))),
  'a group that nobody knows': (bytes) => inMeta('grpl', heifBox('note', plain, bytes)),
  'a property that nobody knows': (bytes) => withProperty('note', bytes),
  'a property with a long name': (bytes) => withProperty('uuid', Buffer.alloc(16, 7), bytes),
  'a description': (bytes) => withProperty('udes', plain, bytes),
  'an alternative text': (bytes) => withProperty('altt', plain, bytes),
  'a profile of colours': (bytes) => withProperty('colr', Buffer.from('prof'), bytes),
  'colours of a kind': (bytes) => withProperty('colr', Buffer.from('note'), bytes),
  'what a picture is beside others': (bytes) => withProperty('auxC', plain, Buffer.from('urn:a\0'), bytes),
  'behind a size': (bytes) => withProperty('ispe', Buffer.alloc(12), bytes),
  'how a camera saw it': (bytes) => withProperty('cmex', plain, bytes, bytes),
  'a second description': (bytes) => behind('meta', plain, heifBox('idat', bytes)),

  'a text of a note': (bytes) => inNotes(appleNotes(note(0x15, bytes, 2))),
  'a note without a type': (bytes) => inNotes(appleNotes(note(0x31, bytes))),
  'behind notes': (bytes) => inNotes(Buffer.concat([appleNotes(note(1, 'a', 2)), bytes])),
  'a text in a property list': (bytes) => inNotes(appleNotes(note(3, propertyList(listText(bytes))))),
  'data in a property list': (bytes) => inNotes(appleNotes(note(3, propertyList(listArray(1), listData(bytes))))),
  'between objects of a property list': (bytes) =>
    inNotes(
      appleNotes(
        note(3, Buffer.concat([propertyList(hex('08')).subarray(0, 9), bytes, propertyList(hex('08')).subarray(9)])),
      ),
    ),

  ...Object.fromEntries(
    [
      0x010e, 0x0111, 0x0140, 0x0144, 0x014a, 0x015b, 0x0201, 0x02bc, 0x8649, 0x83bb, 0x8773, 0x87af, 0x87b0, 0x87b1,
      0x927c, 0xa480, 0xbeef,
    ].flatMap((number) => [1, 2, 7].map((type) => [`tag ${number} of type ${type}`, tag(number, type)])),
  ),
  'numbers of a page that nobody knows': (bytes) =>
    tiffOf([{ tag: 0xbeef, type: 4, count: even(bytes).length / 4, value: even(bytes) }]),
  'places of strips without length': (bytes) => {
    const count = even(bytes).length / 4
    return tiffOf([
      { tag: 0x0144, type: 4, count, value: even(bytes) },
      { tag: 0x0145, type: 4, count, value: Buffer.alloc(4 * count) },
    ])
  },
  'IPTC of a page': (bytes) => tag(0x83bb)(iptc(2, 25, bytes)),
  'Photoshop of a page': (bytes) => tag(0x8649)(resource(0x0bad, bytes)),
  'behind a page': (bytes) => Buffer.concat([tiffOf([]), bytes]),
  'behind the samples of a strip': (bytes) => tiffOf([], { strip: Buffer.concat([Buffer.from([128]), bytes]) }),
  'behind deflate in a strip': (bytes) =>
    tiffOf([], { strip: Buffer.concat([deflateSync(Buffer.from([128])), bytes]), compression: 8 }),
  'more samples in deflate': (bytes) =>
    tiffOf([], { strip: deflateSync(Buffer.concat([Buffer.from([128]), bytes])), compression: 8 }),
  'behind LZW in a strip': (bytes) => tiffOf([], { strip: Buffer.concat([hex('80203008'), bytes]), compression: 5 }),
  'more runs': (bytes) =>
    tiffOf([], { strip: Buffer.concat([hex('0080'), Buffer.from([bytes.length - 1]), bytes]), compression: 32773 }),
  'a fax of one pixel': (bytes) =>
    tiffOf([], { strip: Buffer.concat([bytes, Buffer.alloc(80), bytes]), compression: 4 }),
  'a strip in JPEG that is none': (bytes) => tiffOf([], { strip: bytes, compression: 7 }),
  'a strip of a compression that nobody knows': (bytes) => tiffOf([], { strip: bytes, compression: 50000 }),
  'a strip of another directory': (bytes) =>
    tiffOf([longs(0x8769, 8)], {
      strip: Buffer.concat([hex('0100 1101 0700'), u32(bytes.length).reverse(), hex('1a000000 00000000'), bytes]),
    }),

  'between colours and pixels': (bytes) => {
    const whole = writeBmp(Buffer.alloc(0))
    whole.writeUInt32LE(138 + bytes.length, 10)
    return Buffer.concat([whole.subarray(0, 138), bytes, whole.subarray(138)])
  },
  'the name of a profile': (bytes) => writeBmp(bytes),
  'a profile of BMP': (bytes) => {
    const whole = writeBmp(bytes)
    whole.writeUInt32LE(0x4d424544, 70)
    return whole
  },
  'behind BMP': (bytes) => Buffer.concat([writeBmp(Buffer.from('a')), bytes]),
  'behind zeros of BMP': (bytes) => Buffer.concat([writeBmp(Buffer.from('a')), Buffer.alloc(9), bytes]),
}

/** Samples and numbers: what is plain there is found, and nothing else is. */
const pixels: Places = {
  'a slice of HEVC': (bytes) => withItem('hvc1', nal(1, bytes)),
  'a tile of AV1': (bytes) => withItem('av01', unit(4, bytes)),
  'samples of TIFF': (bytes) => tiffOf([], { strip: bytes, width: bytes.length }),
  'samples of TIFF in deflate': (bytes) =>
    tiffOf([], { strip: deflateSync(bytes), width: bytes.length, compression: 8 }),
  'samples of TIFF in runs': (bytes) =>
    tiffOf([], {
      strip: Buffer.concat([Buffer.from([bytes.length - 1]), bytes]),
      width: bytes.length,
      compression: 32773,
    }),
  'colours of a page': (bytes) =>
    tiffOf([{ ...shorts(0x0140), count: 48, value: Buffer.concat([bytes, Buffer.alloc(96)]).subarray(0, 96) }]),
}

describe('somebody in a picture that is held', () => {
  testPlaces(places, pixels)

  test('is not clean in a piece of HTML that says that it is some', async () => {
    const html = (name: string) => Buffer.from(`a b<b>${name}</b>`)
    const wrap = (bytes: Buffer) => withItem('mime', bytes, 'text/html\0')
    expect(await isClean(wrap(Buffer.from('user b<b>ob_smith77</b>')))).toBe(false)
    expect(await isClean(wrap(html('ill')))).toBe(true)
  })
})
