import { describe, expect, test } from 'vitest'
import { collect, inPieces, textsOf } from '../collect.ts'
import { ascii, bytesOf, chunk, type Entry, hex, iptc, jpegOf, resource, segment, tiff, webpOf } from './jpeg-writer.ts'

const utf16 = (text: string) => Buffer.from(text, 'utf16le')
const ofType = (tag: number, type: number, digits: string): Entry => ({ tag, type, value: hex(digits) })
const little = (directories: Parameters<typeof tiff>[0], thumbnail?: Uint8Array) => tiff(directories, { thumbnail })
const inner = jpegOf([segment(0xfe, 'inner')])
const xmp = '<x:xmpmeta xmlns:x="adobe:ns:meta/"><a>bob</a></x:xmpmeta>'

type Case = { bytes: Buffer; metadata?: string; texts?: Record<string, string>; gaps?: string[] }

const changed = (bytes: Buffer, at: number, digits: string) => {
  const copy = Buffer.from(bytes)
  hex(digits).copy(copy, at)
  return copy
}
const withText = little({ image: [ascii(0x10e, 'bob_smith77')] })
/** A thumbnail of one pixel, in three colours that stand behind all else. */
const pixels = little({
  image: [],
  thumbnail: [
    ...[ofType(0x100, 3, '0100'), ofType(0x101, 3, '0100'), ofType(0x102, 3, '0800'), ofType(0x115, 3, '0300')],
    ...[ofType(0x111, 4, '5c000000'), ofType(0x117, 4, '03000000')],
  ],
})
const unsupported = ['unsupported-format']
const corrupt = ['corrupt']

const cases: Record<string, Case> = {
  texts: { bytes: withText, metadata: 'bob_smith77\n' },
  'texts of big-endian programs': {
    bytes: tiff({ image: [ascii(0x10e, 'bob_smith77')], exif: [bytesOf(0x9000, '0232')] }, { isLittle: false }),
    metadata: 'bob_smith77\n',
  },
  'several texts in one': { bytes: little({ image: [ascii(0x8298, 'bob\0jane')] }), metadata: 'bob\njane\n' },
  'UTF-8 of Exif 3': {
    bytes: little({ image: [{ tag: 0x10e, type: 129, value: Buffer.from('café\0') }] }),
    metadata: 'café\n',
  },
  'numbers of all types': {
    bytes: little({
      image: [
        ofType(0x101, 1, '07'),
        ofType(0x102, 3, '0100 0200 0300'),
        ofType(3, 4, 'ffffffff'),
        ofType(4, 5, '4800000001000000'),
        ofType(5, 6, 'ff'),
        ofType(6, 8, 'feff'),
        ofType(7, 9, 'fdffffff'),
        ofType(8, 10, 'fdffffff01000000'),
        ofType(9, 11, '0000003f'),
        ofType(10, 12, '000000000000f83f'),
      ],
    }),
    metadata: '7\n1\t2\t3\n4294967295\n72/1\n-1\n-2\n-3\n-3/1\n0.5\n1.5\n',
  },
  'directories of Exif, GPS and interoperability': {
    bytes: little({
      image: [ascii(0x10f, 'maker')],
      exif: [bytesOf(0x9101, '\x01\x02\x03\0'), bytesOf(0xa300, '\x03')],
      gps: [bytesOf(0, '\x02\x03\0\0', 1), bytesOf(0x1b, 'ASCII\0\0\0GPS')],
      interop: [ascii(1, 'R98'), bytesOf(2, '0100')],
    }),
    metadata: 'maker\n1\t2\t3\t0\n3\n2\t3\t0\t0\nGPS\nR98\n',
  },
  'titles of Windows': { bytes: little({ image: [bytesOf(0x9c9b, utf16('Bob\0'), 1)] }), metadata: 'Bob\n' },
  'a title of Windows that is none': {
    bytes: little({ image: [bytesOf(0x9c9b, Buffer.from('bob_smith77'), 1)] }),
    gaps: ['not-text'],
    metadata: '潢形浳瑩㝨\ufffd\n',
  },
  'a comment in ASCII': {
    bytes: little({ exif: [bytesOf(0x9286, 'ASCII\0\0\0bob\0\0')], image: [] }),
    metadata: 'bob\n',
  },
  'a comment in UTF-16': {
    bytes: little({ exif: [bytesOf(0x9286, Buffer.concat([Buffer.from('UNICODE\0'), utf16('bob')]))], image: [] }),
    metadata: 'bob\n',
  },
  'a comment in UTF-16 of the other order': {
    bytes: little({
      exif: [bytesOf(0x9286, Buffer.concat([Buffer.from('UNICODE\0'), utf16('bob').swap16()]))],
      image: [],
    }),
    metadata: 'bob\n',
  },
  'a comment in an encoding that is not told': {
    bytes: little({ exif: [bytesOf(0x9286, `${'\0'.repeat(8)}bob`)], image: [] }),
    metadata: 'bob\n',
  },
  'a comment in JIS': { bytes: little({ exif: [bytesOf(0x9286, 'JIS\0\0\0\0\0bob')], image: [] }), gaps: unsupported },
  'a comment that is empty': { bytes: little({ exif: [bytesOf(0x9286, `ASCII${'\0'.repeat(9)}`)], image: [] }) },
  'notes of a maker': { bytes: little({ exif: [bytesOf(0x927c, 'Nikon bob')], image: [] }), gaps: unsupported },
  'notes of a maker that are empty': { bytes: little({ exif: [bytesOf(0x927c, Buffer.alloc(99))], image: [] }) },
  'bytes that nobody knows': { bytes: little({ image: [bytesOf(0xbeef, 'a\0b\x01c')] }), gaps: unsupported },
  'bytes that nobody knows, of text': { bytes: little({ image: [bytesOf(0xbeef, 'a bob')] }), metadata: 'a bob\n' },
  'room that is kept free': { bytes: little({ image: [bytesOf(0xea1c, `\x1c\xea${'\0'.repeat(90)}`)] }) },
  'room that is kept free with something in it': {
    bytes: little({ image: [bytesOf(0xea1c, `\x1c\xea${'\0'.repeat(90)}bob`)] }),
    gaps: unsupported,
  },
  'a large table of numbers': {
    bytes: little({ image: [{ tag: 0xbeef, type: 3, value: Buffer.alloc(400, 1) }] }),
    gaps: unsupported,
  },
  'XMP, IPTC and resources of Photoshop': {
    bytes: little({
      image: [
        bytesOf(0x02bc, xmp, 1),
        bytesOf(0x83bb, iptc(2, 25, 'jane')),
        bytesOf(0x8649, resource(0x040b, Buffer.from('http://a')), 1),
      ],
    }),
    metadata: 'jane\nhttp://a\n',
    texts: { 'exif/xmp/xml/text': 'bob\n' },
  },
  'a thumbnail': {
    bytes: little({ image: [], thumbnail: [ofType(0x103, 3, '0600')] }, inner),
    metadata: '6\n',
    texts: { 'exif/thumbnail/jpeg/metadata': 'inner\n8\t8\n' },
  },
  'a thumbnail of pixels': { bytes: Buffer.concat([pixels, Buffer.from('abc')]), texts: { 'exif/pixels': 'abc' } },
  'a thumbnail of more pixels than it has': {
    bytes: Buffer.concat([changed(pixels, pixels.length - 8, '09000000'), Buffer.from('abcabcabc')]),
    texts: { 'exif/pixels': 'abcabcabc' },
    gaps: corrupt,
  },
  'a thumbnail beyond its end': { bytes: pixels, gaps: corrupt },
  'nothing like directories': { bytes: Buffer.from('bob'), gaps: corrupt },
  'its first directory beyond its end': { bytes: changed(withText, 4, 'ffffffff'), gaps: corrupt },
  'its first directory in its header': { bytes: changed(withText, 4, '00000000'), gaps: corrupt },
  'a text beyond its end': { bytes: changed(withText, 18, 'ff000000'), gaps: corrupt },
  'a text of four billion bytes': { bytes: changed(withText, 14, 'ffffffff'), gaps: corrupt },
  'a text where a directory is': { bytes: changed(withText, 18, '08000000'), gaps: ['corrupt', 'not-text'] },
  'a type that there is not': { bytes: changed(withText, 12, 'ff00'), gaps: corrupt },
  'a second directory that is the first': { bytes: changed(withText, 22, '08000000'), gaps: corrupt },
  'bytes behind its values': {
    bytes: Buffer.concat([withText, Buffer.from('bob')]),
    metadata: 'bob_smith77\n',
    gaps: corrupt,
  },
  'zeros behind its values': { bytes: Buffer.concat([withText, Buffer.alloc(30)]), metadata: 'bob_smith77\n' },
  'bytes behind a short value': {
    bytes: changed(little({ image: [ascii(0x10e, 'b')] }), 20, '626f'),
    metadata: 'b\n',
    gaps: corrupt,
  },
}

describe('what a camera says of a picture', () => {
  for (const [name, { bytes, metadata, texts = {}, gaps = [] }] of Object.entries(cases))
    test(`is read, or a gap: ${name}`, async () => {
      const { reading, contents } = await collect(inPieces(webpOf(chunk('EXIF', bytes)), [100]), undefined, true)
      const read = textsOf(contents)
      expect([...new Set(reading.gaps.map(({ reason }) => reason))]).toEqual(gaps)
      const got = Object.entries(read).map(([path, text]) => [path.replace('webp/', ''), text])
      expect(Object.fromEntries(got)).toMatchObject({ ...(metadata && { 'exif/metadata': metadata }), ...texts })
      if (gaps.length > 0) expect(contents.get('webp/exif/as-written')?.bytes).toEqual(bytes)
      else expect(Object.keys(read)).not.toContain('webp/exif/as-written')
    })

  test('is read to its end whatever its offsets and lengths are', async () => {
    const bytes = little({ image: [ascii(0x10e, 'bob_smith77')], exif: [ascii(0x9003, '2026')], thumbnail: [] }, inner)
    for (let at = 0; at < 100; at++)
      for (const value of [0, 1, 8, 0x7f, 0xff]) {
        const { reading } = await collect(
          inPieces(webpOf(chunk('EXIF', changed(bytes, at, value.toString(16).padStart(2, '0')))), [1e6]),
        )
        expect(reading.gaps.every(({ reason }) => reason !== 'limit')).toBe(true)
      }
  })
})
