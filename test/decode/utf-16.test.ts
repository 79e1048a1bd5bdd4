import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { scanObject } from '../../lib/scan/scan-object.ts'
import { makeIndex } from '../subject-index/make-index.ts'
import { collect, inPieces, textsOf } from './collect.ts'

const little = (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le')
const big = (text: string) => little(text).swap16()

describe('text in UTF-16', () => {
  test('is pushed as UTF-8, in either byte order and any cuts', async () => {
    const lengths = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 4 })
    await fc.assert(
      fc.asyncProperty(
        // Characters of one unit and of two, among more plain ones.
        fc
          .array(
            fc
              .string({ unit: 'binary', minLength: 1, maxLength: 1 })
              .map((one) => `${one}${'abc'.slice(0, one.length + 1)}`),
          )
          .map((pairs) => pairs.join(''))
          .filter((text) => !/[\0-\x08\x0b\x0e-\x1a\x1c\x1d\x1f]/.test(text)),
        lengths,
        fc.constantFrom(little, big),
        async (text, cut, encode) => {
          const { reading, contents } = await collect(inPieces(encode(text), cut))
          expect(textsOf(contents)).toStrictEqual({ 'utf-16': text })
          expect(reading.complete).toBe(true)
        },
      ),
      { numRuns: 400 },
    )
  })

  for (const { name, bytes } of [
    { name: 'half a unit', bytes: little('user 17').subarray(0, -1) },
    { name: 'half a character', bytes: little('user \u{1f600}').subarray(0, -2) },
    { name: 'a lone surrogate', bytes: little('a\ud800b') },
    { name: 'a control character', bytes: big('a\u0000b') },
  ])
    test(`with ${name} is not clean, in any cuts`, async () => {
      for (let length = 1; length <= bytes.length; length++) {
        const { reading } = await collect(inPieces(bytes, [length]))
        expect(reading.gaps).toMatchObject([{ reason: 'not-text', path: ['utf-16'] }])
      }
    })

  test('is not clean where behind an odd number of zero bytes each character is halves of two others', async () => {
    const line = 'a line of plain text about nothing\n'.repeat(4)
    const index = makeIndex(['bob_w77'])
    const reasons = async (bytes: Buffer) =>
      (await scanObject(inPieces(bytes, [100]), index, () => {})).gaps.map(({ reason }) => reason)
    for (const encode of [little, big])
      for (let more = 0; more < 64; more += 2) {
        const [first, last] = [encode(line), encode(line).subarray(2)]
        const within = (zeros: Buffer, text: string) =>
          Buffer.concat([first, zeros, encode(text).subarray(2), zeros, last])
        expect(await reasons(within(Buffer.alloc(129 + more), 'user bob_w77 did it\n    '))).toContain('not-text')
        expect(await reasons(within(Buffer.alloc(128 + more), line))).toEqual([])
      }
  })

  test('has all that came before what is wrong', async () => {
    const { contents } = await collect(inPieces(little('bob@example.org\ud800'), [7]))
    expect(textsOf(contents)).toStrictEqual({ 'utf-16': 'bob@example.org\ufffd' })
  })

  test('may be empty, and UTF-32 is not taken for it', async () => {
    expect((await collect(inPieces(little(''), [1]))).reading.complete).toBe(true)
    const utf32 = Buffer.concat([Buffer.from('fffe0000', 'hex'), Buffer.from('a\0\0\0')])
    expect((await collect(inPieces(utf32, [3]))).reading.gaps).toMatchObject([{ reason: 'unsupported-format' }])
  })
})

describe('what only begins like UTF-16', () => {
  const withMark = (rest: Buffer) => Buffer.concat([Buffer.of(0xff, 0xfe), rest])
  const cases = [
    { name: 'ASCII behind a mark', bytes: withMark(Buffer.from('{"id":1234567890123456789} \n')) },
    {
      name: 'ASCII appended to UTF-16',
      bytes: withMark(
        Buffer.concat([Buffer.from('a line\n'.repeat(40), 'utf16le'), Buffer.from('id=123456789 '.repeat(6))]),
      ),
    },
    ...[8, 32, 64, 1024].map((length) => ({
      name: `${length} encrypted bytes behind a mark`,
      bytes: withMark(createHash('shake256', { outputLength: length }).update('odv').digest()),
    })),
  ]
  test.each(cases)('is a gap: $name', async ({ bytes }) => {
    const { reading } = await collect(inPieces(bytes, [7]))
    expect(reading.gaps.map(({ reason }) => reason)).toContain('not-text')
  })
})
