import { littleEndian } from '../../little-endian.ts'
import type { Engine } from '../engine/engine.ts'
import { isFrame, parseFrameHeader } from './zstd-frame.ts'

export const smallFrame = 65_536
/** Room for frames until another one might not fit. */
export const smallFramesRoom = 5 * smallFrame

/** Frames that were decoded one after the other: how much of the input they are, and how much of the output. */
export type SmallFrames = { consumed: number; produced: number }
export const noFrames: SmallFrames = { consumed: 0, produced: 0 }

/**
 * Decodes frames that lie within `input` as a whole, state that they hold at most 64 KiB, and do, for as long as they fit into
 * `output`, without waiting for anything. Any other one is left for the decoder that tells what is wrong.
 */
export function smallFrames(engine: Engine, input: Uint8Array, output: Uint8Array): SmallFrames {
  const done = { ...noFrames }
  const { whole } = engine
  if (whole === undefined) return done
  while (output.length - done.produced > smallFrame) {
    const frame = wholeFrameAt(input, done.consumed, smallFrame)
    if (frame === undefined) return done
    const decoded = whole(input.subarray(done.consumed, frame.end), output, done.produced, frame.contentSize)
    if (decoded === undefined) return done
    done.consumed = frame.end
    done.produced += decoded.produced
  }
  return done
}

/**
 * The frame that begins at `at`, if it is there as a whole and states that it holds `most` bytes at most, and where it ends. Whether it holds as many is for its decoder to see.
 */
export function wholeFrameAt(
  bytes: Uint8Array,
  at: number,
  most: number,
): { end: number; contentSize: number } | undefined {
  const rest = bytes.subarray(at)
  if (!isFrame(rest)) return undefined
  const parsed = parseFrameHeader(rest)
  if (parsed.kind !== 'header') return undefined
  const { length, contentSize, dictionary, checksum } = parsed.header
  if (dictionary || contentSize === undefined || contentSize > most) return undefined
  for (let next = length; next + 3 <= rest.length; ) {
    const block = littleEndian(rest, next, 3)
    const type = (block >> 1) & 3
    if (type === 3) return undefined
    next += 3 + (type === 1 ? 1 : block >> 3)
    if ((block & 1) === 0) continue
    const end = next + (checksum ? 4 : 0)
    return end <= rest.length ? { end: at + end, contentSize } : undefined
  }
  return undefined
}
