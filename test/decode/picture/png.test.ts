import { deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isColours, numberWidths } from '../../../lib/decode/picture/png-fields.ts'
import { samplesLength } from '../../../lib/decode/picture/png-header.ts'
import { pngChunk } from '../../../lib/scan/controls/samples/picture-samples.ts'
import { collect, inPieces, textsOf } from '../collect.ts'
import { ascii, tiff } from './jpeg-writer.ts'
import {
  type Chunk,
  expectNeverLost,
  gapsOf,
  iccOf,
  isFound,
  pngHeader,
  pngOf,
  readPicture,
  tagOf,
  uint32,
  utf16,
} from './picture-bytes.ts'

const id = 'bob_smith77'
const header: Chunk = ['IHDR', pngHeader()]
const pixels: Chunk = ['IDAT', deflateSync(Buffer.from([0, 128]))]
const end: Chunk = ['IEND', '']
const around = (...chunks: readonly Chunk[]) => pngOf(header, ...chunks, pixels, end)
const control = (sequence: number) => Buffer.concat([uint32(sequence, 1, 1, 0, 0), Buffer.alloc(6)])
const moving = (sequence: number, second: Uint8Array) =>
  pngOf(
    header,
    ['acTL', uint32(2, 0)],
    ['fcTL', control(0)],
    pixels,
    ['fcTL', control(1)],
    ['fdAT', Buffer.concat([uint32(sequence), second])],
    end,
  )
const digits = (text: string) => Buffer.from(text).toString('hex')

/** Contents beside those of every picture. */
type Case = { name: string; bytes: Buffer; contents?: Record<string, string>; gaps?: string[] }

const read: readonly Case[] = [
  {
    name: 'as small as it can be',
    bytes: around(),
    contents: { 'png/metadata': 'IHDR\t1\t1\t8\t0\t0\t0\t0\n', 'png/pixels': '\0\ufffd' },
  },
  {
    name: 'texts of each kind',
    bytes: around(
      ['tEXt', `Author\0${id}`],
      ['zTXt', Buffer.concat([Buffer.from('T\0\0'), deflateSync('café é', {})])],
      ['iTXt', 'Title\0\0\0de\0Titel\0in UTF-8'],
    ),
    contents: { 'png/chunk-2': id, 'png/chunk-3': 'café é', 'png/chunk-4': 'in UTF-8' },
  },
  {
    name: 'XMP',
    bytes: around(['iTXt', `XML:com.adobe.xmp\0\0\0\0\0<?xml version="1.0"?><a>bob<b>_smith77</b></a>`]),
    contents: { 'png/chunk-2/xml/text': expect.stringContaining('bob_smith77') },
  },
  {
    name: 'a compression in a text',
    bytes: around(['tEXt', Buffer.concat([Buffer.from('x\0'), gzipSync(id)])]),
    contents: { 'png/chunk-2/gzip': id },
  },
  {
    name: 'XMP as ImageMagick writes it',
    bytes: around(['tEXt', `Raw profile type xmp\0\nxmp\n      11\n${digits(id)}\n`]),
    contents: { 'png/chunk-2': id },
  },
  {
    name: 'numbers',
    bytes: around(['pHYs', Buffer.concat([uint32(2835, 2835), Buffer.from([1])])]),
    contents: { 'png/metadata': 'IHDR\t1\t1\t8\t0\t0\t0\t0\npHYs\t2835\t2835\t1\n' },
  },
  { name: 'frames', bytes: moving(2, deflateSync(Buffer.from([0, 7]))), contents: { 'png/frame-6': '\0\x07' } },
  {
    name: 'data in several chunks',
    bytes: pngOf(
      header,
      ...[...deflateSync(Buffer.from([0, 65]))].map((byte): Chunk => ['IDAT', Buffer.from([byte])]),
      end,
    ),
    contents: { 'png/pixels': '\0A' },
  },
  { name: 'a chunk that nobody knows and that is text', bytes: around(['teXt', id]), contents: { 'png/chunk-2': id } },
  { name: 'zeros behind its end', bytes: Buffer.concat([around(), Buffer.alloc(9)]), contents: {} },
  { name: 'text behind its end', bytes: Buffer.concat([around(), Buffer.from(id)]), contents: { 'png/trailing': id } },
  {
    name: 'a profile',
    bytes: around(['iCCP', Buffer.concat([Buffer.from('ICC\0\0'), deflateSync(iccOf([['cprt', tagOf('text', id)]]))])]),
    contents: { 'png/chunk-2/text': expect.stringContaining(`\n${id}\n`) },
  },
]

const refused: readonly Case[] = [
  { name: 'without an end', bytes: pngOf(header, pixels), gaps: ['truncated png'] },
  { name: 'without pixels', bytes: pngOf(header, end), gaps: ['corrupt png'] },
  { name: 'without a header', bytes: pngOf(pixels, end), gaps: ['corrupt png'] },
  {
    name: 'of Apple’s own kind',
    bytes: pngOf(['CgBI', '1234'], header, pixels, end),
    gaps: ['unsupported-format png'],
  },
  { name: 'with two headers', bytes: around(header), gaps: ['corrupt png/chunk-2'] },
  { name: 'with pixels in two places', bytes: around(pixels, ['tEXt', 'a\0b']), gaps: ['corrupt png/chunk-4'] },
  { name: 'of no pixels', bytes: pngOf(['IHDR', pngHeader(0, 1)], pixels, end), gaps: ['corrupt png'] },
  {
    name: 'of a depth that there is not',
    bytes: pngOf(['IHDR', pngHeader(1, 1, 2, 0, 4)], pixels, end),
    gaps: ['corrupt png'],
  },
  {
    name: 'with too many samples',
    bytes: pngOf(header, ['IDAT', deflateSync(Buffer.from(`\0x ${id} `))], end),
    gaps: ['corrupt png/pixels'],
  },
  {
    name: 'with too few samples',
    bytes: pngOf(header, ['IDAT', deflateSync(Buffer.from([0]))], end),
    gaps: ['truncated png/pixels'],
  },
  {
    name: 'with bytes behind its samples',
    bytes: pngOf(header, pixels, ['IDAT', id], end),
    gaps: ['corrupt png/pixels/trailing'],
  },
  {
    name: 'with samples that are no zlib',
    bytes: pngOf(header, ['IDAT', deflateRawSync(Buffer.from([0, 128]))], end),
    gaps: ['corrupt png/pixels', 'corrupt png/pixels/trailing'],
  },
  { name: 'with frames in another order', bytes: moving(3, deflateSync(Buffer.from([0, 7]))), gaps: ['corrupt png'] },
  {
    name: 'with a frame without its size',
    bytes: pngOf(header, pixels, ['fdAT', Buffer.concat([uint32(0), deflateSync(Buffer.from([0, 7]))])], end),
    gaps: ['corrupt png/chunk-3'],
  },
  {
    name: 'with a frame beyond the picture',
    bytes: pngOf(header, ['fcTL', Buffer.concat([uint32(0, 1, 1, 1, 0), Buffer.alloc(6)])], pixels, end),
    gaps: ['corrupt png'],
  },
  {
    name: 'with a chunk that nobody knows',
    bytes: around(['prVt', `\x01${id}`]),
    gaps: ['unsupported-format png/chunk-2'],
  },
  { name: 'with a chunk that has to be known', bytes: around(['TEXT', id]), gaps: ['unsupported-format png/chunk-2'] },
  { name: 'with Exif that is none', bytes: around(['eXIf', 'MM\0*']), gaps: ['corrupt png/chunk-2'] },
  { name: 'with numbers that are too long', bytes: around(['gAMA', `1234${id}`]), gaps: ['corrupt png/chunk-2'] },
  { name: 'with a text without a name', bytes: around(['tEXt', id]), gaps: ['corrupt png/chunk-2'] },
  {
    name: 'with a text in a compression that there is not',
    bytes: around(['zTXt', Buffer.concat([Buffer.from('a\0\x01'), deflateSync(id)])]),
    gaps: ['corrupt png/chunk-2'],
  },
  {
    name: 'with bytes behind a compressed text',
    bytes: around(['zTXt', Buffer.concat([Buffer.from('a\0\0'), deflateSync(id), Buffer.from('x')])]),
    gaps: ['corrupt png/chunk-2/trailing'],
  },
  {
    name: 'with a text whose checksum is wrong',
    bytes: around(['zTXt', Buffer.concat([Buffer.from('a\0\0'), deflateSync(id).reverse().fill(1, 0, 1).reverse()])]),
    gaps: ['corrupt png/chunk-2', 'corrupt png/chunk-2/trailing'],
  },
  {
    name: 'with a text that is none',
    bytes: around(['tEXt', Buffer.concat([Buffer.from('a\0'), utf16(id)])]),
    gaps: ['not-text png/chunk-2'],
  },
  { name: 'with a name that is none', bytes: around(['tEXt', 'a\x01\0b']), gaps: ['not-text png/metadata'] },
  {
    name: 'with Exif that is none, in digits',
    bytes: around([
      'zTXt',
      Buffer.concat([
        Buffer.from('Raw profile type exif\0\0'),
        deflateSync(`\nexif\n       8\n${digits('Exif\0\0MM')}\n`),
      ]),
    ]),
    gaps: ['corrupt png/chunk-2'],
  },
  {
    name: 'with fewer digits than it says',
    bytes: around(['tEXt', `Raw profile type xmp\0\nxmp\n      12\n${digits(id)}\n`]),
    gaps: ['corrupt png/chunk-2/raw'],
  },
  {
    name: 'with others behind its end',
    bytes: Buffer.concat([around(), Buffer.from([1, 2, 3])]),
    gaps: ['trailing-data png/trailing'],
  },
]

describe('a picture in PNG', () => {
  test.each(read)('is read: $name', async ({ bytes, contents }) => {
    for (const lengths of [[bytes.length], [1], [13, 64, 5]]) {
      const { reading, contents: got } = await readPicture(bytes, lengths)
      expect(gapsOf(reading)).toEqual([])
      expect(textsOf(got)).toMatchObject(contents!)
    }
  })

  test.each(refused)('is a gap: $name', async ({ bytes, gaps }) => {
    for (const lengths of [[bytes.length], [1], [13, 64, 5]])
      expect(gapsOf((await readPicture(bytes, lengths)).reading)).toEqual(gaps)
  })

  test('has Exif as other pictures have it, as a chunk and in digits: its texts, and numbers that are letters', async () => {
    const bytes = tiff({ image: [ascii(0x10e, id), { tag: 0x11a, type: 5, value: Buffer.from(' ana_k2 ') }] })
    const inDigits = `\nexif\n       ${bytes.length + 6}\n${Buffer.concat([Buffer.from('Exif\0\0'), bytes]).toString('hex')}\n`
    const digitsOfIt = Buffer.concat([Buffer.from('Raw profile type exif\0\0'), deflateSync(inDigits)])
    for (const chunk of [
      ['eXIf', bytes],
      ['zTXt', digitsOfIt],
    ] as const) {
      const { reading, contents } = await readPicture(around(chunk))
      expect(gapsOf(reading)).toEqual([])
      expect([id, 'ana_k2'].filter((each) => !isFound(contents, each))).toEqual([])
    }
  })

  test('has a checksum of each chunk that is looked at', async () => {
    const bytes = around(['tEXt', `a\0${id}`], ['gAMA', uint32(45455)])
    for (const type of ['IHDR', 'tEXt', 'gAMA', 'IDAT', 'IEND']) {
      const damaged = Buffer.from(bytes)
      const at = bytes.indexOf(type)
      damaged[at + 4 + bytes.readUInt32BE(at - 4)]! ^= 1
      expect(gapsOf((await readPicture(damaged)).reading)).toEqual(['corrupt png'])
    }
  })

  test('is never verified by itself, unless it may be', async () => {
    const { reading } = await collect(inPieces(around(), [100]))
    expect(gapsOf(reading)).toEqual(['picture png'])
  })

  test('has as many samples as Adam7 gives to each pass', () => {
    const pass = ['16462646', '77777777', '56565656', '77777777', '36463646', '77777777', '56565656', '77777777']
    for (let width = 1; width < 18; width++)
      for (let height = 1; height < 18; height++)
        for (const pixelBits of [1, 4, 24]) {
          const columns = new Map<string, Map<number, number>>()
          for (let y = 0; y < height; y++)
            for (let x = 0; x < width; x++) {
              const rows = columns.get(pass[y & 7]![x & 7]!) ?? new Map<number, number>()
              rows.set(y, (rows.get(y) ?? 0) + 1)
              columns.set(pass[y & 7]![x & 7]!, rows)
            }
          const rows = [...columns.values()].flatMap((each) => [...each.values()])
          const expected = rows.reduce((sum, count) => sum + 1 + Math.ceil((count * pixelBits) / 8), 0)
          expect(samplesLength({ width, height, pixelBits, isInterlaced: true, colourType: 0 })).toBe(expected)
        }
  })
})

const endedOf = (contents: Parameters<typeof textsOf>[0]) =>
  Object.entries(textsOf(contents)).filter(([, text]) => !text.endsWith('…'))
const word = new RegExp(`(?<![A-Za-z0-9_])${id}(?![A-Za-z0-9_])`)
/** Colours and other numbers, which may be any; no compression is looked for in them. */
const isNumbers = (type: string) => numberWidths[type] !== undefined || isColours(type)
const types =
  'tEXt zTXt iTXt iCCP sPLT PLTE tRNS bKGD hIST sBIT tIME pHYs gAMA cHRM sRGB cICP mDCV cLLI acTL fcTL fdAT eXIf oFFs vpAg caNv iDOT pCAL sCAL prIv IDAT IHDR IEND CRIT'.split(
    ' ',
  )
const beginnings = [
  '',
  'a\0',
  'a\0\0',
  'a\0\0\0\0\0',
  'a\0\x01\0\0\0',
  'a\0\x08',
  `${id}\0`,
  `a\0\0\0${id}\0`,
  `a\0\0\0\0${id}\0`,
  '\0\0\0\x01',
  'Raw profile type icc\0\nicc\n 11\n',
]
const plain: readonly ((text: string) => Uint8Array)[] = [Buffer.from, utf16, (text) => Buffer.from(digits(text))]
const compressed: readonly ((text: string) => Uint8Array)[] = [
  deflateSync,
  deflateRawSync,
  gzipSync,
  (text) => deflateSync(utf16(text)),
]
/** As it may be found: plainly, in UTF-16, or in digits. */
const isFoundSomehow = (contents: Parameters<typeof isFound>[0]) =>
  [id, [...id].join('\\x00'), digits(id)].some((spelling) => isFound(contents, spelling))

describe('somebody in a picture in PNG', () => {
  test('is found wherever they stand, or it is not clean', async () => {
    let found = 0
    for (const type of types)
      for (const beginning of beginnings)
        for (const spell of isNumbers(type) ? plain : [...plain, ...compressed]) {
          const data = Buffer.concat([Buffer.from(beginning, 'latin1'), spell(id)])
          const { reading, contents } = await readPicture(around([type, data]))
          const isWell = !reading.complete || isFoundSomehow(contents)
          expect([type, beginning, isWell]).toEqual([type, beginning, true])
          found += reading.complete ? 1 : 0
        }
    expect(found).toBeGreaterThan(20)
  })

  test('is found in each number that is as long as it has to be', async () => {
    for (const [type, length] of [
      ['cHRM', 32],
      ['mDCV', 24],
      ['fcTL', 26],
      ['iDOT', 28],
      ['caNv', 16],
      ['PLTE', 12],
      ['hIST', 12],
    ] as const) {
      const { contents } = await readPicture(around([type, Buffer.from(id.padEnd(length, '\0'))]))
      expect([type, isFound(contents, id)]).toEqual([type, true])
    }
  })

  test('is found in samples, and between all else', async () => {
    const samples = Buffer.from(`\0 ${id} `)
    const bytes = pngOf(['IHDR', pngHeader(samples.length - 1)], ['IDAT', deflateSync(samples)], end)
    const { reading, contents } = await readPicture(bytes)
    expect([reading.complete, isFound(contents, id)]).toEqual([true, true])
    for (const at of [8, 33]) {
      const between = Buffer.concat([bytes.subarray(0, at), Buffer.from(id), bytes.subarray(at)])
      expect((await readPicture(between)).reading.complete).toBe(false)
    }
  })

  const everywhere = [...'abcdefgh'].map((letter) => `${letter}_smith77`)
  const sample = pngOf(
    ['IHDR', pngHeader(3, 2, 3, 1)],
    ['PLTE', everywhere[0]!],
    ['tEXt', `${everywhere[1]}\0${everywhere[2]}`],
    ['zTXt', Buffer.concat([Buffer.from('a\0\0'), deflateSync(everywhere[3]!)])],
    ['iTXt', `k\0\0\0en\0${everywhere[4]}\0${everywhere[5]}`],
    ['iCCP', Buffer.concat([Buffer.from('p\0\0'), deflateSync(iccOf([['cprt', tagOf('text', everywhere[6]!)]]))])],
    ['prIv', everywhere[7]!],
    [
      'IDAT',
      deflateSync(
        Buffer.alloc(samplesLength({ width: 3, height: 2, pixelBits: 8, isInterlaced: true, colourType: 3 })),
      ),
    ],
    end,
  )
  test('is not lost by damage', () => expectNeverLost(sample, everywhere), 120_000)

  test('is not lost whatever is put together', async () => {
    const text = fc.constantFrom(id, 'x', '', 'caf\xe9', '\x01\x02', '\n')
    const data = fc.array(
      fc.oneof(
        text,
        fc.constantFrom('\0', 'a\0', '\0\0'),
        text.map((each) => deflateSync(each).toString('latin1')),
      ),
      { maxLength: 5 },
    )
    const chunk = fc.tuple(
      fc.constantFrom(...types, 'IDAT', 'tEXt', 'zTXt'),
      data.map((parts) => parts.join('')),
    )
    const cuts = fc.array(fc.integer({ min: 1, max: 70 }), { minLength: 1, maxLength: 4 })
    await fc.assert(
      fc.asyncProperty(fc.array(chunk, { maxLength: 5 }), cuts, fc.nat(2000), async (chunks, lengths, bit) => {
        const bytes = around(...chunks)
        const whole = await readPicture(bytes)
        const isThere = chunks.some(([, data]) => word.test(data))
        expect(isThere && whole.reading.complete && !isFound(whole.contents, id)).toBe(false)
        bytes[(bit >> 3) % bytes.length]! ^= 1 << (bit & 7)
        const [damaged, cut] = [await readPicture(bytes), await readPicture(bytes, lengths)]
        expect(isThere && damaged.reading.complete && !isFound(damaged.contents, id)).toBe(false)
        expect(gapsOf(cut.reading)).toEqual(gapsOf(damaged.reading))
        expect(endedOf(cut.contents)).toEqual(endedOf(damaged.contents))
      }),
      { numRuns: 500 },
    )
  })
})

test('what claims much in few bytes ends soon', async () => {
  const big = pngOf(
    ['IHDR', pngHeader(2 ** 31 - 1, 2 ** 31 - 1, 6, 0, 16)],
    ['IDAT', deflateSync(Buffer.alloc(1e6))],
    end,
  )
  expect(gapsOf((await readPicture(big)).reading)).toEqual(['truncated png/pixels'])
  const bomb = around(['zTXt', Buffer.concat([Buffer.from('a\0\0'), deflateSync(Buffer.alloc(2 ** 24 + 1, 'a'))])])
  expect(gapsOf((await readPicture(bomb)).reading)[0]).toMatch(/^limit png/)
  const long = Buffer.from(around(['tEXt', 'a\0b']))
  long.writeUInt32BE(2 ** 31 - 1, 33)
  expect(gapsOf((await readPicture(long)).reading)).toEqual(['truncated png'])
  const empty = Buffer.concat(Array.from({ length: 20_000 }, () => pngChunk('tEXt', Buffer.from('a\0'))))
  const many = Buffer.concat([around().subarray(0, 33), empty, around().subarray(33)])
  expect(gapsOf((await readPicture(many)).reading)).toEqual([])
})
