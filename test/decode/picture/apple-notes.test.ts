import { describe, expect, test } from 'vitest'
import { collect, inPieces, textsOf } from '../collect.ts'
import { appleNotes, listArray, listData, listNumber, listText, listUtf16, note, propertyList } from './apple-writer.ts'
import { bytesOf, exif, hex, jpegOf, tiff } from './jpeg-writer.ts'
import { expectNeverLost } from './picture-bytes.ts'

const withNotes = (notes: Uint8Array) => jpegOf([exif(tiff({ image: [], exif: [bytesOf(0x927c, notes)] }))])
const list = (...objects: Uint8Array[]) => appleNotes(note(3, propertyList(...objects)))
const matrix = Buffer.alloc(512, 0x01)
const unsupported = ['unsupported-format']
const corrupt = ['corrupt']

const cases: Record<string, { notes: Buffer; metadata?: string; gaps?: string[] }> = {
  'numbers and texts': {
    notes: appleNotes(
      { tag: 1, type: 9, count: 1, value: hex('0000000e') },
      { tag: 8, type: 10, count: 1, value: hex('ffffffff00000002') },
      { tag: 0x17, type: 16, count: 1, value: hex('0000000042529800') },
      note(0x15, 'bob_smith77\0', 2),
    ),
    metadata: '14\n-1/2\n1112709120\nbob_smith77\n',
  },
  'a text in UTF-8': { notes: appleNotes(note(0x15, 'bob_smith77\0', 129)), metadata: 'bob_smith77\n' },
  'a property list': {
    notes: list(
      hex('d2 01 02 03 04'),
      listText('bob'),
      listUtf16('jane'),
      listNumber(1234567890),
      hex('23 3ff8000000000000'),
    ),
    metadata: 'bob\njane\n1234567890\n1.5\n',
  },
  'objects that are no texts': {
    notes: list(listArray(1, 2, 3), hex('08'), hex('00'), hex('33 0000000000000000')),
    metadata: '0\n',
  },
  'the exposure at 256 places': { notes: appleNotes(note(2, matrix)), metadata: `${Array(512).fill(1).join('\t')}\n` },
  'the exposure in a property list': { notes: appleNotes(note(2, propertyList(listData(matrix)))) },
  'an exposure that there is not': {
    notes: appleNotes(note(2, Buffer.alloc(512, 0x62))),
    metadata: `${'b'.repeat(512)}\n`,
  },
  'bytes that nobody knows': { notes: appleNotes(note(0x50, hex('6200620062'))), gaps: unsupported },
  'data in a property list': { notes: list(listData(hex('62006200'))), gaps: unsupported },
  'a reference to an object that there is not': { notes: list(listArray(7)), gaps: corrupt },
  'an object that there is not': { notes: list(hex('70')), gaps: corrupt },
  'a text that is longer than its list': {
    notes: list(Buffer.concat([hex('5f11ffff'), Buffer.from('bob')])),
    gaps: corrupt,
  },
  'a list that is cut off': {
    notes: appleNotes(note(3, propertyList(listText('bob')).subarray(0, 20))),
    gaps: corrupt,
  },
  'a list of billions of objects': {
    notes: appleNotes(
      note(
        3,
        Buffer.concat([
          Buffer.from('bplist00'),
          hex('000000000000 0101 00ffffffffffffff 0000000000000000 0000000000000008'),
        ]),
      ),
    ),
    gaps: corrupt,
  },
  'bytes behind them': {
    notes: Buffer.concat([appleNotes(note(0x15, 'bob\0', 2)), Buffer.from('jane')]),
    gaps: corrupt,
  },
  'a directory that is longer than they are': {
    notes: Buffer.concat([appleNotes().subarray(0, 14), hex('ffff')]),
    gaps: corrupt,
  },
  'notes of others': { notes: Buffer.from('Nikon\0\x02\x10\0\0MM\0*'), gaps: unsupported },
}

describe('notes of iPhones', () => {
  for (const [name, { notes, metadata, gaps = [] }] of Object.entries(cases))
    test(`are read, or a gap: ${name}`, async () => {
      const { reading, contents } = await collect(inPieces(withNotes(notes), [100]), undefined, true)
      expect([...new Set(reading.gaps.map(({ reason }) => reason))]).toEqual(gaps)
      expect(textsOf(contents)).toMatchObject(metadata === undefined ? {} : { 'jpeg/exif/metadata': metadata })
    })

  test('are never clean without who is in them, whichever bit flipped', () =>
    expectNeverLost(
      withNotes(appleNotes(note(0x15, 'jane_doe\0', 2), note(3, propertyList(listArray(1), listText('bob_smith77'))))),
      ['jane_doe', 'bob_smith77'],
      { from: 4, hasSums: false },
    ))
})
