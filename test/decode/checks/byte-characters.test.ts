import { randomBytes } from 'node:crypto'
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { byteCharactersCheck } from '../../../lib/decode/checks/byte-characters.ts'
import { encodedCheck } from '../../../lib/decode/checks/encoded-check.ts'
import { decodeObject } from '../../../lib/decode/decode-object.ts'
import { inPieces } from '../collect.ts'

function problemOf(text: string, lengths = [1e6]) {
  const check = byteCharactersCheck()
  const bytes = Buffer.from(text)
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const next = at + lengths[turn % lengths.length]!
    const problem = check.write(bytes.subarray(at, next), undefined)
    if (problem !== undefined) return problem
    at = next
  }
  return check.end()
}

function encodedIn(text: string, lengths: readonly number[]) {
  const check = encodedCheck()
  const bytes = Buffer.from(text)
  for (let at = 0, turn = 0; at < bytes.length; at += lengths[turn++ % lengths.length]!)
    check.write(bytes.subarray(at, at + lengths[turn % lengths.length]!))
  check.end()
  return check.problem()
}

const hex = (byte: number, digits: number) => byte.toString(16).padStart(digits, '0')
const ascii = (json: string) => json.replace(/[\u007f-\uffff]/g, (one) => `\\u${hex(one.charCodeAt(0), 4)}`)
const shorts: Record<string, string> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\\': '\\\\' }
const python = (bytes: Buffer) =>
  `b'${[...bytes.toString('latin1')]
    .map((one) => shorts[one] ?? (/[ -~]/.test(one) ? one : `\\x${hex(one.charCodeAt(0), 2)}`))
    .join('')}'`

/** How programs write bytes as text. */
const ways: Record<string, (bytes: Buffer) => string> = {
  'JSON of JavaScript': (bytes) => JSON.stringify({ id: 7, blob: bytes.toString('latin1'), note: 'a note' }),
  'JSON of ASCII': (bytes) => ascii(JSON.stringify({ id: 7, blob: bytes.toString('latin1'), note: 'a note' })),
  'JSON in JSON': (bytes) => JSON.stringify(JSON.stringify({ blob: bytes.toString('latin1') })),
  'JSON of ASCII in JSON': (bytes) => JSON.stringify(ascii(JSON.stringify({ blob: bytes.toString('latin1') }))),
  'JSON of ASCII in JSON in JSON': (bytes) =>
    JSON.stringify(JSON.stringify(JSON.stringify(ascii(JSON.stringify({ blob: bytes.toString('latin1') }))))),
  'a line of Python': (bytes) => `stored ${python(bytes)} for the user`,
}
const words = (count: number) =>
  Array.from({ length: count }, (_, at) => `user ${7_000_000_007n * BigInt(at * 104_729 + 31)}`).join('\n')

describe('bytes that are written as characters', () => {
  describe.each(Object.entries(ways))('in %s', (_, write) => {
    test('are no text, whichever they are', () => {
      for (const length of [100, 101, 150, 1000])
        for (let turn = 0; turn < 40; turn++)
          expect(problemOf(write(randomBytes(length))), `${length} bytes`).toBeDefined()
    })

    test('are no text behind many that are the same', () => {
      for (const one of [0x00, 0x01, 0x81]) {
        const bytes = Buffer.concat([Buffer.alloc(200, one), randomBytes(150)])
        expect(problemOf(write(bytes)), `behind ${one}`).toBeDefined()
      }
    })

    test.each([1, 2, 3, 4, 5, 6, 7, 8, 9])('are no text when zlib made them at level %d', (level) => {
      for (const count of [3, 10, 200]) expect(problemOf(write(deflateSync(words(count), { level })))).toBeDefined()
    })

    test.each([
      { name: 'gzip', compress: gzipSync },
      { name: 'raw deflate', compress: deflateRawSync },
      { name: 'zstd', compress: zstdCompressSync },
      { name: 'Brotli', compress: brotliCompressSync },
    ])('are no text when $name made them', ({ compress }) => {
      for (const count of [4, 10, 200]) expect(problemOf(write(compress(Buffer.from(words(count)))))).toBeDefined()
    })

    test('are told by their beginning, however few there are, where it says what they are', () => {
      const few = words(1)
      const all = [gzipSync(few), ...[1, 6, 7, 8, 9].map((level) => deflateSync(few, { level }))]
      for (const bytes of all) expect(problemOf(write(bytes))).toBeDefined()
    })
  })

  test('are told by their beginning behind any number of backslashes', () => {
    for (const bytes of [gzipSync('jane_w77'), deflateSync('jane_w77')]) {
      let text = ascii(JSON.stringify(bytes.toString('latin1')))
      for (let depth = 1; depth <= 5; depth++) {
        expect(problemOf(text), `depth ${depth}`).toBeDefined()
        text = JSON.stringify(text)
      }
    }
  })

  test('are told at the same place however they are cut', () => {
    const way = fc.constantFrom(...Object.values(ways))
    const blob = fc.uint8Array({ maxLength: 120 }).map((bytes) => Buffer.from(bytes))
    const text = fc.array(
      fc.oneof(
        fc.constantFrom(
          'a text ',
          '\\u001b[31m',
          'é',
          'x^',
          'x',
          '\\\\',
          '\\u0000',
          '\n',
          '"',
          'ä¸\u00ad',
          '日本',
          '\\x9c',
          '\u009c',
        ),
        fc.tuple(way, blob).map(([write, bytes]) => write(bytes)),
      ),
      { maxLength: 12 },
    )
    const cuts = fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 5 })
    fc.assert(
      fc.property(text, cuts, (pieces, lengths) => {
        expect(problemOf(pieces.join(''), lengths)).toEqual(problemOf(pieces.join('')))
        // As it is used, with what the kernel says of the same bytes.
        const whole = `${pieces.join('')}${' a text without anything'.repeat(30)}`
        expect(encodedIn(whole, lengths)).toEqual(encodedIn(whole, [1e6]))
        if (problemOf(whole) !== undefined) expect(encodedIn(whole, [1e6])).toBeDefined()
      }),
      { numRuns: 1500 },
    )
  })

  test.each([1, 3, 6, 9])('are never clean in an object: zlib at level %d', async (level) => {
    const text = `${JSON.stringify({ id: 1, blob: deflateSync(words(30), { level }).toString('latin1') })}\n`
    const { gaps } = await decodeObject(inPieces(Buffer.from(text), [64]), () => ({ write() {}, end() {} }))
    expect(gaps).not.toEqual([])
  })
})

const misread = (text: string) => Buffer.from(text).toString('latin1')

describe('text with control characters', () => {
  test.each([
    {
      name: 'colours of a terminal',
      text: JSON.stringify('\x1b[1m\x1b[31mred\x1b[0m \x1b[32mgreen\x1b[39m é\x1b[0m'.repeat(9)),
    },
    { name: 'zeros behind a name', text: JSON.stringify(`josé${'\0'.repeat(60)}`) },
    {
      name: 'separators of Hive',
      text: JSON.stringify('jane\x01José\x02blue\x03déjà\x02vu\x03green\x01café\x02tea'.repeat(9)),
    },
    {
      name: 'Windows-1252 read as Latin-1',
      text: JSON.stringify('l\x92\xe9t\xe9 \x96 d\x92o\xf9 \x93oui\x94 \x85 \x80 5'.repeat(9)),
    },
    { name: 'Chinese taken for Latin-1', text: JSON.stringify(misread('名字是王小明，住在上海市。'.repeat(20))) },
    { name: 'the same in ASCII', text: ascii(JSON.stringify(misread('名字是王小明，住在上海市。'.repeat(20)))) },
    {
      name: 'Cyrillic taken for Latin-1',
      text: JSON.stringify(misread('Привет, как дела? Меня зовут Иван.'.repeat(20))),
    },
    { name: 'pictures taken for Latin-1', text: JSON.stringify(misread('ok 😀😎🎉 done 👍🏽 '.repeat(20))) },
    {
      name: 'Japanese taken for Latin-1 twice',
      text: JSON.stringify(misread(misread('東京都の山田です。'.repeat(9)))),
    },
    { name: 'a class of characters', text: String.raw`const quoted = /[\x00-\x1f\x7f-\x9f\xad\u0600-\u0604]/g` },
    { name: 'another one', text: String.raw`["\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b\u2028"]` },
    { name: 'letters with accents', text: JSON.stringify('ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖØÙÚÛÜÝÞß') },
    { name: 'the same in ASCII', text: ascii(JSON.stringify('ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖØÙÚÛÜÝÞß')) },
    { name: 'formulas', text: 'x^2 + y^2 = z^2, and x^n is more\n'.repeat(9) },
    { name: 'no-break spaces', text: 'a\u00a0b\u00a0«\u00a0c\u00a0»\u00a0°\u00a0±'.repeat(20) },
    { name: 'paths of Windows', text: JSON.stringify(String.raw`C:\x\u\x64\users\xander\u00e9`.repeat(9)) },
  ])('is text: $name', ({ text }) => {
    expect(problemOf(text)).toBeUndefined()
    expect(problemOf(JSON.stringify(text))).toBeUndefined()
  })
})
