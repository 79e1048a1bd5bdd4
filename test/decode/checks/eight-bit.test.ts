import { createCipheriv } from 'node:crypto'
import { brotliCompressSync, deflateRawSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { contentCheck } from '../../../lib/decode/checks/content-check.ts'
import { scanObject } from '../../../lib/scan/scan-object.ts'
import { makeIndex, seededRandom } from '../../subject-index/make-index.ts'
import { inPieces } from '../collect.ts'

function problemIn(pieces: Iterable<Uint8Array>, readsEightBit = true, skipsZeros = false) {
  const check = contentCheck({ readsEightBit, ...(skipsZeros && { isOther: () => false }) })
  for (const piece of pieces) check.write(piece)
  check.end()
  return check.text()
}

const rows = (text: string) => text.repeat(20)
const latin1 = (text: string) => Buffer.from(text, 'latin1')
const western = rows('17;J\xf6rg M\xfcller;Stra\xdfe 3;\xc9t\xe9 \xe0 No\xebl\r\n')
const ascii = 'a line of ASCII\n'.repeat(300)
const random = seededRandom('eight bits')

const texts = [
  { name: 'German and French in Latin-1', bytes: latin1(western) },
  { name: 'one character in a long text', bytes: latin1(`${'only ASCII '.repeat(50)}\xe9`) },
  { name: 'the euro sign and quotes of Windows-1252', bytes: latin1(rows('price \x80 12, \x93quoted\x94 and \x85\n')) },
  { name: 'a Ctrl-Z behind the last line, as DOS has it', bytes: latin1(`${western}\x1a`) },
  {
    name: 'a control byte that somebody typed far before its first character',
    bytes: latin1(`${ascii}\x05${ascii}\xe9`),
  },
  { name: 'a word in Shift_JIS among ASCII', bytes: latin1(rows('user \x83A17 viewed a page of the catalogue\n')) },
]

const others = [
  { name: 'too short to tell', bytes: latin1('J\xf6rg') },
  { name: 'a control byte', bytes: latin1(`${western}\x01`) },
  { name: 'a control byte close before its first character', bytes: latin1(`${ascii}\x05\xe9 ${western}`) },
  { name: 'the same behind another one', bytes: latin1(`${ascii}\x05${ascii}\x06${western}`) },
  { name: 'a Ctrl-Z that something is behind', bytes: latin1(`${western}\x1a\n`) },
  { name: 'a Ctrl-Z in the last line', bytes: latin1(`${western}a\x1a`) },
  { name: 'a NUL', bytes: latin1(`${western}\0`) },
  { name: 'EBCDIC', bytes: latin1(rows('\xa4\xa2\x85\x99@\xf1\xf7@\xa5\x89\x85\xa6\x85\x84@\x81@\x97\x81\x87\x85')) },
  {
    name: 'Cyrillic in KOI8-R, which nothing tells from noise',
    bytes: latin1(rows('\xf0\xd2\xc9\xd7\xc5\xd4 \xcd\xc9\xd2\n')),
  },
  { name: 'Japanese in Shift_JIS', bytes: latin1(rows('\x93\xfa\x96\x7b\x8c\xea\x82\xcc\x95\xb6\n')) },
  { name: 'UTF-16 without a mark', bytes: Buffer.from(rows('J\xf6rg viewed a page'), 'utf16le') },
  { name: 'UTF-32', bytes: Buffer.from(Array.from(rows('user 17'), (each) => [each.charCodeAt(0), 0, 0, 0]).flat()) },
]

describe('text that is no UTF-8', () => {
  for (const { name, bytes } of texts)
    test(`is text in any cuts: ${name}`, () => {
      expect(problemIn([bytes])).toBeUndefined()
      for (const size of [1, 2, 3, 7, 64])
        expect(
          problemIn(
            Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
              bytes.subarray(at * size, (at + 1) * size),
            ),
          ),
        ).toBeUndefined()
    })

  for (const { name, bytes } of texts)
    test(`is none for who does not look behind its characters: ${name}`, () => {
      expect(problemIn([bytes], false)?.reason).toBe('invalid-utf8')
    })

  for (const { name, bytes } of others)
    test(`is none where that cannot be told: ${name}`, () => {
      expect(problemIn([bytes])).toBeDefined()
      expect(problemIn(Array.from(bytes, (byte) => Uint8Array.of(byte)))).toStrictEqual(problemIn([bytes]))
    })

  /** An `é` for each `x`, over and over behind a word. */
  const pattern = (text: string, length: number) =>
    latin1(`-----${text.repeat(length)}`.slice(0, length).replaceAll('x', '\xe9'))
  test.each([
    { name: 'two of them in a row', bytes: pattern(`xx${'-'.repeat(14)}`, 320), isText: true },
    { name: 'three in a row', bytes: pattern(`xxx${'-'.repeat(30)}`, 320), isText: false },
    { name: 'five of sixteen', bytes: pattern(`x-x-x-x-x${'-'.repeat(24)}`, 320), isText: true },
    { name: 'six of sixteen', bytes: pattern(`x-x-x-x-x-----x${'-'.repeat(40)}`, 320), isText: false },
    { name: 'six of seventeen', bytes: pattern(`x-x-x-x-x-------x${'-'.repeat(20)}`, 320), isText: true },
    { name: 'a fifth', bytes: pattern('x----', 320), isText: true },
    { name: 'more than a fifth', bytes: pattern('x----x---', 320), isText: false },
    { name: 'eight in a short text', bytes: pattern('-'.repeat(27) + 'x---'.repeat(8), 64), isText: true },
    { name: 'nine in a short text', bytes: pattern('-'.repeat(23) + 'x---'.repeat(9), 64), isText: false },
    { name: 'one in the least text', bytes: pattern(`${'-'.repeat(57)}x-`, 64), isText: true },
    { name: 'one in less', bytes: pattern(`${'-'.repeat(56)}x-`, 63), isText: false },
  ])('has as few of its characters: $name', ({ bytes, isText }) => {
    for (const length of [1, 7, bytes.length]) {
      const pieces = Array.from({ length: Math.ceil(bytes.length / length) }, (_, at) =>
        bytes.subarray(at * length, (at + 1) * length),
      )
      expect(problemIn(pieces) === undefined).toBe(isText)
    }
  })

  test('has no blocks of zeros, before or behind its characters: records have numbers there', () => {
    const ascii = Buffer.from(rows('a line of ASCII\n'))
    const number = Buffer.from('31e941428a434491', 'hex')
    for (const pieces of [
      [ascii, Buffer.alloc(100), number],
      [ascii, Buffer.alloc(100), number, ascii],
      [latin1(western), Buffer.alloc(100), ascii],
    ]) {
      const bytes = Buffer.concat(pieces)
      for (const cut of [[bytes], Array.from(bytes, (byte) => Uint8Array.of(byte))])
        expect(problemIn(cut, true, true)?.reason).toBe('invalid-utf8')
    }
  })

  test('is never what is encrypted or compressed, alone or among text', () => {
    const text = Buffer.from(western, 'latin1')
    for (let length = 64; length <= 4096; length *= 2)
      for (let turn = 0; turn < 50; turn++) {
        const secret = Buffer.from(random(length))
        const cipher = createCipheriv('aes-128-ctr', secret.subarray(0, 16), secret.subarray(16, 32))
        for (const bytes of [cipher.update(secret), deflateRawSync(secret), brotliCompressSync(secret)]) {
          expect(problemIn([bytes])).toBeDefined()
          expect(problemIn([text, bytes, text])).toBeDefined()
        }
      }
  })

  test('hides no identifier behind a character that ends in a letter', async () => {
    const index = makeIndex(['bob_smith', '1234567'])
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('\x83A', '\x8ez', '\x81\x30\x81\x35', '\xe9', '\x95_'),
        fc.constantFrom('bob_smith', '1234567'),
        async (before, id) => {
          const bytes = latin1(`${'a line of plain text about nothing\n'.repeat(4)}${before}${id} viewed a page\n`)
          const found: number[] = []
          const { complete } = await scanObject(inPieces(bytes, [17]), index, ({ offset }) => found.push(offset))
          expect(found).toStrictEqual([4 * 35 + before.length])
          expect(complete).toBe(true)
        },
      ),
      { numRuns: 30 },
    )
  })
})
