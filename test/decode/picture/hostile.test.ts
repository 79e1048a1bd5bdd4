import { readdirSync, readFileSync } from 'node:fs'
import { deflateSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { sampleFormats } from '../../../lib/scan/controls/sample-formats.ts'
import { pngChunk } from '../../../lib/scan/controls/samples/picture-samples.ts'
import { seededRandom } from '../../subject-index/make-index.ts'
import { collect, inPieces, textsOf } from '../collect.ts'
import { id, isClean, type Places, testPlaces, text, utf16 } from './hostile-texts.ts'
import {
  ascii,
  bytesOf,
  chunk,
  exif,
  extendedXmp,
  hex,
  iptc,
  jpegOf,
  photoshop,
  resource,
  segment,
  tiff,
  webpOf,
} from './jpeg-writer.ts'
import { iccOf, tagOf } from './picture-bytes.ts'

const xap = Buffer.from('http://ns.adobe.com/xap/1.0/\0')
const after = (name: string, bytes: Buffer) => Buffer.concat([Buffer.from(name, 'latin1'), bytes])
const inExif = (bytes: Buffer) => jpegOf([exif(bytes)])
const cut = (bytes: Buffer) => Math.floor(bytes.length / 2)

/** Where bytes can be in a picture that may be a text. */
const places: Places = {
  'a comment': (bytes) => jpegOf([segment(0xfe, bytes)]),
  'a comment of a thumbnail': (bytes) => jpegOf([segment(0xe0, after('JFXX\0\x10', jpegOf([segment(0xfe, bytes)])))]),
  'JFIF behind its thumbnail': (bytes) => jpegOf([segment(0xe0, after('JFIF\0\x01\x02\x01\0\x48\0\x48\0\0', bytes))]),
  'an extension of JFIF of a kind that there is not': (bytes) => jpegOf([segment(0xe0, after('JFXX\0\x01', bytes))]),
  ...Object.fromEntries(
    Array.from({ length: 16 }, (_, index): [string, (bytes: Buffer) => Buffer] => [
      `a segment of applications (${index})`,
      (bytes) => jpegOf([segment(0xe0 + index, bytes)]),
    ]),
  ),
  XMP: (bytes) => jpegOf([segment(0xe1, Buffer.concat([xap, bytes]))]),
  'extended XMP': (bytes) => jpegOf(extendedXmp(bytes.toString('latin1'), cut(bytes))),
  'a piece of a profile of colours': (bytes) => jpegOf([segment(0xe2, after('ICC_PROFILE\0\x01\x01', bytes))]),
  'directories of other pictures': (bytes) => jpegOf([segment(0xe2, after('MPF\0', bytes))]),
  'a gain map': (bytes) => jpegOf([segment(0xe2, after('urn:iso:std:iso:ts:21496:-1\0', bytes))]),
  'Photoshop for the web': (bytes) =>
    jpegOf([
      segment(
        0xec,
        Buffer.concat([
          hex('4475636b79 0002'),
          hex((bytes.length + 4).toString(16).padStart(4, '0')),
          hex('00000000'),
          bytes,
          hex('0000'),
        ]),
      ),
    ]),
  'behind the segment of Adobe': (bytes) => jpegOf([segment(0xee, after('Adobe\0\x64\0\0\0\0\x01', bytes))]),
  ...Object.fromEntries(
    [
      0x0404, 0x040b, 0x040c, 0x040f, 0x0421, 0x0422, 0x0424, 0x0425, 0x041a, 0x043a, 0x043b, 0x03ed, 0x03ea, 0x0bad,
    ].map((number): [string, (bytes: Buffer) => Buffer] => [
      `resource ${number} of Photoshop`,
      (bytes) => jpegOf([photoshop(resource(number, bytes))]),
    ]),
  ),
  'a descriptor of Photoshop': (bytes) =>
    jpegOf([photoshop(resource(0x043a, Buffer.concat([hex('00000010 00000000 00000000 6e756c6c 00000001'), bytes])))]),
  'slices of Photoshop': (bytes) => jpegOf([photoshop(resource(0x041a, after('\0\0\0\x06', bytes)))]),
  'the name of a resource': (bytes) => jpegOf([photoshop(resource(0x040a, hex('01'), bytes.toString('latin1')))]),
  'behind resources': (bytes) => jpegOf([photoshop(resource(0x040a, hex('01')), bytes)]),
  'resources in two segments': (bytes) => {
    const [first, second] = [0, 1].map((half) =>
      resource(0x0404, iptc(2, 120, bytes)).subarray(...(half === 0 ? [0, 30] : [30])),
    )
    return jpegOf([photoshop(first!), photoshop(second!)])
  },
  ...Object.fromEntries(
    ['1:90', '2:0', '2:25', '2:125', '2:202', '3:10', '8:10'].map((name): [string, (bytes: Buffer) => Buffer] => {
      const [record, dataset] = name.split(':').map(Number)
      return [`${name} of IPTC`, (bytes) => jpegOf([photoshop(resource(0x0404, iptc(record!, dataset!, bytes)))])]
    }),
  ),
  ...Object.fromEntries(
    [
      0x010e, 0x02bc, 0x83bb, 0x8649, 0x8773, 0x9000, 0x9101, 0x927c, 0x9286, 0x9c9b, 0xa302, 0xb002, 0xea1c, 0xbeef,
    ].flatMap((tag) =>
      [1, 2, 7].map((type): [string, (bytes: Buffer) => Buffer] => [
        `tag ${tag} of type ${type}`,
        (bytes) => inExif(tiff({ image: [bytesOf(tag, bytes, type)] })),
      ]),
    ),
  ),
  ...Object.fromEntries(
    [3, 4, 5, 9, 12].map((type): [string, (bytes: Buffer) => Buffer] => [
      `a tag of numbers that nobody knows (${type})`,
      (bytes) =>
        inExif(
          tiff({ image: [{ tag: 0xbeef, type, value: Buffer.concat([bytes, Buffer.alloc(8 - (bytes.length % 8))]) }] }),
        ),
    ]),
  ),
  ...Object.fromEntries(
    [0x03f5, 0x03f8].map((number): [string, (bytes: Buffer) => Buffer] => [
      `resource ${number} of its length`,
      (bytes) =>
        jpegOf([
          photoshop(
            resource(number, Buffer.concat([bytes, Buffer.alloc(112)]).subarray(0, number === 0x03f5 ? 72 : 112)),
          ),
        ]),
    ]),
  ),
  'a comment in ASCII': (bytes) => inExif(tiff({ image: [], exif: [bytesOf(0x9286, after('ASCII\0\0\0', bytes))] })),
  'a comment in UTF-16': (bytes) => inExif(tiff({ image: [], exif: [bytesOf(0x9286, after('UNICODE\0', bytes))] })),
  'the area of a place': (bytes) => inExif(tiff({ image: [], gps: [bytesOf(0x1c, bytes)] })),
  'bytes that no tag has': (bytes) => inExif(Buffer.concat([tiff({ image: [ascii(0x10e, 'a')] }), bytes])),
  'a thumbnail of Exif': (bytes) => inExif(tiff({ image: [], thumbnail: [] }, { thumbnail: bytes })),
  'behind a thumbnail of Exif': (bytes) =>
    inExif(tiff({ image: [], thumbnail: [] }, { thumbnail: Buffer.concat([jpegOf(), bytes]) })),
  'behind its end': (bytes) => Buffer.concat([jpegOf(), bytes]),
  'behind zeros': (bytes) => Buffer.concat([jpegOf(), Buffer.alloc(9), bytes]),
  'behind the last block': (bytes) =>
    jpegOf([], {
      coded: Buffer.concat([hex('3f'), Buffer.from(bytes.toString('hex').replaceAll(/ff/g, 'ff00'), 'hex')]),
    }),
  'between segments': (bytes) => jpegOf([segment(0xfe, 'a'), bytes]),
  'a chunk of WebP': (bytes) => webpOf(chunk('note', bytes)),
  'XMP of WebP': (bytes) => webpOf(chunk('XMP ', bytes)),
  'Exif of WebP': (bytes) => webpOf(chunk('EXIF', bytes)),
  'a profile of WebP': (bytes) => webpOf(chunk('ICCP', bytes)),
  'a header of WebP': (bytes) => webpOf(chunk('VP8X', bytes)),
  'parameters of an animation': (bytes) => webpOf(chunk('ANIM', bytes)),
  'a frame of WebP': (bytes) => webpOf(chunk('ANMF', Buffer.concat([Buffer.alloc(16), bytes]))),
  'behind WebP': (bytes) => Buffer.concat([webpOf(), bytes]),
}

/** Numbers and pixels: what is plain there is found, and nothing else is. */
const pixels: Places = {
  'factors of quantization': (bytes) =>
    jpegOf([segment(0xdb, Buffer.concat([hex('00'), bytes, Buffer.alloc(64, 0x20)]).subarray(0, 65))]),
  'codes of a table': (bytes) =>
    jpegOf([segment(0xc4, Buffer.concat([hex('13'), Buffer.alloc(15), Buffer.from([bytes.length]), bytes]))]),
  'pixels of JFIF': (bytes) =>
    jpegOf([
      segment(
        0xe0,
        Buffer.concat([Buffer.from('JFIF\0\x01\x02\x01\0\x48\0\x48\x09\x01'), bytes, Buffer.alloc(27)]).subarray(0, 41),
      ),
    ]),
  'coded data of WebP': (bytes) => webpOf(chunk('VP8L', Buffer.concat([hex('2f000000008888fe07'), bytes]))),
  'alpha of WebP': (bytes) => webpOf(chunk('ALPH', Buffer.concat([hex('00'), bytes]))),
}

describe('somebody in a picture', () => {
  testPlaces(places, pixels)
})

const textPlaces: Places = {
  'a comment of JPEG': (bytes) => jpegOf([segment(0xfe, bytes)]),
  'a text of Exif': (bytes) => inExif(tiff({ image: [bytesOf(0x010e, bytes, 2)] })),
  'Exif of PNG': (bytes) => pngWith('eXIf', tiff({ image: [bytesOf(0x010e, bytes, 2)] })),
  'a text of PNG': (bytes) => pngWith('tEXt', after('Comment\0', bytes)),
  'a compressed text of PNG': (bytes) => pngWith('zTXt', after('Comment\0\0', deflateSync(bytes))),
  'the name of a text of PNG': (bytes) => pngWith('tEXt', Buffer.concat([bytes.subarray(0, 79), hex('00')])),
  'a comment of GIF': gifWith,
  'a text of a profile': (bytes) =>
    pngWith('iCCP', after('a\0\0', deflateSync(iccOf([['cprt', tagOf('text', bytes)]])))),
}
function pngWith(type: string, bytes: Uint8Array): Buffer {
  const [head, tail] = [sampleFormats.png!.wrap(Buffer.alloc(0)), 33]
  return Buffer.concat([head.subarray(0, tail), pngChunk(type, bytes), head.subarray(tail)])
}
function gifWith(bytes: Buffer): Buffer {
  return Buffer.from(sampleFormats.gif!.wrap(bytes))
}

describe('a text in a picture', () => {
  for (const [place, wrap] of Object.entries(textPlaces)) {
    test(`may be short and in Latin-1: ${place}`, async () => {
      expect(await isClean(wrap(Buffer.from('\xa9 Andr\xe9', 'latin1')))).toBe(true)
    })

    test(`is not clean where it may be anything: ${place}`, async () => {
      const unknown: Record<string, Buffer> = {
        'a cipher without control bytes': Buffer.from(Array.from(Buffer.from(text), (byte) => (byte ^ 0xd5) | 0xa0)),
        'Cyrillic in one byte each': hex('eff0e8e2e5f22c20ece8f02120cff0e8e2e5f2'),
        'a character in Latin-1 and others in UTF-8': Buffer.concat([
          Buffer.from('caf\xe9 ', 'latin1'),
          Buffer.from('ｂｏｂ＿ｓｍｉｔｈ７７'),
        ]),
        'a soft hyphen behind a character in Latin-1': Buffer.concat([
          Buffer.from('caf\xe9 ', 'latin1'),
          Buffer.from('bob\u00ad_smith77'),
        ]),
        'UTF-32': Buffer.from(id.split('').join('\0\0\0')),
        'UTF-32 with a mark': Buffer.concat([hex('fffe0000'), Buffer.from(id.split('').join('\0\0\0'))]),
      }
      for (const [name, bytes] of Object.entries(unknown))
        expect(`${name}: ${await isClean(wrap(bytes))}`).toBe(`${name}: false`)
    })
  }

  test.each([0xfe, 0xe9])('is found, or said not to be read, where it is longer than a segment (%i)', async (code) => {
    const before = 'word '.repeat(13_105)
    expect(await isClean(jpegOf([segment(code, `${before}user bob`), segment(code, '_smith77 and others')]))).toBe(
      false,
    )
  })
})

test('who begins a comment is found behind one that is as long as a segment may be', async () => {
  // The length that stands in front is a letter.
  const comment = `${id} and others`.padEnd(0x41 - 2)
  expect(await isClean(jpegOf([segment(0xfe, 'x'.repeat(65_533)), segment(0xfe, comment)]))).toBe(false)
})

test('a text of a format that is written as a line is not clean', async () => {
  const html = Buffer.from('<html><body>bob<b>_smith77</b></body></html>')
  for (const [place, wrap] of Object.entries(textPlaces))
    expect(`${place}: ${await isClean(wrap(html))}`).toBe(`${place}: false`)
})

test.each(['png', 'gif', 'jpeg', 'webp', 'heif', 'tiff', 'bmp'])(
  'who stands behind %s in a text of a format is found, or it is not clean',
  async (format) => {
    const bytes = sampleFormats[format]!.wrap(Buffer.from('<a/>'))
    expect(await isClean(bytes)).toBe(true)
    expect(await isClean(Buffer.concat([bytes, Buffer.from('<html><body>bob<b>_smith77</b></body></html>')]))).toBe(
      false,
    )
  },
)

/** Texts of which none stands plainly in the file. */
const xmp = `<x:xmpmeta xmlns:x="adobe:ns:meta/"><a>user ${id} and others</a></x:xmpmeta>`
const iptcOf = resource(0x0404, Buffer.concat([iptc(2, 0, '\0\x02'), iptc(2, 25, `user ${id}`)]))
const comment = after('UNICODE\0', utf16)
const samples: Record<string, Buffer> = {
  'in two pieces of extended XMP': jpegOf(extendedXmp(xmp, xmp.indexOf(id) + 4)),
  'in IPTC in two segments': jpegOf([
    photoshop(iptcOf.subarray(0, iptcOf.indexOf(id) + 4)),
    photoshop(iptcOf.subarray(iptcOf.indexOf(id) + 4)),
  ]),
  'in UTF-16 in Exif': inExif(tiff({ image: [], exif: [bytesOf(0x9286, comment)] })),
  'in UTF-16 in Exif of WebP': webpOf(chunk('EXIF', tiff({ image: [bytesOf(0x9c9b, utf16, 1)] }))),
}

async function isLost(bytes: Buffer): Promise<boolean> {
  const { reading, contents } = await collect(inPieces(bytes, [1e6]), undefined, true)
  return reading.complete && !Object.values(textsOf(contents)).join('\n').includes(id)
}

describe('a picture that is damaged', () => {
  for (const [name, bytes] of Object.entries(samples)) {
    test(`is never clean where it was cut: ${name}`, async () => {
      expect(await isLost(bytes)).toBe(false)
      // Before that it is a text, or bytes.
      for (let length = bytes[0] === 0xff ? 4 : 12; length < bytes.length; length++)
        expect(
          `${length} ${(await collect(inPieces(bytes.subarray(0, length), [1e6]), undefined, true)).reading.complete}`,
        ).toBe(`${length} false`)
    })

    test(`loses nobody where a bit flipped outside of the name: ${name}`, async () => {
      const isName = (at: number) => [...Buffer.from(id)].includes(bytes[at]!) || bytes[at] === 0
      for (let bit = 0; bit < bytes.length * 8; bit++) {
        const damaged = Buffer.from(bytes)
        damaged[bit >> 3]! ^= 1 << (bit & 7)
        if (await isLost(damaged)) expect(`${bit >> 3} ${isName(bit >> 3)}`).toBe(`${bit >> 3} true`)
      }
    })
  }
})

describe('bytes by chance in pictures', () => {
  const corpus = ['jpeg', 'webp', 'heif', 'tiff', 'bmp'].flatMap((format) => {
    const folder = new URL(`../../corpus/${format}/`, import.meta.url)
    return readdirSync(folder)
      .filter((name) => name.endsWith('.bin'))
      .map((name) => readFileSync(new URL(name, folder)))
  })

  test('are read to their end, in any cuts the same', async () => {
    const random = seededRandom('pictures')
    for (let round = 0; round < 400; round++) {
      const bytes = Buffer.from(corpus[round % corpus.length]!)
      for (let changes = 1 + (round % 4); changes > 0; changes--) {
        const [where, low, high, value] = [...random(4)] as [number, number, number, number]
        // Most of what tells lies is at the beginning.
        const at = (where < 160 ? low + (high & 3) * 256 : low * 256 + high) % bytes.length
        bytes[at] = value
      }
      const results = await Promise.all(
        [[bytes.length], [61, 3]].map(async (lengths) => {
          const { reading, contents } = await collect(inPieces(bytes, lengths), undefined, true)
          return { gaps: reading.gaps, texts: textsOf(contents), bytes: reading.bytes }
        }),
      )
      expect(results[1]).toEqual(results[0])
      expect(results[0]!.bytes).toBe(bytes.length)
    }
  })
})
