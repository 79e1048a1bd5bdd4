import { deflateSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { defaultLimits } from '../../../lib/decode/limits.ts'
import { longs, shorts, type TiffEntry, tiffOf } from '../../../lib/scan/controls/samples/tiff-sample.ts'
import { collect, inPieces, textsOf } from '../collect.ts'
import { hex, jpegOf, segment, tiff } from './jpeg-writer.ts'
import { expectNeverLost, iccOf, readPicture, tagOf } from './picture-bytes.ts'

const text = (tag: number, value: string, type = 2): TiffEntry => {
  const bytes = Buffer.from(`${value}\0`)
  return { tag, type, count: bytes.length, value: bytes }
}
const bytesOf = (tag: number, value: Uint8Array, type = 7): TiffEntry => ({ tag, type, count: value.length, value })
const whole = tiffOf([])
/** Pages that follow one another, each with places from the beginning of the file on. */
const pages = (() => {
  const first = tiffOf([text(0x010e, 'jane_doe')])
  const second = tiffOf([text(0x010e, 'bob_smith77')])
  const at = first.length
  first.writeUInt32LE(at + second.readUInt32LE(4), first.readUInt32LE(4) + 2 + 12 * 8)
  const directory = second.readUInt32LE(4)
  for (let entry = directory + 2; entry < directory + 2 + 12 * 8; entry += 12)
    if ([0x0111, 0x010e].includes(second.readUInt16LE(entry)))
      second.writeUInt32LE(at + second.readUInt32LE(entry + 8), entry + 8)
  return Buffer.concat([first, second])
})()
const unsupported = ['unsupported-format']
const corrupt = ['corrupt']
const nine = Buffer.from('123456789')

const cases: Record<string, { bytes: Buffer; texts?: Record<string, string>; gaps?: string[] }> = {
  'nothing but the picture': { bytes: whole, texts: { 'tiff/pixels': '\ufffd', 'tiff/metadata': '1\n1\n8\n1\n1\n' } },
  'a picture of big-endian programs': {
    bytes: tiff({ image: [bytesOf(0x010e, Buffer.from('bob\0'), 2)] }, { isLittle: false }),
    texts: { 'tiff/metadata': 'bob\n' },
  },
  texts: {
    bytes: tiffOf([text(0x010e, 'bob'), text(0x0131, 'tool'), text(0x013b, 'jane')]),
    texts: { 'tiff/metadata': '1\n1\n8\n1\n1\nbob\ntool\njane\n' },
  },
  'XML as a description': { bytes: tiffOf([text(0x010e, '<a>bob</a>')]), texts: { 'tiff/text/xml/text': 'bob\n' } },
  'a profile, XMP and what GDAL says': {
    bytes: tiffOf([
      bytesOf(0x8773, iccOf([['cprt', tagOf('text', 'bob\0')]])),
      bytesOf(0x02bc, Buffer.from('<x:xmpmeta xmlns:x="adobe:ns:meta/"><a>jane</a></x:xmpmeta>'), 1),
      text(0xa480, '<GDALMetadata>\n<Item name="a">mary</Item>\n</GDALMetadata>'),
    ]),
    texts: { 'tiff/xmp/xml/text': 'jane\n' },
  },
  'where it is on the earth': {
    bytes: tiffOf([
      { tag: 0x830e, type: 12, count: 3, value: Buffer.alloc(24) },
      { tag: 0x8482, type: 12, count: 6, value: Buffer.alloc(48) },
      shorts(0x87af, 1, 1, 0, 1, 1024, 0, 1, 1),
      text(0x87b1, 'WGS 84|bob|'),
    ]),
  },
  'two pages': { bytes: pages, texts: { 'tiff/pixels': '\ufffd\ufffd' } },
  'several rows': { bytes: tiffOf([], { strip: nine, width: 3, height: 3 }), texts: { 'tiff/pixels': '123456789' } },
  'fewer samples than its rows have': { bytes: tiffOf([], { strip: nine, width: 3, height: 4 }), gaps: corrupt },
  'more samples than its rows have': { bytes: tiffOf([], { strip: nine, width: 3, height: 2 }), gaps: corrupt },
  deflate: {
    bytes: tiffOf([], { strip: deflateSync(nine), width: 9, compression: 8 }),
    texts: { 'tiff/samples': '123456789' },
  },
  'deflate of fewer samples': {
    bytes: tiffOf([], { strip: deflateSync(nine), width: 10, compression: 8 }),
    gaps: corrupt,
  },
  'deflate that is none': { bytes: tiffOf([], { strip: nine, width: 9, compression: 8 }), gaps: corrupt },
  LZW: { bytes: tiffOf([], { strip: hex('800c459b0e0a24160d1b8e4041'), width: 9, compression: 5 }), gaps: corrupt },
  runs: {
    bytes: tiffOf([], { strip: hex('fe61 80 0262 6f62'), width: 6, compression: 32773 }),
    texts: { 'tiff/samples': 'aaabob' },
  },
  'runs that are cut off': {
    bytes: tiffOf([], { strip: hex('fe61 80 0262 6f'), width: 6, compression: 32773 }),
    gaps: corrupt,
  },
  'a run without its byte': {
    bytes: tiffOf([], { strip: hex('fe61 fe'), width: 6, compression: 32773 }),
    gaps: corrupt,
  },
  'a fax': { bytes: tiffOf([], { strip: hex('001001'), compression: 4 }) },
  'a strip in JPEG': {
    bytes: tiffOf([], { strip: jpegOf([segment(0xfe, 'bob')]), compression: 7 }),
    texts: { 'tiff/strip/jpeg/metadata': 'bob\n8\t8\n' },
  },
  'a strip in JPEG with tables that are told once': {
    bytes: tiffOf([bytesOf(0x015b, Buffer.concat([hex('ffd8'), segment(0xfe, 'bob'), hex('ffd9')]))], {
      strip: jpegOf(),
      compression: 7,
    }),
    texts: { 'tiff/strip/jpeg/metadata': 'bob\n8\t8\n' },
  },
  'tables of JPEG without a strip of it': { bytes: tiffOf([bytesOf(0x015b, jpegOf())]), gaps: unsupported },
  'tables of JPEG twice': {
    bytes: tiffOf([bytesOf(0x015b, hex('ffd8ffd9')), bytesOf(0x015b, nine)], { strip: jpegOf(), compression: 7 }),
    gaps: unsupported,
  },
  'a picture in JPEG beside it': {
    bytes: Buffer.concat([tiffOf([longs(0x0201, 124), longs(0x0202, jpegOf().length)]), jpegOf()]),
    texts: { 'tiff/thumbnail/jpeg/metadata': '8\t8\n' },
  },
  'a compression that nobody knows': { bytes: tiffOf([], { compression: 34925 }), gaps: unsupported },
  'a strip where another one is': {
    bytes: tiffOf([shorts(0x0142, 1), shorts(0x0143, 1), longs(0x0144, 8), longs(0x0145, 1)]),
    gaps: corrupt,
  },
  'a strip beyond the end': { bytes: tiffOf([longs(0x0144, 9999), longs(0x0145, 9)]), gaps: corrupt },
  'a longer tag of a camera': { bytes: tiffOf([bytesOf(0xc634, hex('6200620162'))]), gaps: unsupported },
  'places of tiles that are texts': {
    bytes: tiffOf([shorts(0x0142, 1), shorts(0x0143, 1), text(0x0144, 'bob'), text(0x0145, 'bob')]),
    gaps: corrupt,
  },
  'bytes that no tag has': { bytes: Buffer.concat([whole, nine]), gaps: corrupt },
  'zeros that no tag has': { bytes: Buffer.concat([whole, Buffer.alloc(9)]) },
  'a strip beyond the picture': {
    bytes: tiffOf([longs(0x0111, 8, 9), longs(0x0117, 1, 1)], { strip: Buffer.from('ab') }),
    gaps: corrupt,
  },
  'a text whose characters are numbers': {
    bytes: tiffOf([longs(0x010e, ...Buffer.from('bob_smith77'))]),
    gaps: unsupported,
  },
  'a text in UTF-8 where there should be numbers': { bytes: tiffOf([text(0x87b0, 'bob', 129)]), gaps: unsupported },
  'keys of places': { bytes: tiffOf([shorts(0x87af, 1, 1, 0, 1, 1024, 0, 1, 1)]) },
  'keys of places that are others': { bytes: tiffOf([shorts(0x87af, 1, 1, 0, 9, 2, 3, 4, 5)]), gaps: unsupported },
  'XMP of more than 64 KiB': {
    bytes: tiffOf([bytesOf(0x02bc, Buffer.from('bob\n'.repeat(20_000)), 1)]),
    texts: { 'tiff/xmp': 'bob\n'.repeat(20_000) },
  },
  'a profile of more than 64 KiB': {
    bytes: tiffOf([bytesOf(0x8773, iccOf([['chad', tagOf('sf32', Buffer.alloc(80_000, 1))]]))]),
  },
  'a directory that follows itself': {
    bytes: (() => {
      const bytes = Buffer.from(whole)
      bytes.writeUInt32LE(bytes.readUInt32LE(4), bytes.length - 4)
      return bytes
    })(),
    gaps: ['corrupt', 'corrupt'],
  },
}

describe('a picture in TIFF', () => {
  for (const [name, { bytes, texts = {}, gaps = [] }] of Object.entries(cases))
    test(`is read, or says what is wrong: ${name}`, async () => {
      for (const lengths of [[bytes.length], [13, 64, 5]]) {
        const { reading, contents } = await collect(inPieces(bytes, lengths), undefined, true)
        expect([...new Set(reading.gaps.map(({ reason }) => reason))]).toEqual([...new Set(gaps)])
        expect(textsOf(contents)).toMatchObject(texts)
        const pushed = ['tiff', 'tiff/pixels'].map((path) => contents.get(path)?.bytes.length ?? 0)
        expect(pushed[0]! + pushed[1]!).toBe(bytes.length)
      }
    })

  test('is never clean unless somebody says that pictures may be', async () => {
    const { reading } = await collect(inPieces(whole, [100]))
    expect(reading.gaps.map(({ reason }) => reason)).toEqual(['picture'])
  })

  test('is a limit where it is larger than what may be held, and searched all the same', async () => {
    const { reading, contents } = await collect(inPieces(pages, [30]), { ...defaultLimits, heldBytes: 100 }, true)
    expect(reading.gaps.map(({ reason }) => reason)).toEqual(['limit'])
    expect(contents.get('tiff')!.bytes).toEqual(pages)
  })

  test('is never clean without who is in it, wherever it was cut and whichever bit flipped', () =>
    expectNeverLost(pages, ['jane_doe', 'bob_smith77'], { from: 14, hasSums: false }))

  test.each([
    ['uncompressed', 150_000, 1, undefined, []],
    ['with large tables of JPEG', 3000, 7, Buffer.alloc(500_000), ['invalid-utf8', 'not-text', 'limit']],
    ['more of them than may be', 2 ** 20 + 1, 1, undefined, corrupt],
  ] as const)('of thousands of strips ends soon: %s', async (_, count, compression, tables, gaps) => {
    const entries = tables ? [bytesOf(0x015b, tables)] : []
    const { reading } = await collect(inPieces(strips(count, entries, compression), [1e6]), undefined, true)
    const reasons = reading.gaps.map(({ reason }) => reason)
    expect(reasons.filter((reason) => !(gaps as readonly string[]).includes(reason))).toEqual([])
    expect(reasons.length > 0).toBe(gaps.length > 0)
  })

  test('of a million short runs is read at once', async () => {
    const width = 2 ** 20
    const strip = Buffer.alloc(2 * width, Buffer.from([0, 0x61]))
    const { reading, contents } = await readPicture(tiffOf([longs(0x0100, width)], { strip, compression: 32773 }))
    expect(reading.gaps).toEqual([])
    expect(contents.get('tiff/samples')!.bytes).toEqual(Buffer.alloc(width, 'a'))
  }, 20_000)

  test('ends soon where millions of pages are told', async () => {
    const count = 2 ** 22
    const bytes = tiffOf([{ tag: 0x014a, type: 4, count, value: Buffer.alloc(4 * count, 8) }])
    const { reading } = await collect(inPieces(bytes, [1e6]), undefined, true)
    expect(reading.gaps.map(({ reason }) => reason)).toContain('corrupt')
  })

  test('of which more colours are told than a list of arguments may have ends', async () => {
    const bytes = tiffOf([{ tag: 0x0102, type: 3, count: 300_000, value: Buffer.alloc(600_000, 1) }])
    const { reading } = await collect(inPieces(bytes, [1e6]), undefined, true)
    expect(reading.gaps.map(({ reason }) => reason)).toContain('unsupported-format')
  })
})

/** A picture of one column, each pixel of it a strip. */
function strips(count: number, entries: TiffEntry[], compression: number): Buffer {
  const of = (tag: number, numberAt: (index: number) => number): TiffEntry => {
    const value = Buffer.alloc(4 * count)
    for (let index = 0; index < count; index++) value.writeUInt32LE(numberAt(index), 4 * index)
    return { tag, type: 4, count, value }
  }
  return tiffOf(
    [...entries, longs(0x0101, count), shorts(0x0116, 1), of(0x0111, (at) => 8 + at), of(0x0117, () => 1)],
    {
      strip: Buffer.alloc(count, 7),
      compression,
    },
  )
}
