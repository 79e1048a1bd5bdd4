import { describe, expect, test } from 'vitest'
import { formatOf } from '../../../lib/decode/formats.ts'
import { collect, inPieces, textsOf } from '../collect.ts'
import { ascii, chunk, hex, tiff, webpOf } from './jpeg-writer.ts'

const xmp = '<x:xmpmeta xmlns:x="adobe:ns:meta/"><a>bob</a></x:xmpmeta>'
const pixel = chunk('VP8L', hex('2f000000008888fe07'))
const riff = (...chunks: Uint8Array[]) => chunk('RIFF', Buffer.concat([Buffer.from('WEBP'), ...chunks]))
const frame = (...chunks: Uint8Array[]) =>
  chunk('ANMF', Buffer.concat([hex('010000 020000 000000 000000 640000 00'), ...chunks]))
const changed = (bytes: Buffer, at: number, digits: string) => {
  const copy = Buffer.from(bytes)
  hex(digits).copy(copy, at)
  return copy
}
const whole = webpOf()

const cases: Record<string, { bytes: Buffer; texts?: Record<string, string>; gaps?: string[] }> = {
  'nothing but the picture': { bytes: riff(pixel) },
  'a header': { bytes: whole, texts: { 'webp/metadata': '1\t1\n' } },
  XMP: { bytes: webpOf(chunk('XMP ', xmp)), texts: { 'webp/xmp/xml/text': 'bob\n' } },
  Exif: {
    bytes: webpOf(chunk('EXIF', tiff({ image: [ascii(0x10e, 'bob')] }))),
    texts: { 'webp/exif/metadata': 'bob\n' },
  },
  'Exif as JPEG has it': {
    bytes: webpOf(chunk('EXIF', Buffer.concat([Buffer.from('Exif\0\0'), tiff({ image: [ascii(0x10e, 'bob')] })]))),
    texts: { 'webp/exif/metadata': 'bob\n' },
  },
  'an animation': {
    bytes: webpOf(chunk('ANIM', hex('ffffffff0300')), frame(pixel), frame(chunk('ALPH', hex('0001')), pixel)),
    texts: { 'webp/metadata': '1\t1\n4294967295\t3\n1\t2\t0\t0\t100\n1\t2\t0\t0\t100\n' },
  },
  'a chunk of text that nobody knows': { bytes: webpOf(chunk('note', 'bob')), texts: { 'webp/chunk': 'bob' } },
  'a chunk that nobody knows': { bytes: webpOf(chunk('note', 'b\0b')), gaps: ['unsupported-format'] },
  'a chunk of a frame that nobody knows': {
    bytes: webpOf(frame(pixel, chunk('note', 'b\0b'))),
    gaps: ['unsupported-format'],
  },
  'an animation in a frame': { bytes: webpOf(frame(frame(pixel))), gaps: ['unsupported-format'] },
  'text behind it': { bytes: Buffer.concat([whole, Buffer.from('bob')]), texts: { 'webp/trailing': 'bob' } },
  'other bytes behind it': { bytes: Buffer.concat([whole, hex('01')]), gaps: ['trailing-data'] },
  'a size beyond its end': { bytes: changed(whole, 4, 'ff'), gaps: ['truncated'] },
  'a size that ends in a chunk': { bytes: changed(whole, 4, '18'), gaps: ['corrupt'] },
  'a chunk that is longer than all': { bytes: changed(whole, 16, 'ff'), gaps: ['corrupt'] },
  'a chunk of metadata of four gigabytes': {
    bytes: Buffer.concat([Buffer.from('RIFF'), hex('ffffffff'), Buffer.from('WEBPXMP '), hex('f0ffffff')]),
    gaps: ['limit'],
  },
  'padding that is none': { bytes: changed(whole, whole.length - 1, '62'), gaps: ['corrupt'] },
  'reserved bits in its header': { bytes: changed(whole, 20, '01'), gaps: ['corrupt'] },
  'a frame shorter than its header': { bytes: webpOf(chunk('ANMF', 'bob')), gaps: ['corrupt'] },
  'coded data that is none': { bytes: riff(chunk('VP8L', 'bob_smith77')), gaps: ['corrupt'] },
  'coded data that is none of VP8': { bytes: riff(chunk('VP8 ', 'bob_smith77')), gaps: ['corrupt'] },
  'no picture': { bytes: riff(chunk('XMP ', 'bob')), gaps: ['corrupt'] },
}

describe('a picture in WebP', () => {
  for (const [name, { bytes, texts = {}, gaps = [] }] of Object.entries(cases))
    test(`is read, or says what is wrong: ${name}`, async () => {
      for (const lengths of [[bytes.length], [1], [13, 64, 5]]) {
        const { reading, contents } = await collect(inPieces(bytes, lengths), undefined, true)
        expect(reading.gaps.map(({ reason }) => reason)).toEqual(gaps)
        const read = textsOf(contents)
        expect(read).toMatchObject(texts)
        expect(
          Buffer.concat([contents.get('webp')!.bytes, contents.get('webp/trailing')?.bytes ?? Buffer.alloc(0)]),
        ).toEqual(bytes)
      }
    })

  test('is never clean unless somebody says that pictures may be', async () => {
    const { reading } = await collect(inPieces(whole, [100]))
    expect(reading.gaps.map(({ reason }) => reason)).toEqual(['picture'])
  })

  test('is told from sounds', () => expect(formatOf(Buffer.from('RIFF\0\0\0\0WAVEfmt '))?.name).not.toBe('webp'))
})
