import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { collect, inPieces, textsOf } from '../collect.ts'

const latin1 = (text: string) => Buffer.from(text, 'latin1')
const corpus = (name: string) => readFileSync(new URL(`../../corpus/msgpack/${name}.bin`, import.meta.url))
const names = 'a\n'
/** What the double of these bytes is. */
const lossy = BigInt(Buffer.from('43dd6f34547e6b1c', 'hex').readDoubleBE(0))

const cases: Record<string, { bytes: Buffer; contents: Record<string, string>; gaps: string[] }> = {
  'with numbers of each size': {
    bytes: latin1(
      '\x81\xa1a\x9a\x7f\xff\xcc\xff\xcd\x01\x00\xce\x49\x96\x02\xd2\xd0\x80\xd1\xff\x00\xd2\x80\x00\x00\x00\xca\x3f\x80\x00\x00\xcb\x41\x0f\x9a\xcf\x00\x00\x00\x00',
    ),
    contents: {
      'msgpack/values': '127\t-1\t255\t256\t1234567890\t-128\t-256\t-2147483648\t1\t258905.875\n',
      'msgpack/names': names,
    },
    gaps: [],
  },
  'with a number in a float that lost digits': {
    bytes: latin1('\x81\xa1a\xcb\x43\xdd\x6f\x34\x54\x7e\x6b\x1c'),
    contents: { 'msgpack/values': `${lossy}\n`, 'msgpack/names': names },
    gaps: ['lossy-number msgpack/values'],
  },
  'with an identifier as a key that is a number': {
    bytes: latin1('\x81\xa1a\x81\xce\x49\x96\x02\xd2\xa3bob'),
    contents: { 'msgpack/values': '1234567890\tbob\n', 'msgpack/names': names },
    gaps: [],
  },
  'with an extension that only its program knows': {
    bytes: latin1('\x81\xa1a\xd6\x05\x01\x02\x03\xff'),
    contents: { 'msgpack/values': '\x01\x02\x03\ufffd\n', 'msgpack/names': names },
    gaps: ['not-text msgpack/values'],
  },
  'with a text that is none': {
    bytes: latin1('\x81\xa1a\xa3b\xffb'),
    contents: { 'msgpack/values': 'b\ufffdb\n', 'msgpack/names': names },
    gaps: ['invalid-utf8 msgpack/values'],
  },
  'with a UUID in 16 bytes': {
    bytes: Buffer.concat([latin1('\x81\xa1a\xc4\x10'), Buffer.from('3f2504e04f8941d39a0c0305e82c3301', 'hex')]),
    contents: {
      'msgpack/values': `${Buffer.from('3f2504e04f8941d39a0c0305e82c3301', 'hex')}\n`,
      'msgpack/values-uuids': '3f2504e0-4f89-41d3-9a0c-0305e82c3301\n',
      'msgpack/names': names,
    },
    gaps: ['not-text msgpack/values'],
  },
  'with a container as a value': {
    bytes: Buffer.concat([latin1('\x81\xa1a\xc4\x08'), latin1('\x81\xa1b\xa4jane')]),
    contents: {
      'msgpack/values': '\n',
      'msgpack/names': names,
      'msgpack/value-1/msgpack/values': 'jane\n',
      'msgpack/value-1/msgpack/names': 'b\n',
    },
    gaps: [],
  },
  'with numbers, truth and nothing as keys': {
    bytes: latin1('\x81\xa1a\x85\xcb\x3f\xe0\0\0\0\0\0\0\x01\xc3\xa3bob\xc0\x02\x03\x04\xa1a\x05'),
    contents: { 'msgpack/values': '0.5\t1\tbob\t2\t3\t4\t5\n', 'msgpack/names': names },
    gaps: [],
  },
  'with nothing in a list and a map': {
    bytes: latin1('\x82\xa1a\x90\xa1a\x80\x92\x80\x01'),
    contents: { 'msgpack/values': '1\n', 'msgpack/names': names },
    gaps: [],
  },
}

describe('records of MessagePack', () => {
  for (const [name, { bytes, contents, gaps }] of Object.entries(cases))
    test(`are read, or say what is wrong: ${name}`, async () => {
      for (const lengths of [[bytes.length], [1], [13, 64, 5]]) {
        const { reading, contents: read } = await collect(inPieces(bytes, lengths))
        expect(reading.gaps.map(({ reason, path }) => `${reason} ${path.join('/')}`)).toEqual(gaps)
        expect(textsOf(read)).toEqual(contents)
      }
    })

  test('that were cut off are never complete but between two of them', async () => {
    const bytes = corpus('fluent')
    const whole = bytes.length / 2
    for (let length = 1; length < bytes.length; length++) {
      const { reading } = await collect(inPieces(bytes.subarray(0, length), [9]))
      expect([length, reading.complete, reading.bytes]).toEqual([length, length === whole, length])
    }
  })

  test('behind 600 bytes of others say what no value begins with, and deliver what came before', async () => {
    const one = latin1('\x81\xa1a\xabbob_smith77')
    const bytes = Buffer.concat([...Array.from({ length: 60 }, () => one), latin1('\x81\xa1b\xc1')])
    const { reading, contents } = await collect(inPieces(bytes, [50]))
    expect(reading.gaps).toMatchObject([{ reason: 'corrupt', path: ['msgpack'], offset: bytes.length }])
    expect(textsOf(contents)['msgpack/values']).toBe(`${'bob_smith77\n'.repeat(60)}…`)
  })

  test('end where something begins that is no array or map, which is read as what it is', async () => {
    const one = latin1('\x81\xa1a\xabbob_smith77')
    const others = Array.from({ length: 60 }, () => one)
    const ends = { 'jane_doe\n': [], '\xc1': ['trailing-data'], '\xa8jane_doe': ['trailing-data'] }
    for (const [end, gaps] of Object.entries(ends)) {
      const { reading, contents } = await collect(inPieces(Buffer.concat([...others, latin1(end)]), [50]))
      expect(reading.gaps.map(({ reason }) => reason)).toEqual(gaps)
      expect(contents.get('msgpack/trailing')?.bytes).toEqual(latin1(end))
    }
  })

  test('in which a value stands where a key is are a gap: a byte or a value is missing', async () => {
    const one = latin1('\x83\xa1a\xabbob_smith77\xa1b\xc3\xa1c\x01')
    const damaged = latin1('\x83\xa1a\xaabob_smith77\xa1b\xc3\xa1c\x01')
    const bytes = Buffer.concat([...Array.from({ length: 60 }, () => one), damaged])
    const { reading } = await collect(inPieces(bytes, [50]))
    expect(reading.gaps).toMatchObject([{ reason: 'corrupt', path: ['msgpack'], detail: 'msgpack: expected a key' }])
  })

  test('of any size are held in memory a MiB at a time', async () => {
    const text = latin1(`\xda\xff\xff${'x'.repeat(65_535)}`)
    const bytes = Buffer.concat([latin1('\x81\xa1a\xdc\x00\x64'), ...Array.from({ length: 100 }, () => text)])
    const { contents } = await collect(inPieces(bytes, [65_536]))
    const rows = textsOf(contents)['msgpack/values']!.split('\n')
    expect(rows.map((row) => row.length).every((length) => length < 1.2e6)).toBe(true)
    expect(rows.join('').replaceAll('\t', '')).toBe('x'.repeat(100 * 65_535))
  })

  test('have what a list of bytes stands for in the row of its last number', async () => {
    const bytes = Buffer.concat([latin1('\x82\xa1a\xdc\x04\x00'), Buffer.alloc(1024, 'b'), latin1('\xa1a\xa3bob')])
    const { contents } = await collect(inPieces(bytes, [99]))
    const rows = textsOf(contents)['msgpack/values']!.split('\n')
    expect(rows.map((row) => row.split('\t').length)).toEqual([1025, 1, 1])
  })

  test('that are inside each other too often are a gap', async () => {
    const bytes = Buffer.concat([latin1('\x82\xa1a\xa1b\xa1c'), Buffer.alloc(600, '\x91', 'latin1')])
    const long = Buffer.concat([
      latin1(`\x82\xa1a\xda\x02\x58${'a'.repeat(600)}\xa1c`),
      Buffer.alloc(2000, '\x91', 'latin1'),
    ])
    expect((await collect(inPieces(bytes, [99]))).reading.complete).toBe(false)
    expect((await collect(inPieces(long, [99]))).reading.gaps).toMatchObject([{ reason: 'limit' }])
  })
})

test('what has no map with texts as keys is no MessagePack', async () => {
  for (const text of [
    '\x81\x01\x02',
    '\x92\xa3bob\x01',
    '\x83\x41\x83\x42\x83\x43',
    '\x80',
    '\x93Hello\x94 he said, and so on',
    '\x81\xa1\x01\x02',
  ]) {
    const { reading } = await collect(inPieces(latin1(text), [1e6]))
    expect(reading.gaps[0]?.path).not.toContain('msgpack')
  }
})

test('text in UTF-8 is none, also where its characters are such types and lengths (Thaana)', async () => {
  const text = 'ތަޕްރާޕާ. ބޯބަ މީދޭ ޗަޖާ ދަހާންޓޭ. ޕެޅޮޑީ 5696621 '
  for (const length of [1, 2, 3, 20, 40].flatMap((from) => Array.from({ length: 9 }, (_, more) => from + more))) {
    const { reading } = await collect(inPieces(Buffer.from(text.repeat(length)), [1e6]))
    expect(reading).toMatchObject({ complete: true, gaps: [] })
  }
})
