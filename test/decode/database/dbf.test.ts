import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { formatOf } from '../../../lib/decode/formats.ts'
import { writeDbf } from '../../../lib/scan/controls/samples/dbf-sample.ts'
import { collect, inPieces, textsOf } from '../collect.ts'

const table = writeDbf(['bob_smith77', '1234567890', ''].map((text) => Buffer.from(text)))
const width = 12

function changed(change: (bytes: Buffer) => void): Buffer {
  const copy = Buffer.from(table)
  change(copy)
  return copy
}

const rows = 'bob_smith77\n1234567890\n\n'
const names = 'TEXT\t\n'

const cases: Record<string, { bytes: Buffer; rows: string; gaps: string[]; names?: string }> = {
  'as it is': { bytes: table, rows, gaps: [] },
  'without the sign at its end': { bytes: table.subarray(0, -1), rows, gaps: [] },
  'with a record that is marked as deleted': { bytes: changed((bytes) => bytes.write('*', 65)), rows, gaps: [] },
  'whose header tells of fewer records': { bytes: changed((bytes) => bytes.writeUInt32LE(1, 4)), rows, gaps: [] },
  'padded with zero bytes': {
    bytes: changed((bytes) => bytes.fill(0, 65 + 2 * width + 1, 65 + 3 * width)),
    rows,
    gaps: [],
  },
  'with text behind the name of a field': {
    bytes: changed((bytes) => bytes.write('gone', 38)),
    rows,
    gaps: [],
    names: 'TEXT\tgone\t\n',
  },
  'that ends within a record': {
    bytes: table.subarray(0, -5),
    rows: `${rows.slice(0, -1)}…`,
    gaps: ['truncated dbf'],
  },
  'with fewer records than it says': {
    bytes: table.subarray(0, 65 + 2 * width),
    rows: `${rows.slice(0, -1)}…`,
    gaps: ['truncated dbf'],
  },
  'with something else for a record': {
    bytes: changed((bytes) => bytes.write('x', 65 + width)),
    rows: 'bob_smith77\n…',
    gaps: ['corrupt dbf'],
  },
  'with text behind its end': {
    bytes: Buffer.concat([table, Buffer.from('more')]),
    rows,
    gaps: [],
  },
  'with control bytes in a field': {
    bytes: changed((bytes) => bytes.write('\x01', 68)),
    rows: 'bo\x01_smith77\n1234567890\n\n',
    gaps: ['not-text dbf/rows'],
  },
  'that is encrypted': { bytes: changed((bytes) => bytes.fill(1, 15, 16)), rows, gaps: ['encrypted dbf'] },
  'with a type that is not read': {
    bytes: changed((bytes) => bytes.write('V', 43)),
    rows,
    gaps: ['unsupported-format dbf'],
  },
}

describe('a table of Visual FoxPro', () => {
  test('has lost digits where a double is a whole number of 2^53 and more', async () => {
    const bytes = readFileSync(new URL('../../corpus/dbf/double.bin', import.meta.url))
    const at = bytes.indexOf('bob_smith77') - 16
    expect(bytes.readDoubleLE(at)).toBe(5696621)
    bytes.writeDoubleLE(2 ** 53, at)
    const { reading, contents } = await collect(inPieces(bytes, [100]))
    expect(reading.gaps.map(({ reason }) => reason)).toEqual(['lossy-number'])
    expect(textsOf(contents)['dbf/rows']).toContain('9007199254740992\t0.5\tbob_smith77\n')
  })
})

describe('a table of dBASE', () => {
  for (const [name, { bytes, rows, gaps, names: expected = names }] of Object.entries(cases))
    test(`is read, or says what is wrong: ${name}`, async () => {
      for (const lengths of [[bytes.length], [1], [13, 64, 5]]) {
        const { reading, contents } = await collect(inPieces(bytes, lengths))
        expect(reading.gaps.map(({ reason, path }) => `${reason} ${path.join('/')}`)).toEqual(gaps)
        expect(textsOf(contents)).toMatchObject({ 'dbf/names': expected, 'dbf/rows': rows })
      }
    })

  test('has fields of more than 255 bytes', async () => {
    const long = 'x'.repeat(700)
    const { reading, contents } = await collect(inPieces(writeDbf([Buffer.from(long)]), [100]))
    expect(reading.gaps).toEqual([])
    expect(textsOf(contents)['dbf/rows']).toBe(`${long}\n`)
  })

  test.each([
    { name: 'another version', bytes: changed((bytes) => bytes.fill(4, 0, 1)) },
    { name: 'a month that there is not', bytes: changed((bytes) => bytes.fill(13, 2, 3)) },
    { name: 'a name that is none', bytes: changed((bytes) => bytes.write('\x01', 33)) },
    { name: 'no field', bytes: changed((bytes) => bytes.writeUInt16LE(33, 8)) },
  ])('is none with $name', ({ bytes }) => expect(formatOf(bytes)?.name).not.toBe('dbf'))

  test('whose fields are not as long as a record is a gap', async () => {
    const { reading } = await collect(
      inPieces(
        changed((bytes) => bytes.writeUInt16LE(20, 10)),
        [100],
      ),
    )
    expect(reading.gaps.map(({ reason }) => reason)).toEqual(['corrupt'])
  })
})
