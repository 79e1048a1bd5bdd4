import type { ByteSource } from '../../byte-source.ts'
import { littleEndian } from '../../little-endian.ts'

/** A zstd frame's header (RFC 8878, 3.1.1). `contentSize` is absent where the frame does not state it. */
export type FrameHeader = {
  length: number
  windowSize: number
  contentSize?: number
  dictionary: boolean
  checksum: boolean
}

export const maxHeaderLength = 18

export const isFrame = (head: Uint8Array): boolean =>
  head[0] === 0x28 && head[1] === 0xb5 && head[2] === 0x2f && head[3] === 0xfd

export const isSkippable = (head: Uint8Array): boolean =>
  (head[0]! & 0xf0) === 0x50 && head[1] === 0x2a && head[2] === 0x4d && head[3] === 0x18

/** Parses a frame's header from its first bytes, all 18 unless the content ends before. */
export function parseFrameHeader(
  bytes: Uint8Array,
): { kind: 'header'; header: FrameHeader } | { kind: 'truncated' } | { kind: 'corrupt' } {
  if (bytes.length < 5) return { kind: 'truncated' }
  const descriptor = bytes[4]!
  if ((descriptor & 0x08) !== 0) return { kind: 'corrupt' }
  const single = (descriptor & 0x20) !== 0
  const windowLength = single ? 0 : 1
  const dictionaryLength = [0, 1, 2, 4][descriptor & 3]!
  const sizeLength = [single ? 1 : 0, 2, 4, 8][descriptor >> 6]!
  const length = 5 + windowLength + dictionaryLength + sizeLength
  if (bytes.length < length) return { kind: 'truncated' }
  const contentSize = littleEndian(bytes, length - sizeLength, sizeLength) + (sizeLength === 2 ? 256 : 0)
  const window = bytes[5]!
  const base = 2 ** (10 + (window >> 3))
  return {
    kind: 'header',
    header: {
      length,
      windowSize: single ? contentSize : base + (base / 8) * (window & 7),
      ...(sizeLength > 0 && { contentSize }),
      dictionary: littleEndian(bytes, 5 + windowLength, dictionaryLength) !== 0,
      checksum: (descriptor & 4) !== 0,
    },
  }
}

/**
 * Takes exactly one frame's bytes from the source, whose header is known: from block header to block header, so that
 * the frame's end is known before any decoder is asked.
 */
export type FrameWalk = {
  /** The next bytes of the frame, which end with it; absent at its end, or where the source ends. */
  take(): Promise<Uint8Array | undefined>
  ended(): 'frame' | 'source' | 'corrupt' | undefined
}

export function walkFrame(source: ByteSource, header: FrameHeader): FrameWalk {
  /** Bytes until the next block header, or, after the last block, until the frame's end. */
  let skip = header.length
  let last = false
  const blockHeader: number[] = []
  let ended: 'frame' | 'source' | 'corrupt' | undefined

  /** How many bytes of `chunk` belong to the frame. */
  function walk(chunk: Uint8Array): number {
    let at = 0
    for (;;) {
      const step = Math.min(skip, chunk.length - at)
      at += step
      skip -= step
      if (skip > 0) return at
      if (last) {
        ended = 'frame'
        return at
      }
      while (blockHeader.length < 3) {
        if (at === chunk.length) return at
        blockHeader.push(chunk[at++]!)
      }
      const block = littleEndian(Uint8Array.from(blockHeader), 0, 3)
      blockHeader.length = 0
      const type = (block >> 1) & 3
      if (type === 3) {
        ended = 'corrupt'
        return at
      }
      last = (block & 1) === 1
      skip = (type === 1 ? 1 : block >> 3) + (last && header.checksum ? 4 : 0)
    }
  }

  return {
    async take() {
      if (ended !== undefined) return undefined
      const chunk = await source.take()
      if (chunk === undefined) {
        ended = 'source'
        return undefined
      }
      const length = walk(chunk)
      if (length < chunk.length) source.giveBack(chunk.subarray(length))
      return chunk.subarray(0, length)
    },
    ended: () => ended,
  }
}
