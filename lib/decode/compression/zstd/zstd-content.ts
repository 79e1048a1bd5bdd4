import type { ByteSource } from '../../byte-source.ts'
import { addGap, type Decoding, type Stop } from '../../decoding.ts'
import type { Limits } from '../../limits.ts'
import type { Engine } from '../engine/engine.ts'
import { openEngine } from '../engine/run-engine.ts'
import { type Output, outputOf } from '../output.ts'
import { skipZeros } from '../skip-zeros.ts'
import { compression } from '../unwrap.ts'
import { type FrameHeader, isFrame, isSkippable, maxHeaderLength, parseFrameHeader, walkFrame } from './zstd-frame.ts'
import { readSkippable } from './zstd-skippable.ts'
import { noFrames, smallFrame, smallFrames, wholeFrameAt } from './zstd-small-frames.ts'

/** RFC 8878. */
export const zstd = compression('zstd', isZstd, zstdContent)

function isZstd(head: Uint8Array): boolean {
  return isFrame(head) || isSkippable(head)
}

/** The same as `framesContent`, by an engine of its own. */
export async function* zstdContent(
  source: ByteSource,
  path: readonly string[],
  decoding: Decoding,
): AsyncGenerator<Uint8Array> {
  const engine = openEngine({ name: 'zstd', windowLog: decoding.limits.windowLog }, decoding.means)
  try {
    yield* framesContent(source, engine, path, decoding)
  } finally {
    engine.close()
  }
}

/**
 * The content of all frames of a zstd file (RFC 8878), one after the other, each decoded by a decoder of its own, since
 * Node's stream drops frames. What follows the last frame stays in `source`. Skippable frames that hold anything but
 * the tables of known tools are contents of their own: `[...path, 'skippable']`, then `skippable-2` and so on.
 */
export async function* framesContent(
  source: ByteSource,
  engine: Engine,
  path: readonly string[],
  decoding: Decoding,
): AsyncGenerator<Uint8Array> {
  const output = outputOf('zstd', path, decoding)
  const done: Done = { output, storedBytes: 0, skippables: 0, announced: undefined }
  for (;;) {
    const head = await source.peek(maxHeaderLength)
    const kind = isFrame(head) ? 'frame' : isSkippable(head) ? 'skippable' : undefined
    const { announced, storedBytes } = done
    done.announced = undefined
    if (kind === 'skippable') await readSkippable(source, path, decoding, done)
    if (kind === 'frame') {
      const small = announced === undefined ? smallFrames(engine, await source.peekSome(1)) : noFrames
      if (small.consumed > 0) {
        source.skip(small.consumed)
        done.storedBytes += small.consumed
        if (small.content.length > 0) yield output.count(small.content)
      } else done.storedBytes += yield* frameContent(source, engine, output, decoding.limits)
    }
    if (announced !== undefined && done.storedBytes - storedBytes !== announced)
      addGap(decoding, {
        reason: 'trailing-data',
        path,
        offset: output.length(),
        detail: 'zstd: expected a skippable frame of 4 bytes to hold the size of the next frame',
      })
    if (kind === undefined) return
    await skipZeros(source)
  }
}

/** What was read so far of one zstd file; `announced` by the skippable frame before is the size of the next frame. */
export type Done = {
  readonly output: Output
  storedBytes: number
  skippables: number
  announced: number | undefined
}

/** The content of the one frame that a source begins with; consumes exactly that frame. @throws DecodingStopped */
export async function* zstdFrame(
  source: ByteSource,
  engine: Engine,
  path: readonly string[],
  decoding: Decoding,
): AsyncGenerator<Uint8Array> {
  const bytes = await source.peekSome(maxHeaderLength)
  const small = engine.whole && wholeFrameAt(bytes, 0, smallFrame)
  const content = new Uint8Array(small?.contentSize ?? 0)
  const decoded = small && engine.whole?.(bytes.subarray(0, small.end), content, 0, small.contentSize)
  const output = outputOf('zstd', path, decoding)
  if (small === undefined || decoded === undefined) {
    yield* frameContent(source, engine, output, decoding.limits)
    return
  }
  source.skip(small.end)
  if (content.length > 0) yield output.count(content)
}

/** Yields the content of one frame; returns how many bytes of the source it took. */
async function* frameContent(
  source: ByteSource,
  engine: Engine,
  output: Output,
  { windowLog }: Limits,
): AsyncGenerator<Uint8Array, number> {
  const { stop } = output
  const parsed = parseFrameHeader(await source.peek(maxHeaderLength))
  if (parsed.kind === 'truncated') throw stop('truncated', 'expected more bytes of a frame header')
  if (parsed.kind === 'corrupt') throw stop('corrupt', 'expected a valid frame header')
  const { header } = parsed
  if (header.dictionary) throw stop('dictionary', 'expected a frame without a dictionary')
  if (header.windowSize > 2 ** windowLog) throw stop('limit', `expected a window of at most 2^${windowLog} bytes`)

  const walk = walkFrame(source, header)
  const from = output.length()
  let left = 0
  let taken = 0
  const input = async (): Promise<Uint8Array | undefined> => {
    const bytes = await walk.take()
    // Its place is known when all output before it was counted.
    if (bytes === undefined && walk.ended() !== 'frame') throw new FrameCut()
    taken += bytes?.length ?? 0
    return bytes
  }
  try {
    for await (const bytes of engine.run(input, (rest) => {
      left = rest.length
    }))
      yield output.count(bytes)
  } catch (error) {
    if (!(error instanceof FrameCut)) throw decoderFailure(error, stop)
    if (walk.ended() === 'source') throw stop('truncated', 'expected more bytes of a frame')
    throw stop('corrupt', 'expected a known block type')
  }
  if (left > 0 || walk.ended() !== 'frame') throw stop('corrupt', 'expected the decoder to consume the whole frame')
  checkSize(header, output.length() - from, stop)
  return taken
}

/** The walk through a frame came to no end. */
class FrameCut extends Error {}

function checkSize(header: FrameHeader, decoded: number, stop: Stop): void {
  if (header.contentSize !== undefined && header.contentSize !== decoded)
    throw stop('corrupt', 'expected as many bytes as the frame header states')
}

function decoderFailure(error: unknown, stop: Stop): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (code === 'ZSTD_error_memory_allocation') return error
  if (code === 'Z_BUF_ERROR' || code.startsWith('ZSTD_error_')) return stop('corrupt', 'expected a valid frame')
  return error
}
