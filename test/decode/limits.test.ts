import { setTimeout as pause } from 'node:timers/promises'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { decodeObject } from '../../lib/decode/decode-object.ts'
import { defaultLimits } from '../../lib/decode/limits.ts'
import { collect, inPieces } from './collect.ts'
import { raw, zstdFrame } from './frames.ts'

const text = 'user 1111111111\n'
const reasons = (reading: { gaps: { reason: string }[] }) => reading.gaps.map((gap) => gap.reason)

function wrapped(times: number): Buffer {
  let bytes = Buffer.from(text)
  for (let time = 0; time < times; time++) bytes = time % 2 === 0 ? gzipSync(bytes) : zstdCompressSync(bytes)
  return bytes
}

test('containers are unwrapped to the stated depth and not beyond it', async () => {
  const limits = { ...defaultLimits, depth: 3 }
  const within = await collect(inPieces(wrapped(3), [7]), limits)
  expect(within.reading.complete).toBe(true)
  const beyond = await collect(inPieces(wrapped(4), [7]), limits)
  expect(reasons(beyond.reading)).toEqual(['limit'])
  expect(beyond.reading.gaps[0]!.path).toEqual(['zstd', 'gzip', 'zstd'])
})

test.each([
  { name: 'gzip', bomb: gzipSync(Buffer.alloc(2 ** 26, 'a')), ratio: 500 },
  { name: 'zstd', bomb: zstdCompressSync(Buffer.alloc(2 ** 26, 'a')), ratio: 1000 },
  { name: 'gzip in gzip', bomb: gzipSync(gzipSync(Buffer.alloc(2 ** 26, 'a'))), ratio: 1000 },
])('a bomb is left as soon as its ratio shows: $name', async ({ bomb, ratio }) => {
  let delivered = 0
  const open = () => ({
    write(bytes: Uint8Array) {
      delivered += bytes.length
    },
    end() {},
  })
  const reading = await decodeObject(inPieces(bomb, [512]), open, { limits: { ...defaultLimits, ratio } })
  expect(reasons(reading)).toEqual(['limit'])
  expect(reading.bytes).toBe(bomb.length)
  expect(delivered).toBeLessThan(2 ** 26)
  expect(delivered).toBe(reading.decodedBytes)
})

test('a small object may be compressed as well as it likes', async () => {
  const { reading } = await collect(inPieces(zstdCompressSync(Buffer.alloc(2 ** 20, 'a')), [1e6]))
  expect(reading.decodedBytes / reading.bytes).toBeGreaterThan(defaultLimits.ratio)
  expect(reading.complete).toBe(true)
})

test('an object is left beyond the stated number of decoded bytes', async () => {
  const bytes = gzipSync(Buffer.alloc(100_000, 'a'))
  const within = await collect(inPieces(bytes, [1e6]), { ...defaultLimits, decodedBytes: 100_000 })
  expect(within.reading.complete).toBe(true)
  const beyond = await collect(inPieces(bytes, [1e6]), { ...defaultLimits, decodedBytes: 99_999 })
  expect(reasons(beyond.reading)).toEqual(['limit'])
})

test('a zstd window is granted up to the stated size and not beyond it', async () => {
  const granted = await collect(inPieces(zstdFrame([raw(text)], { windowLog: 27 }), [1e6]))
  expect(granted.reading.complete).toBe(true)
  const refused = await collect(inPieces(zstdFrame([raw(text)], { windowLog: 28 }), [1e6]))
  expect(reasons(refused.reading)).toEqual(['limit'])
  const raised = await collect(inPieces(zstdFrame([raw(text)], { windowLog: 28 }), [1e6]), {
    ...defaultLimits,
    windowLog: 28,
  })
  expect(raised.reading.complete).toBe(true)
})

test.each([
  { name: 'gzip', bomb: gzipSync(Buffer.alloc(2 ** 23, 'a')) },
  { name: 'zstd', bomb: Buffer.concat(Array.from({ length: 8 }, () => zstdCompressSync(Buffer.alloc(2 ** 20, 'a')))) },
])('while a sink is busy nothing more is read or decoded: $name', async ({ bomb }) => {
  let asked = 0
  async function* counted(): AsyncGenerator<Uint8Array> {
    for await (const piece of inPieces(bomb, [64])) {
      asked += 1
      yield piece
    }
  }
  let writing = 0
  let largest = 0
  const moved: number[] = []
  const reading = await decodeObject(
    counted(),
    () => ({
      async write(bytes) {
        writing += 1
        largest = Math.max(largest, bytes.length)
        expect(writing).toBe(1)
        const before = asked
        await pause(moved.length < 5 ? 20 : 0)
        moved.push(asked - before)
        writing -= 1
      },
      end() {},
    }),
    { limits: { ...defaultLimits, ratio: 1e6 } },
  )
  expect(reading).toMatchObject({ complete: true, decodedBytes: 2 ** 23 })
  expect(Math.max(...moved)).toBe(0)
  expect(largest).toBeLessThanOrEqual(2 ** 20)
})

test('a sink that fails ends the reading with its error, and the producer is told to stop', async () => {
  let closed = false
  async function* producer(): AsyncGenerator<Uint8Array> {
    try {
      for (;;) yield gzipSync(text)
    } finally {
      closed = true
    }
  }
  const failing = {
    write(): never {
      throw new RangeError('sink is full')
    },
    end() {},
  }
  await expect(decodeObject(producer(), () => failing)).rejects.toThrow('sink is full')
  expect(closed).toBe(true)
})
