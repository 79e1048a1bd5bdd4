import { encodedCheck } from '../checks/encoded-check.ts'
import { type Seen, surveyed } from '../checks/survey.ts'
import { textCheck } from '../checks/text-check.ts'
import { addGap, countProduced, type Decoding } from '../decoding.ts'
import type { Sink, ToldBy } from '../sink.ts'
import type { WholeNumbers } from '../whole-numbers.ts'

const outBytes = 256 * 1024
const smallOut = 16 * 1024

/** Where lines are written: `buffer` is filled from `at` on; `view` is the same memory. */
export type Out = {
  readonly buffer: Buffer
  readonly view: DataView
  at: number
}

/** `wanted`: bytes that there are to write at most, which may take less memory. */
export function createOut(wanted = outBytes): Out {
  const buffer = Buffer.allocUnsafeSlow(Math.max(smallOut, Math.min(wanted, outBytes)))
  return { buffer, view: new DataView(buffer.buffer), at: 0 }
}

/** Values that become text, a line each. `fill` writes as many bytes as fit and says whether that was all. */
export type Lines = {
  fill(out: Out): boolean
  /** What they are lines of, where these are whole numbers in memory: at most `mostNumbers` of those that were not passed, absent at the end. Not to be asked between two calls of `fill`. */
  readonly whole?: { peek(): WholeNumbers | undefined; pass(count: number): void }
}

/** A content that is written line by line; its sink is opened when there is something to write. */
export type TextContent = {
  write(lines: Lines): Promise<void>
  /** Whole text at once, behind which nothing of `write` may be left. */
  deliver(bytes: Uint8Array): Promise<void>
  end(): Promise<void>
  /** The content was not read to its end: what was written is delivered, and the gaps that its text makes, if any. */
  abandon(): Promise<void>
}

/**
 * `kind`: whether the text can be anything but text: `numbers` are not looked at, and in `bytes` only what is encoded is looked for. `shared`: a buffer that no other content uses before
 * this one has ended or was abandoned; else it has a small one. `told`: see `OpenSink`.
 */
export function textContent(
  path: readonly string[],
  decoding: Decoding,
  kind: 'numbers' | 'text' | 'bytes',
  shared?: Out,
  told?: ToldBy,
): TextContent {
  const check = kind === 'text' ? textCheck({ strays: true }) : undefined
  const encoded = kind !== 'numbers' ? encodedCheck({ rows: true, isText: kind === 'text' }) : undefined
  /** By plain means all is looked at in lines, and so is what comes behind numbers that were not taken. */
  let mayPassOn = kind === 'numbers' && decoding.means !== 'plain'
  let sink: Sink | undefined
  let out = shared
  let written = 0

  async function flush(isCounted = true): Promise<void> {
    if (out === undefined || out.at === 0) return
    const bytes = out.buffer.subarray(0, out.at)
    out.at = 0
    await deliver(bytes, isCounted)
  }

  function look(piece: Uint8Array, seen: Seen | undefined): void {
    check?.writeSeen(piece, seen)
    encoded?.writeSeen(piece, seen)
  }

  async function deliver(bytes: Uint8Array, isCounted = true): Promise<void> {
    if (isCounted) countProduced(decoding, bytes.length, path, written)
    written += bytes.length
    decoding.deliveredBytes += bytes.length
    if (kind !== 'numbers') surveyed(bytes, look)
    sink ??= decoding.open(path, told)
    const consumed = sink.write(bytes)
    if (consumed !== undefined) await consumed
  }

  /** Has the sink take numbers as they are, as far as it does; returns whether those were all. */
  async function passOn({ peek, pass }: NonNullable<Lines['whole']>): Promise<boolean> {
    await flush()
    for (let numbers = peek(); numbers !== undefined; numbers = peek()) {
      sink ??= decoding.open(path, told)
      const bytes = sink.writeNumbers?.(numbers)
      if (bytes === undefined) {
        mayPassOn = false
        return false
      }
      pass(numbers.count)
      decoding.deliveredBytes += bytes
      written += bytes
      countProduced(decoding, bytes, path, written)
    }
    return true
  }

  function tellProblem(): void {
    encoded?.end()
    for (const problem of [check?.problem(), encoded?.problem()])
      if (problem !== undefined) addGap(decoding, { ...problem, path })
  }

  return {
    async write(lines) {
      if (mayPassOn && lines.whole !== undefined && (await passOn(lines.whole))) return
      out ??= createOut(0)
      while (!lines.fill(out)) await flush()
    },
    deliver: (bytes) => deliver(bytes),
    async end() {
      await flush()
      check?.end()
      tellProblem()
      await sink?.end()
    },
    async abandon() {
      await flush(false)
      tellProblem()
    },
  }
}

/** Bytes as one line: line feeds inside become carriage returns, so that lines count values. */
export function lineOf(bytes: Uint8Array): Lines {
  let at = 0
  return {
    fill(out) {
      const length = Math.min(bytes.length - at, out.buffer.length - out.at)
      out.buffer.set(bytes.subarray(at, at + length), out.at)
      replaceLineFeeds(out.buffer, out.at, out.at + length)
      at += length
      out.at += length
      if (at < bytes.length || out.at === out.buffer.length) return false
      out.buffer[out.at++] = 10
      return true
    },
  }
}

export function replaceLineFeeds(buffer: Buffer, from: number, to: number): void {
  for (let at = buffer.indexOf(10, from); at >= 0 && at < to; at = buffer.indexOf(10, at + 1)) buffer[at] = 13
}
