import { littleEndian } from '../../little-endian.ts'
import type { Engine } from '../engine/engine.ts'
import { isFrame, parseFrameHeader } from './zstd-frame.ts'

export const smallFrame = 65_536

/** Frames that were decoded one after the other: how much of the input they are, and what they hold, in the engine's room. */
export type SmallFrames = { consumed: number; content: Uint8Array }
export const noFrames: SmallFrames = { consumed: 0, content: new Uint8Array(0) }

/**
 * Decodes frames that lie within `input` as a whole, state that they hold at most 64 KiB, and do, for as long as they fit into
 * the engine's room, without waiting for anything. Any other one is left for the decoder that tells what is wrong.
 */
export function smallFrames({ whole, room }: Engine, input: Uint8Array): SmallFrames {
  if (whole === undefined || room === undefined) return noFrames
  let [consumed, produced] = [0, 0]
  while (room.length - produced >= smallFrame) {
    const frame = wholeFrameAt(input, consumed, smallFrame)
    if (frame === undefined) break
    const decoded = whole(input.subarray(consumed, frame.end), room, produced, frame.contentSize)
    if (decoded === undefined) break
    consumed = frame.end
    produced += decoded.produced
  }
  return { consumed, content: room.subarray(0, produced) }
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
