import { describe, expect, test } from 'vitest'
import { writeBmp } from '../../../lib/scan/controls/samples/tiff-sample.ts'
import { collect, inPieces, textsOf } from '../collect.ts'
import { hex } from './jpeg-writer.ts'
import { expectNeverLost, iccOf, tagOf } from './picture-bytes.ts'

type Told = {
  width?: number
  height?: number
  bits?: number
  compression?: number
  used?: number
  behind?: string
  length?: number
  at?: number
}

/** A bitmap with a header of 40 bytes, and `behind` that and the file's: colours and pixels. */
function bmpOf({
  width = 1,
  height = 1,
  bits = 24,
  compression = 0,
  used = 0,
  behind = 'aabbcc00',
  length = 40,
  at = 54,
}: Told = {}): Buffer {
  const header = Buffer.alloc(14 + length)
  header.write('BM')
  header.writeUInt32LE(at, 10)
  header.writeUInt32LE(length, 14)
  header.writeInt32LE(width, 18)
  header.writeInt32LE(height, 22)
  header.writeUInt16LE(1, 26)
  header.writeUInt16LE(bits, 28)
  header.writeUInt32LE(compression, 30)
  header.writeUInt32LE(used, 46)
  return Buffer.concat([header, hex(behind)])
}

const two = '00000000 ffffff00'
const profile = (bytes: Buffer, kind = 0x4d424544) => {
  const whole = writeBmp(bytes)
  whole.writeUInt32LE(kind, 70)
  return whole
}
const corrupt = ['corrupt']

const cases: Record<string, { bytes: Buffer; texts?: Record<string, string>; gaps?: string[] }> = {
  'one pixel': { bytes: bmpOf(), texts: { 'bmp/pixels': '\ufffd\ufffd\ufffd\0' } },
  'rows from above': {
    bytes: bmpOf({ height: -2, behind: '61626300 64656600' }),
    texts: { 'bmp/pixels': 'abc\0def\0' },
  },
  'two colours': { bytes: bmpOf({ bits: 1, at: 62, behind: `${two} 80000000` }) },
  'colours as many as it says': { bytes: bmpOf({ bits: 8, used: 2, at: 62, behind: `${two} 01000000` }) },
  'zeros before the pixels': { bytes: bmpOf({ at: 58, behind: '00000000 aabbcc00' }) },
  'bytes before the pixels': { bytes: bmpOf({ at: 58, behind: '00626f62 aabbcc00' }), gaps: corrupt },
  'pixels in their colours': { bytes: bmpOf({ bits: 1, at: 58, behind: `${two} 80000000` }), gaps: corrupt },
  'masks of colours': {
    bytes: bmpOf({ bits: 16, compression: 3, at: 66, behind: '00f80000 e0070000 1f000000 ffff0000' }),
  },
  'a header of OS/2': {
    bytes: Buffer.concat([hex('424d 20000000 00000000 1a000000 0c000000 0100 0100 0100 1800'), hex('aabbcc00')]),
    texts: { 'bmp/metadata': '65537\t1572865\n' },
  },
  runs: {
    bytes: bmpOf({
      width: 4,
      height: 2,
      bits: 8,
      compression: 1,
      used: 2,
      at: 62,
      behind: `${two} 0401 0000 0003 000100 00 0000 0001`,
    }),
  },
  'runs of half bytes': {
    bytes: bmpOf({
      width: 6,
      height: 1,
      bits: 4,
      compression: 2,
      used: 2,
      at: 62,
      behind: `${two} 0301 0003 0110 0001`,
    }),
  },
  'runs beyond a row': {
    bytes: bmpOf({ width: 4, height: 2, bits: 8, compression: 1, used: 2, at: 62, behind: `${two} 0501 0001` }),
    gaps: corrupt,
  },
  'runs beyond the last row': {
    bytes: bmpOf({
      width: 4,
      height: 1,
      bits: 8,
      compression: 1,
      used: 2,
      at: 62,
      behind: `${two} 0401 0000 0101 0001`,
    }),
    gaps: corrupt,
  },
  'runs without an end': {
    bytes: bmpOf({ width: 4, height: 1, bits: 8, compression: 1, used: 2, at: 62, behind: `${two} 0401 0000` }),
    gaps: corrupt,
  },
  'text behind the end of runs': {
    bytes: bmpOf({ width: 4, height: 1, bits: 8, compression: 1, used: 2, at: 62, behind: `${two} 0401 0001 626f62` }),
    texts: { 'bmp/trailing': 'bob' },
  },
  'fewer pixels than it says': { bytes: bmpOf({ height: 2 }), gaps: ['truncated'] },
  'as many pixels as no file has': {
    bytes: bmpOf({ width: 0x7fffffff, height: 0x7fffffff, bits: 32 }),
    gaps: ['truncated'],
  },
  'a width that times its bits is no number of 32 bits': {
    bytes: bmpOf({ width: 0x08000000, bits: 32, behind: '' }),
    gaps: ['truncated'],
  },
  'zeros behind it': { bytes: Buffer.concat([bmpOf(), Buffer.alloc(9)]) },
  'bytes behind it': { bytes: Buffer.concat([bmpOf(), hex('01')]), gaps: ['trailing-data'] },
  'a profile': { bytes: profile(iccOf([['cprt', tagOf('text', 'bob\0')]])) },
  'a profile that is none': { bytes: profile(Buffer.from('bob')), gaps: ['truncated'] },
  'the name of a profile': {
    bytes: writeBmp(Buffer.from('C:\\bob\\a.icm\0')),
    texts: { 'bmp/link': 'C:\\bob\\a.icm' },
  },
}

describe('a picture in BMP', () => {
  for (const [name, { bytes, texts = {}, gaps = [] }] of Object.entries(cases))
    test(`is read, or says what is wrong: ${name}`, async () => {
      for (const lengths of [[bytes.length], [13, 64, 5]]) {
        const { reading, contents } = await collect(inPieces(bytes, lengths), undefined, true)
        expect(reading.gaps.map(({ reason }) => reason)).toEqual(gaps)
        expect(textsOf(contents)).toMatchObject(texts)
      }
    })

  test('with a header of OS/2 2 is none that is read', async () => {
    const bytes = bmpOf({ length: 64, at: 78 })
    const { reading, contents } = await collect(inPieces(bytes, [100]), undefined, true)
    expect([reading.complete, contents.has('bmp')]).toEqual([false, false])
  })

  test('is never clean unless somebody says that pictures may be', async () => {
    const { reading } = await collect(inPieces(bmpOf(), [100]))
    expect(reading.gaps.map(({ reason }) => reason)).toEqual(['picture'])
  })

  test('is never clean without who is in it, wherever it was cut and whichever bit flipped', () =>
    expectNeverLost(writeBmp(Buffer.from('jane_doe and bob_smith77')), ['jane_doe', 'bob_smith77'], {
      from: 4,
      hasSums: false,
    }))
})
