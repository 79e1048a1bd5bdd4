import { describe, expect, test } from 'vitest'
import { scanObject } from '../../../lib/scan/scan-object.ts'
import { makeIndex } from '../../subject-index/make-index.ts'
import { collect, inPieces, textsOf } from '../collect.ts'
import { paxHeader, tarOf } from './tar-writer.ts'

type Attribute = { name: string; value: Buffer | string }
type Options = { fork?: Buffer; finder?: Buffer; length?: number; at?: number }

/** As `copyfile` of macOS writes it. */
function appleDouble(
  attributes: readonly Attribute[],
  { fork = Buffer.alloc(0), finder, length, at }: Options = {},
): Buffer {
  const entryLength = ({ name }: Attribute) => (11 + name.length + 1 + 3) & ~3
  const start = 120 + attributes.reduce((sum, each) => sum + entryLength(each), 0)
  const data = Buffer.concat(attributes.map(({ value }) => Buffer.from(value)))
  const bytes = Buffer.alloc(length ?? start + data.length)
  bytes.write('\0\x05\x16\x07\0\x02\0\0Mac OS X        \0\x02\0\0\0\x09\0\0\0\x32', 'latin1')
  for (const [index, number] of [bytes.length - 50, 2, bytes.length, fork.length].entries())
    bytes.writeUInt32BE(number, 34 + 4 * index)
  finder?.copy(bytes, 50)
  bytes.write('ATTR', 84)
  for (const [index, number] of [7777, bytes.length, start, data.length].entries())
    bytes.writeUInt32BE(number, 88 + 4 * index)
  bytes.writeUInt16BE(attributes.length, 118)
  let [entryAt, valueAt] = [120, start]
  for (const each of attributes) {
    bytes.writeUInt32BE(at ?? valueAt, entryAt)
    bytes.writeUInt32BE(each.value.length, entryAt + 4)
    bytes[entryAt + 10] = each.name.length + 1
    bytes.write(each.name, entryAt + 11)
    bytes.write(String(each.value.toString('latin1')), valueAt, 'latin1')
    entryAt += entryLength(each)
    valueAt += each.value.length
  }
  return Buffer.concat([bytes, fork])
}

const hex = (digits: string) => Buffer.from(digits, 'hex')
const blank = Buffer.alloc(286)
blank.set(hex('0000010000000100000000000000001e'))
blank.write('This resource fork intentionally left blank   ', 16)
blank.set(hex('0000010000000100000000000000001e'), 256)
blank.set(hex('001c001effff'), 280)

const quarantine = { name: 'com.apple.quarantine', value: '0083;65c0f1aa;Safari;bob_w77' }
const provenance = { name: 'com.apple.provenance', value: hex('0102002a00000000000000') }
const used = { name: 'com.apple.lastuseddate#PS', value: hex('80f0806900000000' + '15cd5b0700000000') }

const read = async (bytes: Buffer) => {
  const { reading, contents } = await collect(inPieces(bytes, [100, 7]))
  return { gaps: reading.gaps.map(({ reason, path }) => `${reason} ${path.join('/')}`), texts: textsOf(contents) }
}

describe('what macOS keeps beside a file', () => {
  test('is read: texts, numbers that the system sets, and that there is no resource fork', async () => {
    const attributes = [used, provenance, quarantine, { name: 'user.anna', value: 'a note' }]
    for (const options of [{}, { fork: blank }, { fork: blank, length: 3810 }]) {
      const { gaps, texts } = await read(appleDouble(attributes, options))
      expect(gaps).toEqual([])
      const said = texts['apple-double/metadata']
      for (const word of ['7777', '1770057856\t123456789', '42\t', 'Safari;bob_w77', 'user.anna', 'a note'])
        expect(said).toContain(word)
    }
  })

  test('is read: what the Finder notes', async () => {
    const finder = Buffer.concat([Buffer.from('TEXTR*ch'), Buffer.alloc(24)])
    finder.writeUInt32BE(123456789, 20)
    const { gaps, texts } = await read(appleDouble([quarantine], { finder }))
    expect([gaps, texts['apple-double/metadata']]).toEqual([[], expect.stringContaining('R*ch')])
    expect(texts['apple-double/metadata']).toContain('123456789')
  })

  const other = Buffer.from(appleDouble([quarantine], { length: 300 }))
  other[299] = 1
  test.each([
    { name: 'bytes that no attribute has', bytes: other, gap: 'corrupt apple-double/unread' },
    {
      name: 'values that lie in each other',
      bytes: appleDouble([quarantine, quarantine, quarantine], { at: 120 }),
      gap: 'corrupt apple-double/unread',
    },
    {
      name: 'values beyond the end',
      bytes: appleDouble([quarantine], { at: 900 }),
      gap: 'corrupt apple-double/unread',
    },
    {
      name: 'a value of another length than the system sets',
      bytes: appleDouble([{ name: 'com.apple.provenance', value: hex('0102002a0000000000000001') }]),
      gap: 'not-text apple-double/attribute',
    },
    {
      name: 'an unknown value',
      bytes: appleDouble([{ name: 'com.example', value: hex('0102002a00000000000000') }]),
      gap: 'not-text apple-double/attribute',
    },
    {
      name: 'a resource fork',
      bytes: appleDouble([], { fork: hex('00000100') }),
      gap: 'not-text apple-double/resource-fork',
    },
    {
      name: 'a resource fork that is cut off',
      bytes: appleDouble([], { fork: blank }).subarray(0, -1),
      gap: 'truncated apple-double',
    },
    {
      name: 'a place of the Finder that is used otherwise',
      bytes: appleDouble([], { finder: Buffer.alloc(32, 1) }),
      gap: 'corrupt apple-double/unread',
    },
  ])('is a gap: $name', async ({ bytes, gap }) => {
    expect((await read(bytes)).gaps).toContain(gap)
  })

  test('is searched as it is written where the system and the Finder note numbers', async () => {
    const asText = (length: number, at: number, text: string) => {
      const bytes = Buffer.alloc(length)
      bytes.write(text, at)
      return bytes
    }
    const macl = { name: 'com.apple.macl', value: asText(72, 2, 'bob_w77') }
    const noted = { name: 'com.apple.provenance', value: asText(11, 3, 'bob_w77') }
    noted.value[0] = 1
    for (const bytes of [
      appleDouble([macl]),
      appleDouble([noted]),
      appleDouble([], { finder: asText(32, 0, 'bob_w77') }),
      tarOf(paxHeader({ 'SCHILY.xattr.com.apple.macl': macl.value.toString('latin1') }), { data: 'a' }),
    ]) {
      let found = 0
      await scanObject(inPieces(bytes, [100]), makeIndex(['bob_w77']), () => {
        found++
      })
      expect(found).toBe(1)
    }
  })

  test('is searched where it is not read', async () => {
    expect((await read(other)).texts['apple-double/unread']).toContain('bob_w77')
  })

  test('is cut off at any byte and never complete', async () => {
    const whole = appleDouble([used, provenance, quarantine], { fork: blank })
    for (let length = 50; length < whole.length; length++)
      expect((await read(whole.subarray(0, length))).gaps).not.toEqual([])
  })
})

describe('attributes of macOS in a tar', () => {
  const attributes = (records: Record<string, string>) => tarOf(paxHeader(records), { data: 'a' })

  test('are read as beside a file', async () => {
    const { gaps, texts } = await read(
      attributes({
        'SCHILY.xattr.com.apple.provenance': provenance.value.toString('latin1'),
        'LIBARCHIVE.xattr.com.apple.provenance': provenance.value.toString('base64').replace(/=+$/, ''),
        'LIBARCHIVE.xattr.com.apple.lastuseddate%23PS': used.value.toString('base64'),
        'LIBARCHIVE.xattr.com.apple.quarantine': Buffer.from(quarantine.value).toString('base64'),
      }),
    )
    expect(gaps).toEqual([])
    for (const record of [1, 2]) expect(texts[`tar/member-1/record-${record}/metadata`]).toContain('42\t')
    expect(texts['tar/member-1/record-3/metadata']).toContain('123456789')
    expect(texts['tar/names']).toContain('bob_w77')
  })

  test.each(['com.apple.provenance', 'com.apple.other', 'user.provenance'])(
    'are a gap: %s of other bytes',
    async (name) => {
      const { gaps } = await read(attributes({ [`SCHILY.xattr.${name}`]: '\u0003\u0002\u0001' }))
      expect(gaps).toEqual([expect.stringMatching(/^not-text/)])
    },
  )
})
