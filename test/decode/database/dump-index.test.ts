import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { collect, inPieces, textsOf } from '../collect.ts'
import { indexOf, wordsOf } from './dump-index-writer.ts'

const read = async (bytes: Buffer, lengths = [1e6]) => {
  const { reading, contents } = await collect(inPieces(bytes, lengths))
  return { gaps: reading.gaps.map(({ reason }) => reason), texts: textsOf(contents) }
}
const MiB = 2 ** 20
const notRead = expect.stringMatching(/^(?:not-text|invalid-utf8|unsupported-format)$/)
const lines = (numbers: readonly number[]) => numbers.map((number) => `${number}\n`).join('')

describe('the index that MySQL Shell writes beside a file of rows', () => {
  test.each([
    { name: 'no rows', rows: [], numbers: [0] },
    { name: 'less than a MiB', rows: [700_000, 48_575], numbers: [748_575] },
    { name: 'a MiB in all', rows: [MiB - 1, 1], numbers: [MiB, MiB] },
    { name: 'rows that end at each MiB', rows: Array(8).fill(MiB / 2), numbers: [1, 2, 3, 4, 4].map((n) => n * MiB) },
    { name: 'rows behind the last MiB', rows: [MiB - 5, 20, 700], numbers: [MiB + 15, MiB + 715] },
  ])('is read to its end, and its numbers are lines: $name', async ({ rows, numbers }) => {
    expect(indexOf(rows)).toEqual(wordsOf(numbers))
    for (const lengths of [[1e6], [1], [13, 5]]) {
      const { gaps, texts } = await read(indexOf(rows), lengths)
      expect([gaps, texts[''] !== undefined]).toEqual([[], true])
      expect((texts.numbers ?? '').replace(/\t.*/g, '')).toBe(lines(numbers))
    }
  })

  test('is read to its end, whatever rows of less than a MiB there are', async () => {
    const rows = fc.array(fc.integer({ min: 1, max: MiB - 1 }), { maxLength: 300 })
    await fc.assert(
      fc.asyncProperty(rows, async (lengths) => {
        const { gaps, texts } = await read(indexOf(lengths))
        expect(gaps).toEqual([])
        expect(texts.numbers).toContain(String(lengths.reduce((sum, length) => sum + length, 0)))
      }),
      { numRuns: 100 },
    )
  })

  test('of one or two numbers is read as other numbers, too: in the other order, in 16 bits, in two digits a byte', async () => {
    expect((await read(wordsOf([0x12345]))).texts.numbers).toBe('74565\t1159921920\t17699\t12345\n')
    expect((await read(wordsOf([0x1234c]))).texts.numbers).toBe('74572\t1277362432\t19491\t1234\n')
    expect((await read(wordsOf([0x100000, 0x1fffff]))).texts.numbers).toBe(
      '1048576\t4096\t0\t100000\n2097151\t4294909696\t65535\n',
    )
  })
})

describe('what is like such an index', () => {
  const index = indexOf(Array(2_000).fill(10_007))
  const cut = [...index.keys()].slice(1).map((length) => index.subarray(0, length))
  const sorted = wordsOf([1_500_000, 61_000_000, 61_000_001, 75_000_000])
  const text = Buffer.from('\0\0\0\0\0bob\0\0\0\0\0joe', 'latin1')
  test.each([
    { name: 'a number of more than a MiB alone', contents: [wordsOf([MiB])] },
    { name: 'a text of three characters', contents: [text.subarray(0, 8), text] },
    { name: 'numbers that are sorted', contents: [sorted, sorted.subarray(0, 16)] },
    { name: 'numbers that go down', contents: [wordsOf([MiB + 9, MiB + 8])] },
    { name: 'less than eight bytes, or some more', contents: [Buffer.alloc(7), Buffer.alloc(9), Buffer.alloc(20)] },
    { name: 'zeros, as 16 bytes', contents: [Buffer.alloc(16)] },
    { name: 'numbers in the other order', contents: [wordsOf([748_575]).reverse()] },
    { name: 'rows of more than a MiB', contents: [indexOf([3 * MiB, 5]), indexOf([5, 2.5 * MiB])] },
    { name: 'one that goes on', contents: [Buffer.concat([index, index]), Buffer.concat([index, text])] },
    { name: 'one of more than a MiB', contents: [indexOf(Array(MiB / 8 + 1).fill(MiB - 1))] },
    { name: 'one that is cut anywhere', contents: cut },
    { name: 'slices of one', contents: [...index.keys()].slice(1).map((from) => index.subarray(from)) },
  ])('is never clean: $name', async ({ contents }) => {
    for (const content of contents) {
      const { gaps, texts } = await read(content)
      expect(gaps).toContainEqual(notRead)
      expect(Object.keys(texts)).toEqual([''])
    }
  })

  test('is not taken for one where any number is another one', async () => {
    const small = indexOf(Array(200).fill(100_003))
    for (let at = 0; at < small.length - 8; at++) {
      if (at % 8 > 4) continue
      for (const bit of [1, 4, 0x80]) {
        const other = Buffer.from(small)
        other[at]! ^= bit
        expect((await read(other)).gaps).toContainEqual(notRead)
      }
    }
  })
})
