import { setTimeout as pause } from 'node:timers/promises'
import { OdvError, ReadFailed } from '../../errors.ts'
import type { Chunks } from '../../ports.ts'

/**
 * Asks for the bytes `from <= at < to` of one version, whatever else has its name now. `whole`: the server leaves ranges
 * out of account (MiniStack does, for versions), so that everything before them came over the line as well.
 */
export type FetchRange = (from: number, to: number) => Promise<{ chunks: Chunks; whole: boolean }>

export type BodyLimits = {
  /** Attempts in a row that bring no byte. */
  attempts: number
  pauseMs: number
  /** The same before a version is opened again. */
  openingPauseMs: number
  /** Larger versions come in ranges of this many bytes, `lanes` of them held: one is read while the others come. */
  rangeBytes: number
  lanes: number
}

/**
 * Up to 32 MiB for each version that is open. Where one connection brings 20 MB/s, as from another continent, eight
 * ranges of 4 MiB bring 6.3 times as much, four of 8 MiB 3.6 times (test/bench/s3-ranges.ts). A version of 8 MiB or less
 * takes one request and holds nothing.
 */
export const bodyLimits: BodyLimits = { attempts: 4, pauseMs: 100, openingPauseMs: 2000, rangeBytes: 4 << 20, lanes: 8 }

/**
 * The `size` bytes of a version, in order and exactly as many: what broke off is asked for again from there. `first` is
 * the answer that opened the version and begins with its first byte; absent: it is asked for.
 * @throws ReadFailed when no more bytes come, or more than `size`
 */
export function readBody(
  first: Chunks | undefined,
  size: number,
  fetch: FetchRange,
  limits: BodyLimits = bodyLimits,
): Chunks {
  return size > 2 * limits.rangeBytes ? readAhead(first, size, fetch, limits) : readOn(first, 0, size, fetch, limits)
}

/** Bytes `from` to `to`, begun by `first` where it is given. */
async function* readOn(
  first: Chunks | undefined,
  from: number,
  to: number,
  fetch: FetchRange,
  { attempts, pauseMs }: BodyLimits,
): AsyncGenerator<Uint8Array> {
  let at = from
  let body = first
  for (let failed = 0; ; ) {
    const began = at
    try {
      body ??= (await fetch(at, to)).chunks
      for await (const chunk of body) {
        if (at + chunk.length > to) throw new ReadFailed(`store: read: expected ${to} bytes, got more`)
        at += chunk.length
        yield chunk
      }
    } catch (error) {
      if (error instanceof OdvError) throw error
    }
    if (at === to) return
    body = undefined
    failed = at > began ? 1 : failed + 1
    if (failed >= attempts) throw new ReadFailed(`store: read: expected bytes at ${at}, got none in ${failed} attempts`)
    await pause(pauseMs * 2 ** failed)
  }
}

/** The beginning from `first` while the ranges behind it are under way; one buffer each, used over and over. */
async function* readAhead(
  first: Chunks | undefined,
  size: number,
  fetch: FetchRange,
  limits: BodyLimits,
): AsyncGenerator<Uint8Array> {
  const { rangeBytes, lanes } = limits
  const coming: Promise<Buffer>[] = []
  let asked = first === undefined ? 0 : rangeBytes
  const ask = (buffer: Buffer, given?: Chunks) => {
    if (asked >= size) return
    const range = loadRange(buffer, asked, Math.min(asked + rangeBytes, size), given, fetch, limits)
    // It is awaited later; until then its failure is nobody's.
    range.catch(() => {})
    coming.push(range)
    asked += rangeBytes
  }
  const given = await answered(fetch, asked, Math.min(asked + rangeBytes, size))
  if (given?.whole) {
    await given.chunks[Symbol.asyncIterator]().return?.()
    yield* readOn(first, 0, size, fetch, limits)
    return
  }
  for (let lane = 0; lane < lanes; lane++)
    ask(Buffer.allocUnsafeSlow(rangeBytes), lane === 0 ? given?.chunks : undefined)
  if (first !== undefined) yield* beginning(first, rangeBytes, fetch, limits)
  for (let range = coming.shift(); range !== undefined; range = coming.shift()) {
    const bytes = await range
    for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes)
    ask(Buffer.from(bytes.buffer))
  }
}

/** The first range's answer, which tells whether there are ranges at all; none when it fails, as any may. */
async function answered(fetch: FetchRange, from: number, to: number) {
  try {
    return await fetch(from, to)
  } catch (error) {
    if (error instanceof OdvError) throw error
    return undefined
  }
}

/** As much as the scanner takes at a time. */
const pieceBytes = 256 << 10

/** The first `to` bytes of an answer that goes on behind them; it is left there. */
async function* beginning(
  first: Chunks,
  to: number,
  fetch: FetchRange,
  limits: BodyLimits,
): AsyncGenerator<Uint8Array> {
  let at = 0
  const cut = (async function* () {
    for await (const chunk of first) {
      const rest = to - at
      at += chunk.length
      yield chunk.subarray(0, rest)
      if (at >= to) return
    }
  })()
  yield* readOn(cut, 0, to, fetch, limits)
}

async function loadRange(
  buffer: Buffer,
  from: number,
  to: number,
  given: Chunks | undefined,
  fetch: FetchRange,
  limits: BodyLimits,
): Promise<Buffer> {
  let at = 0
  for await (const chunk of readOn(given, from, to, fetch, limits)) {
    buffer.set(chunk, at)
    at += chunk.length
  }
  return buffer.subarray(0, to - from)
}
