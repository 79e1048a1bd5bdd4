import { describe, expect, test } from 'vitest'
import { createDecoding } from '../../../lib/decode/decoding.ts'
import { defaultLimits } from '../../../lib/decode/limits.ts'
import { readIcc } from '../../../lib/decode/picture/icc.ts'
import { iccOf, tagOf, uint32, utf16 } from './picture-bytes.ts'

const id = 'bob_smith77'

/** Gaps, and the lines of texts behind that of the header and those of the names of tags. */
async function readProfile(bytes: Buffer): Promise<{ gaps: string[]; texts: string; raw: Buffer }> {
  const contents = new Map<string, Buffer>()
  const open = (path: readonly string[]) => ({
    write(piece: Uint8Array) {
      const name = path.join('/')
      contents.set(name, Buffer.concat([contents.get(name) ?? Buffer.alloc(0), piece]))
    },
    end() {},
  })
  const decoding = createDecoding(
    open,
    defaultLimits,
    async () => {},
    () => false,
  )
  await readIcc(bytes, ['icc'], decoding)
  const raw = contents.get('icc') ?? Buffer.alloc(0)
  return {
    gaps: decoding.gaps.map(({ reason, path }) => `${reason} ${path.join('/')}`),
    texts: String(contents.get('icc/text')),
    raw,
  }
}

const uint16 = (...values: number[]) => Buffer.from(values.flatMap((value) => [value >> 8, value & 255]))
const localized = (text: string, from = 28) =>
  tagOf('mluc', uint32(1, 12), 'enUS', uint32(2 * text.length, from), Buffer.alloc(from - 28), utf16(text))
const described = (text: string, unicode = '', mac = '') =>
  tagOf(
    'desc',
    uint32(text.length + 1),
    `${text}\0`,
    uint32(0, unicode.length),
    utf16(unicode),
    uint16(0),
    Buffer.from([mac.length]),
    mac.padEnd(67, '\0'),
  )
const named = (prefix: string, name: string) =>
  tagOf('ncl2', uint32(0, 1, 3), prefix.padEnd(32, '\0'), Buffer.alloc(32), name.padEnd(32, '\0'), Buffer.alloc(12))
const curve = (...values: number[]) => tagOf('curv', uint32(values.length), uint16(...values))
const lut = tagOf(
  'mft2',
  Buffer.from([3, 3, 2, 0]),
  Buffer.alloc(36),
  uint16(2, 2),
  Buffer.alloc(2 * (3 * 2 + 8 * 3 + 3 * 2)),
)
const small = tagOf('mft1', Buffer.from([1, 1, 2, 0]), Buffer.alloc(36), Buffer.alloc(256 + 2 + 256))
const curves = tagOf(
  'mAB ',
  Buffer.from([1, 1, 0, 0]),
  uint32(32, 0, 0, 48, 72),
  curve(),
  Buffer.alloc(4),
  Buffer.from([2]),
  Buffer.alloc(15),
  Buffer.from([1, 0, 0, 0, 7, 7, 0, 0]),
  curve(1),
)

const read: readonly { name: string; tag: Buffer; texts?: readonly string[] }[] = [
  { name: 'a text', tag: tagOf('text', `${id}\0`), texts: [id] },
  { name: 'a text with another behind its end', tag: tagOf('text', `a\0${id}`), texts: [`a\t${id}`] },
  { name: 'a description', tag: described('a', id, 'c'), texts: [`a\t${id}\tc`] },
  {
    name: 'a description without what is behind the last text',
    tag: described('a', 'b', id).subarray(0, 29 + id.length),
    texts: [`a\tb\t${id}`],
  },
  { name: 'a text in UTF-16', tag: localized(id), texts: [`enUS\t${id}`] },
  {
    name: 'names and values',
    tag: tagOf('dict', uint32(1, 16, 32, 2, 34, 2 * id.length), utf16(`k${id}`)),
    texts: [`k\t${id}`],
  },
  { name: 'colours with names', tag: named('a', id), texts: [`a\t${id}`] },
  { name: 'colorants', tag: tagOf('clrt', uint32(1), id.padEnd(32, '\0'), Buffer.alloc(6)), texts: [id] },
  {
    name: 'a model of a display',
    tag: tagOf('mmod', uint32(1, 2, 1234567890), Buffer.alloc(20)),
    texts: ['1\t2\t1234567890\t0\t0\t0\t0\t0'],
  },
  { name: 'a curve', tag: curve(1, 2, 3) },
  { name: 'a curve of a formula', tag: tagOf('para', uint16(3, 0), Buffer.alloc(20)) },
  { name: 'colours', tag: tagOf('XYZ ', Buffer.alloc(12)) },
  { name: 'numbers', tag: tagOf('sf32', Buffer.alloc(36)) },
  { name: 'tables', tag: lut },
  { name: 'tables of bytes', tag: small },
  { name: 'curves and a table', tag: curves },
  { name: 'a gamma of a card', tag: tagOf('vcgt', uint32(0), uint16(3, 2, 2), Buffer.alloc(12)) },
]

const refused: readonly { name: string; bytes: Buffer; gaps?: string[] }[] = [
  { name: 'of no size', bytes: Buffer.alloc(0), gaps: ['truncated icc'] },
  { name: 'that is none', bytes: Buffer.alloc(200) },
  { name: 'of another size than it says', bytes: Buffer.concat([iccOf([]), Buffer.alloc(4)]) },
  {
    name: 'with more tags than bytes',
    bytes: iccOf([], (bytes) => bytes.writeUInt32BE(0xffffffff, 128)),
    gaps: ['truncated icc'],
  },
  {
    name: 'with a tag beyond its end',
    bytes: iccOf([['cprt', tagOf('text', id)]], (bytes) => bytes.writeUInt32BE(99, 140)),
  },
  {
    name: 'with tags within others',
    bytes: iccOf(
      [
        ['cprt', tagOf('text', id)],
        ['desc', tagOf('text', id)],
      ],
      (bytes) => bytes.writeUInt32BE(160, 148),
    ),
  },
  {
    name: 'with bytes that are no text between its tags',
    bytes: iccOf([['cprt', tagOf('text', 'a')]], (bytes) => bytes.subarray(-3).fill(1)),
    gaps: ['not-text icc/text'],
  },
  {
    name: 'with a type that nobody knows',
    bytes: iccOf([['priv', tagOf('priv', id)]]),
    gaps: ['unsupported-format icc'],
  },
  {
    name: 'with binary data',
    bytes: iccOf([['data', tagOf('data', uint32(1), id)]]),
    gaps: ['unsupported-format icc'],
  },
  { name: 'with bytes behind a curve', bytes: iccOf([['rTRC', Buffer.concat([curve(1), Buffer.from(id)])]]) },
  { name: 'with a curve longer than its tag', bytes: iccOf([['rTRC', curve(1).subarray(0, 12)]]) },
  { name: 'with tables of another size', bytes: iccOf([['A2B0', lut.subarray(0, -2)]]) },
  { name: 'with curves of another size', bytes: iccOf([['A2B0', curves.subarray(0, -2)]]) },
  { name: 'with a text in UTF-16 that is elsewhere', bytes: iccOf([['desc', localized(id, 28).fill(0xff, 24, 28)]]) },
  { name: 'with bytes between texts', bytes: iccOf([['desc', localized(id, 32).fill(0xff, 28, 32)]]) },
  { name: 'with half of a character', bytes: iccOf([['desc', localized('a\ud800')]]), gaps: ['invalid-utf8 icc/text'] },
  {
    name: 'with control bytes in a text',
    bytes: iccOf([['cprt', tagOf('text', 'a\x01')]]),
    gaps: ['not-text icc/text'],
  },
  { name: 'with a tag without a type', bytes: iccOf([['cprt', Buffer.from('text')]]) },
]

describe('a profile of colours', () => {
  test.each(read)('is read: $name', async ({ tag, texts = [''] }) => {
    const profile = iccOf([
      ['cprt', tag],
      ['desc', tagOf('text', 'x')],
    ])
    const read = await readProfile(profile)
    expect(read).toMatchObject({ gaps: [], raw: profile })
    expect(read.texts.split('\n').slice(3)).toEqual([...texts, 'x', ''])
  })

  test.each(refused)('is a gap: $name', async ({ bytes, gaps = ['corrupt icc'] }) => {
    const read = await readProfile(bytes)
    expect(read).toMatchObject({ gaps, raw: bytes })
  })

  test('names its maker, its date and its digest', async () => {
    const { texts } = await readProfile(
      iccOf([], (bytes) => {
        bytes.write(id.slice(0, 4), 80)
        bytes.writeUInt16BE(2026, 24)
        bytes.write('6f1e2d3c00000000000000000000aabb', 84, 'hex')
      }),
    )
    expect(texts).toMatch(/\tbob_\t2026\t.*\t6f1e2d3c-0000-0000-0000-00000000aabb\n$/)
  })

  test('is never without gaps where it is cut', async () => {
    const bytes = iccOf(read.map(({ tag }) => ['cprt', tag] as const))
    for (let length = 0; length < bytes.length; length++)
      expect([length, (await readProfile(bytes.subarray(0, length))).gaps.length > 0]).toEqual([length, true])
  })

  test('is never without gaps and without a text in UTF-16 where a bit is another one', async () => {
    const bytes = iccOf([
      ['cprt', localized(id)],
      ['desc', described('a', `c${id}`)],
    ])
    const own = [...bytes.keys()].filter((at) => bytes.subarray(at).indexOf(utf16(id)) === 0)
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const at = bit >> 3
      const damaged = Buffer.from(bytes)
      damaged[at]! ^= 1 << (bit & 7)
      const { gaps, texts } = await readProfile(damaged)
      const isOwn = own.some((from) => at >= from && at < from + 2 * id.length)
      expect([bit, gaps.length === 0 && !isOwn && texts.split(id).length < 3]).toEqual([bit, false])
    }
  })
})
