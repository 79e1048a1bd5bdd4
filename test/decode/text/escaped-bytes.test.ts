import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readText } from '../collect.ts'

const escaped = (value: Buffer, plain: RegExp, isCapital = false) =>
  Array.from(value, (byte) => {
    if (plain.test(String.fromCharCode(byte))) return String.fromCharCode(byte)
    const digits = byte.toString(16).padStart(2, '0')
    return `\\${isCapital ? digits.toUpperCase() : digits}`
  }).join('')

const printed = (type: string, lines: string[]) =>
  `VERSION=3\nformat=print\ntype=${type}\nHEADER=END\n${lines.map((line) => ` ${line}\n`).join('')}DATA=END\n`
/** How each program writes values. */
const writers: Record<string, (values: Buffer[]) => string> = {
  tdbdump: (values) =>
    values
      .map((value, at) => {
        const text = `"${escaped(value, /[^\0-\x1f\x7f-\xff"\\]/, true)}"`
        return at % 2 === 0 ? `{\nkey(${value.length}) = ${text}\n` : `data(${value.length}) = ${text}\n}\n`
      })
      .join(''),
  'db_dump -p': (values) =>
    printed(
      'btree',
      values.map((value) => escaped(value, /[^\0-\x1f\x7f-\xff]/).replace(/\\(?![0-9a-f]{2})/g, '\\\\')),
    ),
  'mdb_dump -p': (values) =>
    printed(
      'btree',
      values.map((value) => escaped(value, /[^\0-\x1f\x7f-\xff\\]/)),
    ),
}

describe('a dump whose bytes are two digits behind a backslash', () => {
  for (const [name, write] of Object.entries(writers))
    test(`has its keys and values as they were, wherever it is cut: ${name}`, async () => {
      const texts = ['key', 'é48151623', '48151623\tx "y"', 'ü', 'a\\\\ b', '']
      const text = write(texts.map((each) => Buffer.from(each)))
      for (let at = 1; at < text.length; at++) {
        const { texts: contents, gaps } = await readText(text, [at, text.length])
        expect(contents['escaped-bytes']).toBe(text)
        expect(contents['escaped-bytes/values']).toBe(texts.map((each) => `${each}\n`).join(''))
        expect(gaps).toEqual([])
      }
    })

  for (const name of ['tdbdump', 'mdb_dump -p'])
    test(`has values of any bytes as they were: ${name}`, async () => {
      const value = fc.string({ unit: fc.constantFrom('a', '1', '\\', '"', 'é', ' ', '0', '}'), maxLength: 20 })
      const lengths = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 3 })
      await fc.assert(
        fc.asyncProperty(fc.array(value, { maxLength: 8 }), lengths, async (values, lengths) => {
          const all = ['k', ...values]
          const { texts, gaps } = await readText(writers[name]!(all.map((each) => Buffer.from(each))), lengths)
          expect(texts['escaped-bytes/values']).toBe(all.map((each) => `${each}\n`).join(''))
          expect(gaps).toEqual([])
        }),
        { numRuns: 60 },
      )
    })

  test('is not clean where values are binary, and what is text in them is found', async () => {
    const { texts, gaps } = await readText(writers.tdbdump!([Buffer.from('k'), Buffer.from('\0\0\x1648151623\0')]))
    expect(texts['escaped-bytes/values']).toBe('k\n\0\0\x1648151623\0\n')
    expect(gaps).toEqual(['not-text'])
    expect((await readText(writers['mdb_dump -p']!([Buffer.from('82a5', 'hex')]))).gaps).toEqual(['invalid-utf8'])
  })

  test('is decoded where a value is of a format', async () => {
    const { texts } = await readText(writers['db_dump -p']!([Buffer.from('k'), Buffer.from('BEGIN:VCARD\nX:bo\n b\n')]))
    expect(texts['escaped-bytes/value-1/folded/unfolded']).toBe('X:bob\n')
  })

  test('keeps a backslash that LMDB wrote as it is', async () => {
    const { texts, gaps } = await readText(printed('btree', ['k', 'x\\y 48151623\\']))
    expect([texts['escaped-bytes/values'], gaps]).toEqual(['k\nx\\y 48151623\\\n', []])
  })

  test('is not complete where a value is cut or too long', async () => {
    expect((await readText('{\nkey(1) = "k"\ndata(9) = "4815\\31\n')).gaps).toEqual(['corrupt'])
    const long = printed('hash', ['k', 'word '.repeat(2 ** 20), 'bob'])
    const { texts, gaps } = await readText(long, [2 ** 16])
    expect([texts['escaped-bytes/values'], gaps]).toEqual(['k\nbob\n', ['limit']])
  })

  test('is none that only looks alike', async () => {
    for (const text of [
      '{\nkey: "\\00"\n}\n',
      'VERSION=3\nformat=bytevalue\n 6b\n',
      'format=print\n \\00\n',
      'VERSION=3\n',
    ])
      expect((await readText(text)).texts).toEqual({ '': text })
  })
})
