import { readdirSync, readFileSync } from 'node:fs'
import { deflateSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { decodeObject } from '../../../../lib/decode/decode-object.ts'
import { defaultLimits } from '../../../../lib/decode/limits.ts'
import { ReadFailed } from '../../../../lib/errors.ts'
import { seededRandom } from '../../../subject-index/make-index.ts'
import { collect, inPieces } from '../../collect.ts'
import { deflated, object, pageOf, pdfOf, stream } from './pdf-writer.ts'

const corpus = new URL('../../../corpus/pdf/', import.meta.url)
const files = readdirSync(corpus)
  .filter((name) => name.endsWith('.bin'))
  .map((name) => readFileSync(new URL(name, corpus)))

/** Reads it, and answers why it is not clean, how long that took, how much came out of it and how much of that is the file itself. */
async function read(pdf: Uint8Array, limits = defaultLimits, length = 64 * 1024) {
  const began = performance.now()
  let raw = 0
  const reading = await decodeObject(
    inPieces(pdf, [length]),
    (path) => ({
      write(bytes) {
        if (path.length === 1) raw += bytes.length
      },
      end() {},
    }),
    { limits },
  )
  return {
    reasons: reading.gaps.map(({ reason }) => reason),
    raw,
    produced: reading.decodedBytes,
    took: performance.now() - began,
  }
}

const never = ['unsupported-format', 'encrypted']

describe('a damaged PDF', () => {
  const cases = 3000
  test(`is never clean, read to its last byte as it is stored, and no error (${cases} cases)`, async () => {
    const random = Buffer.from(seededRandom('pdf')(cases * 64))
    for (let index = 0; index < cases; index++) {
      const at = index * 64
      const number = (place: number, below: number) => random.readUInt32LE(at + place * 4) % below
      const file = files[number(0, files.length)]!
      const damaged = damage(file, number, random.subarray(at + 40, at + 64))
      const { reasons, raw, took } = await read(damaged, defaultLimits, [97, 1000, 65_536][number(9, 3)])
      expect(never, `case ${index}`).toContain(reasons[0])
      expect(raw, `case ${index}`).toBe(damaged.length)
      expect(took, `case ${index}`).toBeLessThan(20_000)
    }
  }, 300_000)
})

/** Cut off, or with other bits, other bytes, or a piece of it in another place; the first bytes stay, by which it is known. */
function damage(file: Buffer, number: (place: number, below: number) => number, bytes: Buffer): Buffer {
  const from = 10 + number(2, file.length - 10)
  const kind = number(1, 4)
  if (kind === 0) return file.subarray(0, from)
  const copy = Buffer.from(file)
  if (kind === 1) bytes.copy(copy, from)
  else if (kind === 2) for (let bit = 3; bit < 9; bit++) copy[10 + number(bit, file.length - 10)]! ^= 1 << (bit - 3)
  else {
    const piece = file.subarray(number(3, file.length)).subarray(0, number(4, 3000))
    return Buffer.concat([file.subarray(0, from), piece, file.subarray(from + number(5, 1000))])
  }
  return copy
}

describe('a hostile PDF', () => {
  const zeros = Buffer.alloc(64 << 20)
  const times = (count: number, text: (index: number) => string) =>
    Array.from({ length: count }, (_, at) => text(at)).join('')
  const onePage = (...others: Uint8Array[]) =>
    pdfOf(object(1, '<< /Pages 2 0 R >>'), object(2, '<< /Kids [3 0 R] >>'), ...others)
  const manyFonts = (own: () => string, ...others: Uint8Array[]) =>
    onePage(
      object(
        3,
        `<< /Contents 4 0 R /Resources << /Font << ${times(2200, (at) => `/F${at} ${1000 + at} 0 R `)}>> >> >>`,
      ),
      Buffer.from(times(2200, (at) => `${1000 + at} 0 obj << /Subtype /TrueType ${own()} >> endobj\n`)),
      ...others,
      deflated(4, times(2200, (at) => `/F${at} 1 Tf `).repeat(500)),
    )
  const endless = 'begincmap 1 beginbfrange <0000> <ffff> <0041004100410041> endbfrange '
  const cases: Record<string, () => Buffer> = {
    'a bomb': () => pdfOf(deflated(4, zeros)),
    'a bomb in bombs': () =>
      pdfOf(
        stream(4, deflateSync(deflateSync(deflateSync(zeros))), '/Filter [/FlateDecode /FlateDecode /FlateDecode]'),
      ),
    'thousands of filters': () => pdfOf(stream(4, 'x', `/Filter [${'/FlateDecode '.repeat(50_000)}]`)),
    'rows of a billion': () =>
      pdfOf(deflated(4, 'x', '/DecodeParms << /Predictor 12 /Columns 1000000000 /Colors 1e9 >>')),
    'rows of one byte': () =>
      pdfOf(deflated(4, zeros.subarray(0, 1 << 24), '/DecodeParms << /Predictor 15 /Columns 1 >>')),
    'objects that lie over each other': () => {
      const header = times(20_000, (at) => `${at + 10} ${(at % 2) * 100_000} `)
      return pdfOf(deflated(4, header + '(ab)'.repeat(50_000), `/Type /ObjStm /N 20000 /First ${header.length}`))
    },
    'object streams in themselves': () => pdfOf(deflated(4, '4 0 4 0 R', '/Type /ObjStm /N 1 /First 4 /Extends 4 0 R')),
    'pages in themselves': () =>
      pdfOf(
        object(1, '<< /Pages 2 0 R >>'),
        object(2, '<< /Kids [2 0 R 1 0 R 3 0 R] >>'),
        object(3, '<< /Kids 2 0 R /Resources 3 0 R >>'),
        object(5, '6 0 R'),
        object(6, '5 0 R'),
      ),
    'pages with one long list of contents': () =>
      pdfOf(
        object(1, '<< /Pages 2 0 R >>'),
        object(2, `<< /Kids [${times(5000, (at) => `${at + 10} 0 R `)}] >>`),
        object(3, `[${'4 0 R '.repeat(100_000)}]`),
        Buffer.from(times(5000, (at) => `${at + 10} 0 obj << /Contents 3 0 R >> endobj\n`)),
        deflated(4, 'BT (a) Tj ET'),
      ),
    'brackets in brackets': () => pdfOf(object(7, '<<[('.repeat(100_000)), object(8, '['.repeat(1_000_000))),
    'a stream without an end': () => pdfOf(object(7, `<< >> stream\n${'endstrea '.repeat(100_000)}`)),
    'streams of one number': () => pdfOf(...Array.from({ length: 5000 }, () => stream(5, 'BT (a) Tj ET'))),
    'images without an end': () => pdfOf(deflated(4, `BI ID ${'EIEI EIE '.repeat(500_000)}`)),
    'a string without an end': () => pdfOf(deflated(4, `BT (${'a('.repeat(1_000_000)}`)),
    'states without an end': () => pageOf('q '.repeat(1_000_000), ''),
    'fonts with endless maps': () =>
      onePage(
        object(
          3,
          `<< /Contents 4 0 R /Resources << /Font << ${times(500, (at) => `/F${at} ${100 + at} 0 R `)}>> >> >>`,
        ),
        Buffer.from(
          times(
            500,
            (at) => `${100 + at} 0 obj << /Subtype /Type0 /ToUnicode 5 0 R /DescendantFonts [6 0 R] >> endobj\n`,
          ),
        ),
        object(6, `<< /W [${'0 65535 500 '.repeat(10_000)}] >>`),
        deflated(5, endless.repeat(50)),
        deflated(
          4,
          times(2000, (at) => `BT /F${at % 500} 1 Tf <0041> Tj ET `),
        ),
      ),
    'an object of millions of references': () =>
      pdfOf(deflated(4, `7 0 <<${'/a 1 0 R'.repeat(2_000_000)}`, '/Type /ObjStm /N 1 /First 4')),
    'a page that is there 200,000 times': () =>
      pageOf('(a) Tj', '', Buffer.from('4 0 obj<<>>stream\n(a) Tj\nendstream endobj\n'.repeat(200_000))),
    'pages with one long list of pages': () =>
      onePage(
        object(3, '<< /Kids 7 0 R >>'),
        object(7, `[${times(5000, (at) => `${100 + at} 0 R `)}${'9 0 R '.repeat(100_000)}]`),
        Buffer.from(times(5000, (at) => `${100 + at} 0 obj << /Kids 7 0 R >> endobj\n`)),
      ),
    'fonts with long lists of names': () =>
      manyFonts(
        () => '/Encoding 8 0 R /Widths 9 0 R',
        object(8, `<< /Differences [${'/uni0041 '.repeat(20_000)}] >>`),
        object(9, `[${'5 '.repeat(100_000)}]`),
      ),
    'fonts larger than what is kept of them': () => manyFonts(() => `/Widths [${'500 '.repeat(600)}]`),
    'one dictionary of fonts in many objects': () =>
      onePage(
        object(3, '<< /Contents 4 0 R >>'),
        object(7, `<< ${times(20_000, (at) => `/F${at} ${at} 0 R `)}>>`),
        Buffer.from(times(40_000, (at) => `${1000 + at} 0 obj << /Font 7 0 R >> endobj\n`)),
        deflated(4, 'BT /F1 1 Tf (a) Tj ET'),
      ),
    'widths without an end': () =>
      pageOf(
        'BT /F1 1 Tf <0041> Tj ET',
        '/F1 5 0 R',
        object(5, '<< /Subtype /Type0 /Encoding /Identity-H /DescendantFonts [6 0 R] >>'),
        object(6, '<< /W [0 1e300 500 -9 99999999999 1] >>'),
      ),
  }
  test.each(Object.entries(cases))(
    'ends, and is not clean: %s',
    async (_, make) => {
      const pdf = make()
      const { reasons, raw, produced, took } = await read(pdf)
      expect(reasons[0]).toBe('unsupported-format')
      expect(raw).toBe(pdf.length)
      expect(produced).toBeLessThan(defaultLimits.ratio * pdf.length + (32 << 20))
      expect(took).toBeLessThan(60_000)
    },
    120_000,
  )

  test('holds no more than it may', async () => {
    const pdf = pageOf('(bob) Tj '.repeat(10_000), '')
    const { reasons, raw } = await read(pdf, { ...defaultLimits, heldBytes: 10_000 })
    expect(reasons).toEqual(['unsupported-format', 'limit'])
    expect(raw).toBe(pdf.length)
  })

  test('is read as it is stored behind what is beyond a limit', async () => {
    const pdf = pdfOf(deflated(4, zeros), object(5, '(bob)'))
    const { reading, contents } = await collect(inPieces(pdf, [1000]))
    expect(reading.gaps.map(({ reason }) => reason)).toEqual(['unsupported-format', 'limit'])
    expect(contents.get('pdf')).toEqual({ bytes: pdf, ended: true })
  })

  test('is named as unread where its medium fails', async () => {
    const pdf = pageOf('(bob) Tj', '')
    async function* failing() {
      yield pdf.subarray(0, 200)
      throw new ReadFailed('medium: expected more bytes')
    }
    const { reading, contents } = await collect(failing())
    expect(reading.gaps.map(({ reason }) => reason)).toEqual(['unsupported-format', 'read-error'])
    expect(contents.get('pdf')).toEqual({ bytes: pdf.subarray(0, 200), ended: false })
  })
})
