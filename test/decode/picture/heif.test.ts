import { describe, expect, test } from 'vitest'
import { formatOf } from '../../../lib/decode/formats.ts'
import { defaultLimits } from '../../../lib/decode/limits.ts'
import { type HeifItem, heifBox, heifOf, onePixel } from '../../../lib/scan/controls/samples/heif-sample.ts'
import { collect, inPieces, textsOf } from '../collect.ts'
import { ascii, hex, jpegOf, segment, tiff } from './jpeg-writer.ts'
import { expectNeverLost, iccOf, readPicture, tagOf } from './picture-bytes.ts'

const xmp = '<x:xmpmeta xmlns:x="adobe:ns:meta/"><a>bob</a></x:xmpmeta>'
const pixel: HeifItem = { type: 'av01', data: onePixel }
const withItem = (type: string, data: Uint8Array, told = '') => heifOf([pixel, { type, told, data }])
const withProperty = (type: string, ...parts: Uint8Array[]) =>
  heifOf([pixel], { properties: [heifBox(type, ...parts)] })
const inMeta = (type: string, ...parts: Uint8Array[]) => heifOf([pixel], { boxes: [heifBox(type, ...parts)] })
const plain = hex('00000000')
const text = (value: string) => Buffer.from(`${value}\0`)
const whole = heifOf([pixel])
const nal = (digits: string) => Buffer.concat([hex(hex(digits).length.toString(16).padStart(8, '0')), hex(digits)])
const configuration = (...units: Buffer[]) =>
  Buffer.concat([
    hex('01'),
    Buffer.alloc(20),
    hex('03'),
    Buffer.from([units.length]),
    ...units.map((unit) => Buffer.concat([hex('a0 0001'), unit.subarray(2)])),
  ])
const changed = (from: string, to: string) => {
  const at = whole.indexOf(from, 0, 'latin1')
  return Buffer.concat([whole.subarray(0, at), Buffer.from(to, 'latin1'), whole.subarray(at + from.length)])
}
const unsupported = ['unsupported-format']
const corrupt = ['corrupt']

const cases: Record<string, { bytes: Buffer; texts?: Record<string, string>; gaps?: string[] }> = {
  'nothing but the picture': { bytes: whole },
  'another brand': { bytes: changed('ftypavif', 'ftypheic') },
  'the name of an item': {
    bytes: heifOf([{ ...pixel, told: 'bob\0' }]),
    // A name, and what would be another.
    gaps: corrupt,
  },
  XMP: { bytes: withItem('mime', Buffer.from(xmp), 'application/rdf+xml\0'), texts: { 'heif/xmp/xml/text': 'bob\n' } },
  Exif: {
    bytes: withItem('Exif', Buffer.concat([plain, tiff({ image: [ascii(0x10e, 'bob')] })])),
    texts: { 'heif/exif/metadata': 'bob\n' },
  },
  'Exif as JPEG has it': {
    bytes: withItem('Exif', Buffer.concat([hex('00000006'), text('Exif\0'), tiff({ image: [ascii(0x10e, 'bob')] })])),
    texts: { 'heif/exif/metadata': 'bob\n' },
  },
  'Exif behind a marker of JPEG': {
    bytes: withItem(
      'Exif',
      Buffer.concat([hex('0000000a ffe11234'), text('Exif\0'), tiff({ image: [ascii(0x10e, 'bob')] })]),
    ),
    texts: { 'heif/exif/metadata': 'bob\n' },
  },
  'Exif beyond its item': { bytes: withItem('Exif', hex('ffffffff')), gaps: corrupt },
  'a text': { bytes: withItem('mime', Buffer.from('bob'), 'text/plain\0'), texts: { 'heif/item': 'bob' } },
  'an item of text that nobody knows': { bytes: withItem('note', Buffer.from('bob')), texts: { 'heif/item': 'bob' } },
  'an item that nobody knows': { bytes: withItem('note', hex('620062')), gaps: unsupported },
  'a picture in JPEG': {
    bytes: withItem('jpeg', jpegOf([segment(0xfe, 'bob')])),
    texts: { 'heif/image/jpeg/metadata': 'bob\n8\t8\n' },
  },
  'a grid': { bytes: withItem('grid', hex('0000 0102 00400020')) },
  'a grid of large pictures': { bytes: withItem('grid', hex('0001 0102 0001000000010000')) },
  'a grid that is longer': { bytes: withItem('grid', hex('0000 0102 00400020 00')), gaps: unsupported },
  'an overlay': {
    bytes: heifOf([pixel, { type: 'iovl', data: hex('0000 ffffffffffffffff 00400020 00010002') }], {
      boxes: [heifBox('iref', plain, heifBox('dimg', hex('0002 0001 0001')))],
    }),
  },
  'an overlay of more pictures than it says': {
    bytes: withItem('iovl', hex('0000 ffffffffffffffff 00400020 00010002')),
    gaps: unsupported,
  },
  'a turned picture': { bytes: withItem('iden', Buffer.alloc(0)), gaps: corrupt },
  'a gain map': { bytes: withItem('tmap', Buffer.concat([hex('00 00000000 00'), Buffer.alloc(56, 1)])) },
  'a gain map that is shorter': {
    bytes: withItem('tmap', Buffer.concat([hex('00 00000000 00'), Buffer.alloc(52, 1)])),
    gaps: unsupported,
  },
  'properties of all kinds': {
    bytes: heifOf([pixel], {
      properties: [
        heifBox('irot', hex('01')),
        heifBox('imir', hex('00')),
        heifBox('clap', Buffer.alloc(32, 1)),
        heifBox('pasp', Buffer.alloc(8, 1)),
        heifBox('colr', Buffer.from('nclx'), hex('0001 000d 0006 80')),
        heifBox('colr', Buffer.from('prof'), iccOf([['cprt', tagOf('text', 'bob\0')]])),
        heifBox('clli', hex('00cb 0040')),
        heifBox('mdcv', Buffer.alloc(24, 1)),
        heifBox('auxC', plain, text('urn:mpeg:mpegB:cicp:systems:auxiliary:alpha')),
        heifBox('auxC', plain, text('urn:mpeg:hevc:2015:auxid:2'), hex('00000011 0000000d 4e01b109351f7bfc010bc62020')),
        heifBox('udes', plain, text('en'), text('jane'), text('mary'), text('')),
        heifBox('uuid', hex('4363e9145b7d4aab97aebea69803b434 00000010')),
        heifBox('cmin', plain, Buffer.alloc(12, 1)),
        heifBox('cmex', hex('0000001f'), Buffer.alloc(24, 1)),
      ],
    }),
    texts: { 'heif/icc/text': expect.stringContaining('bob') as unknown as string },
  },
  'a size that is longer': { bytes: withProperty('ispe', Buffer.alloc(16)), gaps: corrupt },
  'a size that is shorter': { bytes: withProperty('ispe', Buffer.alloc(8)), gaps: corrupt },
  'units of HEVC for all, of a kind that there is not': {
    bytes: withProperty('hvcC', Buffer.concat([hex('01'), Buffer.alloc(20), hex('03 01 12 0000')])),
    gaps: unsupported,
  },
  'units of HEVC for all': { bytes: withProperty('hvcC', configuration(nal('4001 0c01'), nal('4201 01'))) },
  'units of HEVC': {
    bytes: withItem('hvc1', Buffer.concat([nal('2601 aabb'), nal('4e01 0101 07 80'), nal('2801 ff')])),
  },
  'a message of x265': {
    bytes: withItem('hvc1', nal(`4e01 05 13 ${'07'.repeat(16)} 626f62 80`)),
    texts: { 'heif/message': 'bob' },
  },
  'a message with bytes that keep zeros apart': {
    bytes: withItem('hvc1', nal(`4e01 05 16 ${'07'.repeat(16)} 626f62 000003 00 0080`)),
    gaps: corrupt,
  },
  'a unit of HEVC that is longer than its item': { bytes: withItem('hvc1', hex('000000ff 2601aa')), gaps: corrupt },
  'a unit of HEVC that there is not': { bytes: withItem('hvc1', nal('a601 aa')), gaps: unsupported },
  'a unit of AV1 that is longer than its item': { bytes: withItem('av01', hex('32ff01aa')), gaps: corrupt },
  'light in AV1': { bytes: withItem('av01', hex('2a06 01 00cb0040 80')) },
  'an item that is protected': {
    bytes: inMeta('iinf', hex('00000000 0000'), heifBox('infe', hex('02000000 0009 0001'), text('av01'))),
    gaps: ['encrypted', 'corrupt'],
  },
  'groups of pictures': { bytes: inMeta('grpl', heifBox('altr', plain, hex('00000009 00000001 00000001'))) },
  'a group of pictures that there are not': {
    bytes: inMeta('grpl', heifBox('altr', plain, hex('00000009 00000001 00000005'))),
    gaps: corrupt,
  },
  'a reference to a picture that there is not': {
    bytes: inMeta('iref', plain, heifBox('thmb', hex('0005 0001 0001'))),
    gaps: corrupt,
  },
  'data in the file': {
    bytes: inMeta('dinf', heifBox('dref', plain, hex('00000001'), heifBox('url ', hex('00000001')))),
  },
  'data in another file': {
    bytes: inMeta('dinf', heifBox('dref', plain, hex('00000001'), heifBox('url ', plain, text('http://a')))),
    gaps: [...unsupported, ...corrupt],
  },
  'a second place of the same item': {
    bytes: inMeta('iloc', hex('00000000 4400 0001 0001 0000 0001 00000000 00000000')),
    gaps: [...corrupt, ...corrupt, ...unsupported],
  },
  'zeros behind its boxes': { bytes: Buffer.concat([whole, Buffer.alloc(30)]) },
  'text behind its boxes': { bytes: Buffer.concat([whole, Buffer.from('bob')]), gaps: ['truncated'] },
  'room that is free': { bytes: Buffer.concat([whole, heifBox('free', Buffer.alloc(30))]) },
  'text in free room': { bytes: Buffer.concat([whole, heifBox('free', text('bob'))]), texts: { 'heif/box': 'bob' } },
  'data of nobody': { bytes: Buffer.concat([whole, heifBox('mdat', hex('0102'))]), gaps: unsupported },
  'data of nobody that is text': { bytes: Buffer.concat([whole, heifBox('mdat', text('bob'))]), gaps: unsupported },
  'a film beside it': { bytes: Buffer.concat([whole, heifBox('moov', hex('00'))]), gaps: unsupported },
  'no description': { bytes: whole.subarray(0, 28), gaps: corrupt },
}

describe('a picture in HEIF', () => {
  for (const [name, { bytes, texts = {}, gaps = [] }] of Object.entries(cases))
    test(`is read, or says what is wrong: ${name}`, async () => {
      for (const lengths of [[bytes.length], [13, 64, 5]]) {
        const { reading, contents } = await collect(inPieces(bytes, lengths), undefined, true)
        expect(reading.gaps.map(({ reason }) => reason)).toEqual(gaps)
        expect(textsOf(contents)).toMatchObject(texts)
        expect(contents.get('heif')!.bytes).toEqual(bytes)
      }
    })

  test('is never clean unless somebody says that pictures may be', async () => {
    const { reading } = await collect(inPieces(whole, [100]))
    expect(reading.gaps.map(({ reason }) => reason)).toEqual(['picture'])
  })

  test.each(['avis', 'hevc', 'msf1', 'isom', 'qt  ', 'crx '])(
    'is told from films, and from what begins with one: %s',
    (brand) => {
      expect(formatOf(changed('ftypavif', `ftyp${brand}`))?.name).not.toBe('heif')
    },
  )

  test('is a limit where it is larger than what may be held, and searched all the same', async () => {
    const bytes = Buffer.concat([whole, heifBox('free', Buffer.alloc(5000))])
    const { reading, contents } = await collect(inPieces(bytes, [100]), { ...defaultLimits, heldBytes: 2000 }, true)
    expect(reading.gaps.map(({ reason }) => reason)).toEqual(['limit'])
    expect(contents.get('heif')!.bytes).toEqual(bytes)
  })

  test('is never clean without who is in it, wherever it was cut and whichever bit flipped', async () => {
    const said = tiff({ image: [ascii(0x10e, 'jane_doe')] })
    await expectNeverLost(
      heifOf([
        pixel,
        { type: 'Exif', data: Buffer.concat([plain, said]) },
        { type: 'mime', told: 'text/plain\0', data: Buffer.from('user bob_smith77') },
      ]),
      ['jane_doe', 'bob_smith77'],
      { from: 12, hasSums: false },
    )
  })

  test('does not read the same bytes again for each of thousands of items', async () => {
    const data = Buffer.alloc(100_000, 'a line of text\n')
    const items = Array.from({ length: 200 }, () => ({ type: 'mime', told: 'text/plain\0', data: Buffer.alloc(0) }))
    const bytes = heifOf([...items, { type: 'mime', told: 'text/plain\0', data }])
    const iloc = bytes.indexOf('iloc')
    const last = Buffer.from(bytes.subarray(iloc + 12 + 200 * 14 + 6, iloc + 12 + 201 * 14))
    for (let index = 0; index < 200; index++) last.copy(bytes, iloc + 12 + index * 14 + 6)
    const { reading, contents } = await readPicture(bytes)
    expect(reading.gaps).toEqual([])
    expect([...contents].filter(([path]) => path.startsWith('heif/item'))).toHaveLength(1)
  })

  /** Items in the same bytes, each of `pieces` that are all of them. */
  function manyTimes(items: number, pieces: number, data: Buffer): Buffer {
    const place = (id: number, at: number) => {
      const piece = Buffer.concat([u32(at), u32(data.length)])
      return Buffer.concat([Buffer.from([id >> 8, id, 0, 0, pieces >> 8, pieces]), ...Array(pieces).fill(piece)])
    }
    const counted = (version: string) => Buffer.concat([hex(version), Buffer.from([items >> 8, items])])
    const ids = Array.from({ length: items }, (_, index) => index + 1)
    const infos = ids.map((id) =>
      heifBox('infe', hex('02000000'), Buffer.from([id >> 8, id, 0, 0]), text('mime'), text(`text/${id}`)),
    )
    const brands = whole.subarray(0, whole.readUInt32BE())
    const metaAt = (at: number) =>
      heifBox(
        'meta',
        plain,
        heifBox('iloc', counted('00000000 4400'), ...ids.map((id) => place(id, at))),
        heifBox('iinf', counted('00000000'), ...infos),
      )
    const at = brands.length + metaAt(0).length + 8
    return Buffer.concat([brands, metaAt(at), heifBox('mdat', data)])
  }
  const u32 = (number: number) => hex(number.toString(16).padStart(8, '0'))

  test('is not larger in memory than its file where pieces of an item are the same bytes', async () => {
    const { reading } = await readPicture(manyTimes(1, 60_000, Buffer.alloc(2 ** 20, 'a line\n')))
    expect(reading.gaps.map(({ reason }) => reason)).toEqual(['corrupt'])
  })

  test('is a limit where thousands of items of different types are the same bytes', async () => {
    const { reading } = await readPicture(manyTimes(3000, 1, Buffer.alloc(2 ** 20, 'a line of text\n')))
    expect(reading.gaps.map(({ reason }) => reason)).toEqual(['limit'])
  }, 60_000)

  test.each(['free', 'meta'])('of more boxes than a picture has ends soon: %s', async (type) => {
    const boxes = Buffer.alloc(8 * 2 ** 20, heifBox('free'))
    const bytes = Buffer.concat([whole, type === 'meta' ? heifBox('meta', plain, boxes) : boxes])
    const { reading } = await readPicture(bytes)
    expect(reading.gaps.map(({ reason }) => reason)).toContain(type === 'meta' ? 'corrupt' : 'truncated')
  })
})
