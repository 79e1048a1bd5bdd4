import { deflateSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatOf } from '../../../lib/decode/formats.ts'
import { gifBlocks } from '../../../lib/scan/controls/samples/picture-samples.ts'
import { collect, inPieces, textsOf } from '../collect.ts'
import { gapsOf, iccOf, isFound, readPicture, tagOf } from './picture-bytes.ts'

const id = 'bob_smith77'

/** Codes of one width behind each other, the lowest bit first, as they are while the dictionary is emptied before it needs more. */
function lzwOf(codes: readonly number[], bits: number): Buffer {
  const bytes: number[] = []
  let [held, heldBits] = [0, 0]
  for (const code of codes) {
    held |= code << heldBits
    for (heldBits += bits; heldBits >= 8; heldBits -= 8) {
      bytes.push(held & 0xff)
      held >>>= 8
    }
  }
  return Buffer.from(heldBits > 0 ? [...bytes, held] : bytes)
}

/** Data of an image of these colours: each is a code, behind one that empties the dictionary. */
const dataOf = (colours: Uint8Array, end = [257]): Buffer =>
  Buffer.concat([Buffer.from([8]), gifBlocks(lzwOf([...[...colours].flatMap((colour) => [256, colour]), ...end], 9))])

function imageOf(
  colours: Uint8Array,
  { width = colours.length, data = dataOf(colours), flags = 0, table = '' } = {},
): Buffer {
  const head = Buffer.alloc(10)
  head[0] = 0x2c
  head.writeUInt16LE(width, 5)
  head.writeUInt16LE(1, 7)
  head[9] = flags
  return Buffer.concat([head, Buffer.from(table, 'latin1'), data])
}

const image = imageOf(Buffer.from([7]))
const screen = Buffer.from('GIF89a\x01\0\x01\0\0\0\0', 'latin1')
const gifOf = (...blocks: readonly (Uint8Array | string)[]): Buffer =>
  Buffer.concat([
    screen,
    ...blocks.map((block) => (typeof block === 'string' ? Buffer.from(block, 'latin1') : block)),
    Buffer.from(';'),
  ])
const extension = (label: number, ...parts: readonly Uint8Array[]): Buffer =>
  Buffer.concat([Buffer.from([0x21, label]), ...parts])
const comment = (text: string | Uint8Array) => extension(0xfe, gifBlocks(Buffer.from(text as string)))
const application = (name: string, blocks: Uint8Array) =>
  extension(0xff, Buffer.from([11]), Buffer.from(name, 'latin1'), blocks)
const trailer = Buffer.from([1, ...Array.from({ length: 256 }, (_, index) => 255 - index), 0])

const read: readonly { name: string; bytes: Buffer; contents: Record<string, unknown> }[] = [
  {
    name: 'an image',
    bytes: gifOf(image),
    contents: { 'gif/metadata': 'screen\t1\t1\t0\t0\t0\nimage\t0\t0\t1\t1\t0\n', 'gif/image-1': '\x07' },
  },
  { name: 'a comment', bytes: gifOf(comment(id), image), contents: { 'gif/block-1': id } },
  { name: 'a comment with a zero behind it', bytes: gifOf(comment(`${id}\0`), image), contents: { 'gif/block-1': id } },
  {
    name: 'a long comment',
    bytes: gifOf(comment(`${'x '.repeat(125)}${id} y`), image),
    contents: { 'gif/block-1': `${'x '.repeat(125)}${id} y` },
  },
  {
    name: 'a text that is shown',
    bytes: gifOf(extension(1, Buffer.from([12]), Buffer.alloc(12), gifBlocks(Buffer.from(id))), image),
    contents: { 'gif/block-1': id },
  },
  {
    name: 'how it is shown',
    bytes: gifOf(extension(0xf9, Buffer.from([4, 1, 10, 0, 3, 0])), image),
    contents: { 'gif/metadata': expect.stringContaining('control\t1\t10\t3\n') },
  },
  {
    name: 'how often it is shown',
    bytes: gifOf(application('NETSCAPE2.0', Buffer.from([3, 1, 5, 0, 0])), image),
    contents: { 'gif/metadata': expect.stringContaining('application\tNETSCAPE2.0\nloop\t1\t5\n') },
  },
  {
    name: 'XMP',
    bytes: gifOf(
      application(
        'XMP DataXMP',
        Buffer.concat([Buffer.from(`<?xml version="1.0"?><a>bob<b>_smith77</b></a>`), trailer]),
      ),
      image,
    ),
    contents: { 'gif/block-1/xml/text': expect.stringContaining(id) },
  },
  {
    name: 'XMP in blocks',
    bytes: gifOf(application('XMP DataXMP', gifBlocks(Buffer.from(`<?xml version="1.0"?><a>${id}</a>`))), image),
    contents: { 'gif/block-1/xml/text': expect.stringContaining(id) },
  },
  {
    name: 'a profile',
    bytes: gifOf(application('ICCRGBG1012', gifBlocks(iccOf([['cprt', tagOf('text', id)]]))), image),
    contents: { 'gif/block-1/text': expect.stringContaining(`\n${id}\n`) },
  },
  {
    name: 'text of an application',
    bytes: gifOf(application('ImageMagick', gifBlocks(Buffer.from('gamma=0.45'))), image),
    contents: { 'gif/block-1': 'gamma=0.45' },
  },
  {
    name: 'a table of colours',
    bytes: gifOf(imageOf(Buffer.from([0]), { flags: 0x81, table: `${id}\0` })),
    contents: { 'gif/numbers-1': expect.stringContaining(`\n${id}\0\n`) },
  },
  { name: 'zeros behind its end', bytes: Buffer.concat([gifOf(image), Buffer.alloc(9)]), contents: {} },
  {
    name: 'text behind its end',
    bytes: Buffer.concat([gifOf(image), Buffer.from(id)]),
    contents: { 'gif/trailing': id },
  },
  {
    name: 'an image without an end of its data',
    bytes: gifOf(imageOf(Buffer.from('abc'), { data: dataOf(Buffer.from('abc'), []) })),
    contents: { 'gif/image-1': 'abc' },
  },
]

const refused: readonly { name: string; bytes: Buffer; gaps: string[] }[] = [
  { name: 'without its end', bytes: gifOf(image).subarray(0, -1), gaps: ['truncated gif'] },
  { name: 'with another block', bytes: gifOf('x', image), gaps: ['corrupt gif'] },
  {
    name: 'with fewer colours than pixels',
    bytes: gifOf(imageOf(Buffer.from([7]), { width: 2 })),
    gaps: ['truncated gif/image-1'],
  },
  {
    name: 'with more colours than pixels',
    bytes: gifOf(imageOf(Buffer.from(id), { width: 2 })),
    gaps: ['corrupt gif/image-1'],
  },
  {
    name: 'with codes that there are not',
    bytes: gifOf(imageOf(Buffer.from([7]), { data: Buffer.from([8, 3, 0, 0xff, 0xff, 0]) })),
    gaps: ['corrupt gif/image-1'],
  },
  {
    name: 'with bytes behind its data',
    bytes: gifOf(
      imageOf(Buffer.from([7]), {
        data: Buffer.concat([dataOf(Buffer.from([7])).subarray(0, -1), gifBlocks(Buffer.from(id))]),
      }),
    ),
    gaps: ['corrupt gif/image-1'],
  },
  {
    name: 'with colours of too many bits',
    bytes: gifOf(imageOf(Buffer.from([7]), { data: Buffer.from([9, 0]) })),
    gaps: ['corrupt gif'],
  },
  {
    name: 'with an extension that nobody knows',
    bytes: gifOf(extension(0x42, gifBlocks(Buffer.from([1, 2]))), image),
    gaps: ['unsupported-format gif/block-1'],
  },
  {
    name: 'with one of an application that nobody knows',
    bytes: gifOf(application('ADOBE:IR1.0', gifBlocks(Buffer.from([1, 2]))), image),
    gaps: ['unsupported-format gif/block-1'],
  },
  {
    name: 'with an application whose name is none',
    bytes: gifOf(application('\x01\x02\x031234567\x01', gifBlocks(Buffer.from('a'))), image),
    gaps: ['not-text gif/metadata'],
  },
  {
    name: 'with repetitions of another length',
    bytes: gifOf(application('NETSCAPE2.0', gifBlocks(Buffer.from(`\x01${id}`))), image),
    gaps: ['corrupt gif/block-1'],
  },
  {
    name: 'with a comment that is none',
    bytes: gifOf(comment(Buffer.from([1, 2, 3])), image),
    gaps: ['not-text gif/block-1'],
  },
  {
    name: 'with another length of what is fixed',
    bytes: gifOf(extension(0xf9, Buffer.from([3, 1, 10, 0, 0])), image),
    gaps: ['corrupt gif'],
  },
  {
    name: 'with others behind its end',
    bytes: Buffer.concat([gifOf(image), Buffer.from([1, 2, 3])]),
    gaps: ['trailing-data gif/trailing'],
  },
]

test('XMP without what shows that it is not in blocks is not clean: characters of it are taken for their lengths', async () => {
  const text = Buffer.from(`<x:xmpmeta>${'x'.repeat(50)}${id}${' and others'.repeat(20)}`.slice(0, 160))
  expect([text[0], text.toString('latin1', 61, 72)]).toEqual([60, id])
  const { reading, contents } = await readPicture(
    gifOf(application('XMP DataXMP', Buffer.concat([text, Buffer.from([0])])), image),
  )
  expect([gapsOf(reading).length > 0, isFound(contents, id)]).toEqual([true, false])
})

describe('a picture in GIF', () => {
  test.each(read)('is read: $name', async ({ bytes, contents }) => {
    for (const lengths of [[bytes.length], [1], [13, 64, 5]]) {
      const { reading, contents: got } = await readPicture(bytes, lengths)
      expect(gapsOf(reading)).toEqual([])
      expect(textsOf(got)).toMatchObject(contents)
    }
  })

  test.each(refused)('is a gap: $name', async ({ bytes, gaps }) => {
    for (const lengths of [[bytes.length], [1], [13, 64, 5]])
      expect(gapsOf((await readPicture(bytes, lengths)).reading)).toEqual(gaps)
  })

  test.each(['GIF89a is a format of pictures', 'GIF87a', 'GIF88a\0\0\0\0\0\0\0'])('is none: %j', (text) =>
    expect(formatOf(Buffer.from(text))).toBeUndefined(),
  )

  test('is never verified by itself, unless it may be', async () => {
    expect(gapsOf((await collect(inPieces(gifOf(image), [100]))).reading)).toEqual(['picture gif'])
  })

  test('has codes that grow to twelve bits and stay so', async () => {
    // Each code is the one that is about to be made, so strings of one colour grow by one.
    const codes = [256]
    for (let code = 258; code < 4096; code++) codes.push(code === 258 ? 9 : code - 1)
    const lengths = codes.slice(1).map((_, index) => index + 1)
    const width = lengths.reduce((sum, length) => sum + length, 0)
    const bits: string[] = []
    let [free, size] = [258, 9]
    for (const [index, code] of [...codes, 257].entries()) {
      bits.push([...code.toString(2).padStart(size, '0')].reverse().join(''))
      if (index > 1 && free < 4096) free += 1
      if (free === 1 << size && size < 12) size += 1
    }
    const packed = Buffer.from(
      (bits.join('').match(/.{1,8}/g) ?? []).map((byte) => Number.parseInt([...byte].reverse().join(''), 2)),
    )
    const head = imageOf(Buffer.from([9]), { data: Buffer.concat([Buffer.from([8]), gifBlocks(packed)]) })
    expect(width).toBe(1919 * 3839)
    head.writeUInt16LE(1919, 5)
    head.writeUInt16LE(3839, 7)
    const { reading, contents } = await readPicture(gifOf(head))
    expect([gapsOf(reading), contents.get('gif/image-1')?.bytes.equals(Buffer.alloc(width, 9))]).toEqual([[], true])
  })
})

describe('somebody in a picture in GIF', () => {
  const everywhere = [...'abcdef'].map((letter) => `${letter}_smith77`)
  const sample = Buffer.concat([
    Buffer.from('GIF89a\x09\0\x01\0\x81\0\0', 'latin1'),
    Buffer.from(`${everywhere[0]}\0\0\0`),
    comment(everywhere[1]!),
    application('ImageMagick', gifBlocks(Buffer.from(everywhere[2]!))),
    application('XMP DataXMP', Buffer.concat([Buffer.from(everywhere[3]!), trailer])),
    extension(1, Buffer.from([12]), Buffer.alloc(12), gifBlocks(Buffer.from(everywhere[4]!))),
    imageOf(Buffer.from(everywhere[5]!)),
    Buffer.from(';'),
  ])
  // There is no checksum: what changes is another text, and the image is another one.
  test('is found wherever they stand, and not lost by a cut', async () => {
    const { reading, contents } = await readPicture(sample)
    expect([reading.complete, everywhere.filter((each) => !isFound(contents, each))]).toEqual([true, []])
    for (let length = 'GIF89a\t\0'.length; length < sample.length; length++)
      expect([length, (await readPicture(sample.subarray(0, length))).reading.complete]).toEqual([length, false])
  })

  test('is not lost by damage anywhere else', async () => {
    for (let bit = 0; bit < sample.length * 8; bit++) {
      const damaged = Buffer.from(sample)
      damaged[bit >> 3]! ^= 1 << (bit & 7)
      const { reading, contents } = await readPicture(damaged)
      const lost = everywhere.filter((each) => !isFound(contents, each))
      const isOwn = (each: string) => bit >> 3 >= sample.indexOf(each) && bit >> 3 < sample.indexOf(each) + each.length
      const isOfImage = bit >> 3 >= sample.lastIndexOf(0x2c)
      const unexplained = lost.filter((each) => !isOwn(each) && !(isOfImage && each === everywhere[5]))
      expect([bit, reading.complete && unexplained.length > 0]).toEqual([bit, false])
    }
  }, 60_000)

  test('is found or not clean whatever is put together', async () => {
    const data = fc
      .array(fc.constantFrom(id, 'x', '\0', '\x01', deflateSync(id).toString('latin1'), '\xe9 '), { maxLength: 4 })
      .map((parts) => Buffer.from(parts.join(''), 'latin1'))
    const block = fc.oneof(
      fc
        .tuple(fc.constantFrom(0xfe, 0x01, 0xf9, 0xff, 0x33), data)
        .map(([label, bytes]) => extension(label, gifBlocks(bytes))),
      fc
        .tuple(fc.constantFrom('NETSCAPE2.0', 'XMP DataXMP', 'ICCRGBG1012', 'MGK8BIM0000', `${id}`), data)
        .map(([name, bytes]) => application(name, gifBlocks(bytes))),
      data.map((bytes) => imageOf(bytes)),
      data,
    )
    const word = new RegExp(`(?<![A-Za-z0-9_])${id}(?![A-Za-z0-9_])`)
    const cuts = fc.array(fc.integer({ min: 1, max: 70 }), { minLength: 1, maxLength: 4 })
    await fc.assert(
      fc.asyncProperty(fc.array(block, { maxLength: 4 }), cuts, async (blocks, lengths) => {
        const bytes = gifOf(...blocks, image)
        const whole = await readPicture(bytes)
        const isThere = blocks.some((each) => word.test(each.toString('latin1')))
        expect(isThere && whole.reading.complete && !isFound(whole.contents, id)).toBe(false)
        expect(gapsOf((await readPicture(bytes, lengths)).reading)).toEqual(gapsOf(whole.reading))
      }),
      { numRuns: 500 },
    )
  })
})

test('many blocks that hold nothing take as little time as they have bytes', async () => {
  const bytes = gifOf(...Array.from({ length: 20_000 }, () => comment('')), image)
  expect(gapsOf((await readPicture(bytes)).reading)).toEqual([])
})
