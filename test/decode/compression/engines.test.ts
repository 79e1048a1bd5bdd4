import { constants, deflateRawSync, zstdCompressSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Engine, EngineKind } from '../../../lib/decode/compression/engine/engine.ts'
import { streamEngine } from '../../../lib/decode/compression/engine/stream-engine.ts'
import { syncEngine } from '../../../lib/decode/compression/engine/sync-engine.ts'
import { canGoAhead } from '../../../lib/decode/compression/engine/write-ahead.ts'
import { inPieces } from '../collect.ts'

const inflateRaw: EngineKind = { name: 'inflate-raw' }
const zstd: EngineKind = { name: 'zstd', windowLog: 27 }
const checked = { params: { [constants.ZSTD_c_checksumFlag]: 1 } }

/** What an engine makes of one stream: its output, what it gives back and what is left, or that it fails. */
async function runOf(engine: Engine, bytes: Uint8Array, lengths: readonly number[]): Promise<string> {
  const input = inPieces(bytes, lengths)
  let rest = Buffer.alloc(0)
  const take = async () => {
    const next = await input.next()
    return next.done ? undefined : next.value
  }
  const output: Buffer[] = []
  try {
    for await (const piece of engine.run(take, (given) => {
      rest = Buffer.from(given)
    }))
      output.push(Buffer.from(piece))
  } catch (error) {
    return `failed: ${(error as { code?: string }).code}`
  }
  const left: Uint8Array[] = [rest]
  for (let next = await take(); next !== undefined; next = await take()) left.push(Buffer.from(next))
  return `${Buffer.concat(output).toString('hex')} and then ${Buffer.concat(left).toString('hex')}`
}

/** How zstd names damage depends on the room that its output has: all of it is the same gap. */
const withoutNames = (result: string) =>
  result.replace(/^failed: ZSTD_error_(?!memory_allocation)\w+$/, 'failed: damage')

const kinds: { kind: EngineKind; compress: (text: Uint8Array) => Buffer; endsItself: boolean }[] = [
  { kind: inflateRaw, compress: deflateRawSync, endsItself: true },
  { kind: zstd, compress: (text) => zstdCompressSync(text, checked), endsItself: false },
]
const texts = fc.oneof(
  fc.string({ unit: fc.constantFrom('a', 'b', '1', '\n'), maxLength: 400 }).map((text) => Buffer.from(text)),
  fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  fc.integer({ min: 200_000, max: 600_000 }).map((length) => Buffer.alloc(length, 'abcabd')),
)
const cuts = fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 4 })

const never = Number.POSITIVE_INFINITY
/** A core that is to spare for some of the time. */
const now = { asked: 0 }
const nowAndThen = () => now.asked++ % 3 > 0
const variants = kinds.flatMap((each) => [
  { ...each, how: 'from the beginning on ahead', aheadFrom: 0, hasSpareCore: () => true, numRuns: 100 },
  { ...each, how: 'ahead where a core is to spare', aheadFrom: 0, hasSpareCore: nowAndThen, numRuns: 60 },
  { ...each, how: 'never ahead', aheadFrom: never, hasSpareCore: () => true, numRuns: 100 },
])

describe.each(variants)(
  'the engine for $kind.name, $how',
  ({ kind, compress, endsItself, aheadFrom, hasSpareCore, numRuns }) => {
    test('is there where tests run', async () => {
      expect(syncEngine(kind)).toBeDefined()
      expect(await canGoAhead()).toBe(true)
    })

    test('does with any stream, whole, cut off or damaged, what the public one does', async () => {
      const damage = fc.record({
        lost: fc.nat(9),
        flip: fc.option(fc.nat(), { freq: 3 }),
        after: fc.uint8Array({ maxLength: 9 }),
      })
      await fc.assert(
        fc.asyncProperty(texts, damage, cuts, async (text, { lost, flip, after }, lengths) => {
          const whole = compress(text)
          const bytes = Buffer.concat([
            whole.subarray(0, Math.max(0, whole.length - lost)),
            endsItself && lost === 0 ? after : Buffer.alloc(0),
          ])
          if (flip !== null && bytes.length > 0) bytes[(flip >> 3) % bytes.length]! ^= 1 << (flip & 7)
          const engine = syncEngine(kind, hasSpareCore, aheadFrom)!
          const expected = await runOf(streamEngine(kind), bytes, lengths)
          expect(withoutNames(await runOf(engine, bytes, lengths))).toBe(withoutNames(expected))
          engine.close()
        }),
        { numRuns },
      )
    })

    test('decodes one stream after the other', async () => {
      const engine = syncEngine(kind, hasSpareCore, aheadFrom)!
      for (const text of ['one', '', 'x'.repeat(300_000), 'three'])
        expect(await runOf(engine, compress(Buffer.from(text)), [1000])).toBe(
          `${Buffer.from(text).toString('hex')} and then `,
        )
      engine.close()
    })

    test('decodes a stream that is there as a whole, or leaves everything as it was', async () => {
      const engine = syncEngine(kind, hasSpareCore, aheadFrom)!
      const text = Buffer.from('whole and at once')
      const bytes = compress(text)
      const output = Buffer.alloc(40)
      const input = Buffer.concat([bytes, Buffer.alloc(endsItself ? 8 : 0)])
      expect(engine.whole!(input, output, 3, text.length)).toEqual({ consumed: bytes.length, produced: text.length })
      expect(output.subarray(3, 3 + text.length)).toEqual(text)
      const damaged = Buffer.from(input).fill(0xff, 2)
      const tries: [Buffer, Buffer, number][] = [
        [input, Buffer.alloc(5), text.length],
        [damaged, output, text.length],
        endsItself ? [bytes.subarray(0, -1), output, text.length] : [bytes, output, text.length - 1],
      ]
      for (const [stored, room, size] of tries) {
        expect(engine.whole!(stored, room, 0, size)).toBeUndefined()
        expect(await runOf(engine, bytes, [7])).toBe(`${text.toString('hex')} and then `)
      }
      engine.close()
    })
  },
)

test('a zstd window beyond the limit is refused, also in a frame after one within it', async () => {
  const wide = zstdCompressSync(Buffer.alloc(10), {
    params: { [constants.ZSTD_c_windowLog]: 24, [constants.ZSTD_c_contentSizeFlag]: 0 },
  })
  const engine = syncEngine({ name: 'zstd', windowLog: 20 })!
  expect(await runOf(engine, zstdCompressSync(Buffer.from('within')), [100])).toContain(
    Buffer.from('within').toString('hex'),
  )
  wide[5] = (24 - 10) << 3
  expect(await runOf(engine, wide, [100])).toMatch(/^failed: ZSTD_error_frameParameter_windowTooLarge/)
  engine.close()
})
