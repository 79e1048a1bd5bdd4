import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isSeparatedHead } from '../../../lib/decode/text/separated-head.ts'
import { requireTool } from '../../support/require-tool.ts'
import { scratchDirectory } from '../../support/scratch.ts'
import { someOf } from '../../support/some-of.ts'
import { collect, inPieces } from '../collect.ts'

/** Binary records have lengths, types and numbers from 1 to 3, and of ten, which is a line end: none may be taken for a table and be clean. */

async function isClean(bytes: Uint8Array): Promise<boolean> {
  const { reading } = await collect(inPieces(bytes, [1e6]))
  return reading.gaps.length === 0 && isSeparatedHead(bytes.subarray(0, 512))
}

const varint = (value: number): number[] => (value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(value >>> 7)])
const zigzag = (value: number) => varint(value < 0 ? -2 * value - 1 : 2 * value)
const bytesOf = (text: string) => [...Buffer.from(text)]

/** Lengths that are bytes of such a table: 1, 2, 3, 9, 10, 13 and from 32 on, and the same of other encodings. */
const text = fc.oneof(fc.constantFrom(1, 2, 3, 5, 9, 10, 13), fc.integer({ min: 16, max: 100 })).chain((length) =>
  fc.string({
    unit: fc.constantFrom('a', 'b', 'e', '0', '7', '.', '@', '_', ' '),
    minLength: length,
    maxLength: length,
  }),
)
const number = fc.oneof(fc.constantFrom(-1, 1, 2, 5, 10), fc.integer({ min: 16, max: 63 }))

/** One value of each encoding; `at` is its place in the record. */
const encodings: Record<
  string,
  { text(text: string, at: number): number[]; number(value: number, at: number): number[] }
> = {
  Avro: { text: (text) => [...zigzag(text.length), ...bytesOf(text)], number: zigzag },
  'Avro that may be null': { text: (text) => [2, ...zigzag(text.length), ...bytesOf(text)], number: zigzag },
  'protocol buffers': {
    text: (text, at) => [...varint(8 * (at + 4) + 2), ...varint(text.length), ...bytesOf(text)],
    number: (value, at) => [...varint(8 * (at + 4)), ...varint(Math.abs(value))],
  },
  MessagePack: {
    text: (text) => [...(text.length < 32 ? [0xa0 + text.length] : [0xd9, text.length]), ...bytesOf(text)],
    number: (value) => [value & 0xff],
  },
  CBOR: {
    text: (text) => [...(text.length < 24 ? [0x60 + text.length] : [0x78, text.length]), ...bytesOf(text)],
    number: (value) => (value < 0 ? [0x1f - value] : value < 24 ? [value] : [0x18, value]),
  },
  'lengths of one byte': { text: (text) => [text.length, ...bytesOf(text)], number: (value) => [Math.abs(value)] },
  'types and lengths': {
    text: (text, at) => [1 + at, text.length, ...bytesOf(text)],
    number: (value, at) => [1 + at, 1, Math.abs(value)],
  },
  DER: {
    text: (text) => [0x0c, text.length, ...bytesOf(text)],
    number: (value) => [2, 1, value & 0x7f],
  },
}

describe('binary records that look like a table', () => {
  const field = fc.oneof(text, number)
  for (const [name, encoding] of someOf(4, Object.entries(encodings)))
    test(`are not clean: ${name}`, async () => {
      const encode = (value: string | number, at: number) =>
        typeof value === 'string' ? encoding.text(value, at) : encoding.number(value, at)
      const record = fc
        .array(field, { minLength: 1, maxLength: 5 })
        .filter((values) => values.some((each) => typeof each === 'string'))
      await fc.assert(
        fc.asyncProperty(record, fc.integer({ min: 1, max: 3 }), fc.boolean(), async (values, count, isClosed) => {
          const one = values.flatMap(encode)
          const all = Array.from({ length: count }, () => (isClosed ? [...one, 10] : one)).flat()
          expect(await isClean(Uint8Array.from(all))).toBe(false)
        }),
        { numRuns: 1000 },
      )
    })

  test('are not clean: what is printable with any control bytes', async () => {
    const byte = fc.oneof(
      { weight: 4, arbitrary: fc.integer({ min: 32, max: 126 }) },
      { arbitrary: fc.nat(31), weight: 1 },
    )
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ minLength: 100, maxLength: 600 }),
        fc.array(byte, { minLength: 150, maxLength: 600 }),
        async (noise, printable) => {
          expect(await isClean(noise)).toBe(false)
          expect(await isClean(Uint8Array.from([...printable, 10]))).toBe(false)
        },
      ),
      { numRuns: 500 },
    )
  })

  test('are not clean: pickles of every protocol', async (context) => {
    requireTool(context, 'python3')
    const write = `import pickle, sys
for protocol in range(6):
  for value in [['a', 1, 'bob', 10], {'a': 'x', 'bb': 2, 'ccc': 'bob@example.org\\n'}, ('a' * 40 + '\\n', 1), [1, 2, 3, 10]]:
    print((pickle.dumps(value, protocol) + b'\\n').hex())`
    const pickles = execFileSync('python3', ['-c', write], { encoding: 'utf8' }).trim().split('\n')
    expect(pickles.length).toBe(24)
    for (const each of pickles)
      for (const end of [undefined, -2]) expect(await isClean(Buffer.from(each, 'hex').subarray(0, end))).toBe(false)
  })

  test('are not clean: what git keeps', async (context) => {
    requireTool(context, 'git')
    const at = scratchDirectory()
    const git = (...given: string[]) =>
      execFileSync('git', ['-C', at, ...given], { stdio: ['ignore', 'pipe', 'ignore'] })
    git('init', '-q')
    git('-c', 'user.name=a', '-c', 'user.email=a@b.org', 'commit', '-q', '--allow-empty', '-m', 'a')
    git('update-index', '--add', '--cacheinfo', `100644,${'1'.repeat(40)},abc`)
    expect(await isClean(readFileSync(`${at}/.git/index`))).toBe(false)
  })

  test('are not clean: pieces of what other programs wrote', async () => {
    const corpus = new URL('../../corpus/', import.meta.url)
    let looked = 0
    for (const format of ['sqlite', 'redis-rdb', 'avro', 'parquet', 'orc', 'arrow', 'bson', 'snappy', 'lz4', 'tar'])
      for (const name of readdirSync(new URL(`${format}/`, corpus)).filter((each) => each.endsWith('.bin'))) {
        const bytes = readFileSync(new URL(`${format}/${name}`, corpus)).subarray(0, 20_000)
        for (let at = 0; at + 16 < bytes.length; at += 37)
          for (const length of [16, 48, 200]) {
            const piece = bytes.subarray(at, at + length)
            const end = piece.lastIndexOf(10) + 1
            for (const each of [piece, piece.subarray(0, end)])
              if (isSeparatedHead(each)) expect(await isClean(each)).toBe(false)
            looked++
          }
      }
    expect(looked).toBeGreaterThan(10_000)
  })
})
