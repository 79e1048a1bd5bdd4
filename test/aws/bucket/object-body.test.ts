import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { type BodyLimits, type FetchRange, readBody } from '../../../lib/aws/bucket/object-body.ts'
import { ReadFailed, StoreUnavailable } from '../../../lib/errors.ts'

/** How the bytes of one version are asked for. */

const limits: BodyLimits = { attempts: 3, pauseMs: 1, openingPauseMs: 1, rangeBytes: 1000, lanes: 4 }
const bytes = Buffer.from(Array.from({ length: 10_500 }, (_, index) => (index * 31) % 251))

async function* pieces(content: Uint8Array, size = 300) {
  for (let at = 0; at < content.length; at += size) {
    await pause(0)
    yield content.subarray(at, at + size)
  }
}

/** A medium that counts what is asked of it, and how much of it at once. */
function medium(break_: (nth: number) => number | Error = () => Number.POSITIVE_INFINITY, whole = false) {
  const asked: string[] = []
  let open = 0
  let most = 0
  const fetch: FetchRange = async (from, to) => {
    const after = break_(asked.push(`${from}-${to}`))
    if (after instanceof Error) throw after
    most = Math.max(most, ++open)
    const chunks = (async function* () {
      try {
        yield* pieces(bytes.subarray(from, Math.min(to, from + after)))
        if (from + after < to) throw new Error('reset')
      } finally {
        open--
      }
    })()
    return { chunks, whole }
  }
  return { asked, fetch, most: () => most }
}

async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const read: Buffer[] = []
  for await (const chunk of chunks) read.push(Buffer.from(chunk))
  return Buffer.concat(read)
}

it('takes a small version from the answer that opened it, and asks for nothing', async () => {
  const { asked, fetch } = medium()
  expect(await collect(readBody(pieces(bytes.subarray(0, 2000)), 2000, fetch, limits))).toEqual(bytes.subarray(0, 2000))
  expect(asked).toEqual([])
})

it('takes an empty version from the answer that opened it', async () => {
  const { asked, fetch } = medium()
  expect(await collect(readBody(pieces(Buffer.alloc(0)), 0, fetch, limits))).toEqual(Buffer.alloc(0))
  expect(asked).toEqual([])
})

it('asks for the ranges of a large version ahead, each once, as many at once as it says', async () => {
  const { asked, fetch, most } = medium()
  const read = collect(readBody(pieces(bytes), bytes.length, fetch, limits))
  expect(await read).toEqual(bytes)
  expect(asked).toEqual([...Array.from({ length: 9 }, (_, n) => `${n + 1}000-${n + 2}000`), '10000-10500'])
  expect(most()).toBe(4)
})

it('never has more ranges than its buffers, however slowly they are read', async () => {
  const { asked, fetch } = medium()
  const chunks = readBody(pieces(bytes), bytes.length, fetch, limits)[Symbol.asyncIterator]()
  await chunks.next()
  await pause(50)
  expect(asked).toHaveLength(4)
  await chunks.return?.()
})

it('reads a large version in one piece from a server that knows no ranges', async () => {
  const { asked, fetch } = medium(undefined, true)
  expect(await collect(readBody(pieces(bytes), bytes.length, fetch, limits))).toEqual(bytes)
  expect(asked).toEqual(['1000-2000'])
})

describe('an answer that breaks off', () => {
  for (const size of [2000, bytes.length])
    it(`is gone on with from there, ${size} bytes in all`, async () => {
      // Each answer breaks after 350 bytes.
      const { asked, fetch } = medium(() => 350)
      const first = (async function* () {
        yield* pieces(bytes.subarray(0, 700))
        throw new Error('reset')
      })()
      expect(await collect(readBody(first, size, fetch, limits))).toEqual(bytes.subarray(0, size))
      expect(asked).toContain(size === 2000 ? '700-2000' : '700-1000')
      expect(asked).not.toContain(`0-${size}`)
    })

  it('is gone on with when it ends early without an error', async () => {
    const { asked, fetch } = medium()
    expect(await collect(readBody(pieces(bytes.subarray(0, 700)), 2000, fetch, limits))).toEqual(
      bytes.subarray(0, 2000),
    )
    expect(asked).toEqual(['700-2000'])
  })

  it('is given up after three attempts that bring nothing', async () => {
    const { asked, fetch } = medium(() => 0)
    await expect(collect(readBody(pieces(bytes.subarray(0, 700)), 2000, fetch, limits))).rejects.toThrow(ReadFailed)
    expect(asked).toEqual(['700-2000', '700-2000'])
  })

  it('is given up at once for what is no outage of the connection', async () => {
    for (const error of [new StoreUnavailable('store: expected'), new ReadFailed('store: expected')]) {
      const { asked, fetch } = medium(() => error)
      await expect(collect(readBody(undefined, 2000, fetch, limits))).rejects.toBe(error)
      await expect(collect(readBody(pieces(bytes), bytes.length, fetch, limits))).rejects.toBe(error)
      expect(asked.filter((range) => range === '0-2000')).toHaveLength(1)
    }
  })

  it('is not read on when it has more bytes than the version', async () => {
    const { fetch } = medium()
    await expect(collect(readBody(pieces(bytes.subarray(0, 700)), 699, fetch, limits))).rejects.toThrow(ReadFailed)
  })
})
