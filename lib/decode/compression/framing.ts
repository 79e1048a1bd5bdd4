import { type ByteSource, byteSource } from '../byte-source.ts'
import { countProduced, type Decoding, stopOf } from '../decoding.ts'
import { littleEndian } from '../little-endian.ts'
import { inOne } from '../next-bytes.ts'
import { gzipContent } from './deflate/gzip-content.ts'
import { bgzfLength, isBgzf, smallMembers } from './deflate/gzip-small-members.ts'
import type { Engine } from './engine/engine.ts'
import { openEngine } from './engine/run-engine.ts'
import { framesContent, zstdFrame } from './zstd/zstd-content.ts'
import { isFrame, maxHeaderLength, parseFrameHeader, walkFrame } from './zstd/zstd-frame.ts'

/**
 * A compression that is written in frames, of each of which it can be told without decoding where it ends, and which can be decoded without the others.
 * `name`: of the format. `signature`: the first bytes of every frame; `isHead`: whether one begins with these bytes, `headLength` of them.
 */
export type Framing = {
  readonly name: string
  readonly signature: Uint8Array
  readonly headLength: number
  isHead(head: Uint8Array): boolean
  /** How long the frame is that a source begins with; absent: it is none, or goes on behind the source. */
  lengthOf(source: ByteSource): Promise<number | undefined>
  open(decoding: Decoding): FrameDecoder
}

/** Decodes the frame that a source begins with, and consumes it. @throws DecodingStopped unless it is valid */
export type FrameDecoder = { decode(source: ByteSource): AsyncGenerator<Uint8Array>; close(): void }

/** Frames that say at their beginning how long they are, 0 where they do not, so that each is decoded out of memory. */
type Sized = Pick<Framing, 'name' | 'signature' | 'headLength'> & {
  sizeOf(head: Uint8Array): number
  open(decoding: Decoding): { decode(frame: Uint8Array): AsyncGenerator<Uint8Array>; close(): void }
}

function sized({ name, signature, headLength, sizeOf, open }: Sized): Framing {
  return {
    name,
    signature,
    headLength,
    isHead: (head) => sizeOf(head) > 0,
    lengthOf: async (source) => sizeOf(await source.peek(headLength)) || undefined,
    open(decoding) {
      const { decode, close } = open(decoding)
      const { heldBytes } = decoding.limits
      const stop = stopOf(name, [name])
      return {
        close,
        async *decode(source) {
          const length = sizeOf(await source.peek(headLength))
          if (length > heldBytes) throw stop('limit', `expected frames of at most ${heldBytes} bytes`)
          const bytes = await source.peek(length)
          if (bytes.length < length) throw stop('truncated', 'expected more bytes of a frame')
          yield* decode(bytes.subarray(0, length))
          source.skip(length)
        },
      }
    },
  }
}

/** Blocks of gzip with their sizes in a field of their own (SAM specification, section 4.1). */
const bgzf = sized({
  name: 'gzip',
  signature: Buffer.from('1f8b0804', 'hex'),
  headLength: bgzfLength,
  sizeOf: (head) => (isBgzf(head) ? littleEndian(head, bgzfLength - 2, 2) + 1 : 0),
  open(decoding) {
    const engine = openEngine({ name: 'inflate-raw' }, decoding.means)
    return {
      close: () => engine.close(),
      async *decode(frame) {
        const { consumed, members, content } = smallMembers(engine, frame)
        if (members !== 1 || consumed !== frame.length)
          return yield* wholly(gzipContent, frame, engine, 'gzip', decoding)
        countProduced(decoding, content.length, ['gzip'], 0)
        yield content
      },
    }
  },
})

const announcement = Buffer.from('502a4d1804000000', 'hex')
const announcedAt = announcement.length

/** Frames of zstd, each behind a skippable one that says its size, as pzstd writes them. */
const pzstd = sized({
  name: 'zstd',
  signature: announcement,
  headLength: announcedAt + 8,
  sizeOf(head) {
    const isAnnounced = announcement.every((byte, index) => head[index] === byte)
    return isAnnounced && isFrame(head.subarray(announcedAt + 4))
      ? announcedAt + 4 + littleEndian(head, announcedAt, 4)
      : 0
  },
  open(decoding) {
    const engine = openEngine({ name: 'zstd', windowLog: decoding.limits.windowLog }, decoding.means)
    return {
      close: () => engine.close(),
      decode: (frame) => wholly(framesContent, frame, engine, 'zstd', decoding),
    }
  },
})

/** Frames of zstd one behind the other, as `cat` makes of several files; the headers of its blocks tell how long each is. */
export const zstdFrames: Framing = {
  name: 'zstd',
  signature: Buffer.from('28b52ffd', 'hex'),
  headLength: maxHeaderLength,
  isHead(head) {
    const parsed = isFrame(head) ? parseFrameHeader(head) : undefined
    return parsed?.kind === 'header' && !parsed.header.dictionary
  },
  async lengthOf(source) {
    const head = await source.peek(maxHeaderLength)
    const parsed = isFrame(head) ? parseFrameHeader(head) : undefined
    if (parsed?.kind !== 'header') return undefined
    const walk = walkFrame(source, parsed.header)
    let length = 0
    for (let bytes = await walk.take(); bytes !== undefined; bytes = await walk.take()) length += bytes.length
    return walk.ended() === 'frame' ? length : undefined
  },
  open(decoding) {
    const engine = openEngine({ name: 'zstd', windowLog: decoding.limits.windowLog }, decoding.means)
    return { close: () => engine.close(), decode: (source) => zstdFrame(source, engine, ['zstd'], decoding) }
  },
}

/** Of frames that say themselves how long they are. */
export function framingOf(head: Uint8Array): Framing | undefined {
  return [bgzf, pzstd].find(({ isHead }) => isHead(head))
}

async function* wholly(
  contentOf: typeof gzipContent,
  frame: Uint8Array,
  engine: Engine,
  name: string,
  decoding: Decoding,
): AsyncGenerator<Uint8Array> {
  const source = byteSource(inOne(frame))
  yield* contentOf(source, engine, [name], decoding)
  if ((await source.peek(1)).length > 0)
    throw stopOf(name, [name])('corrupt', 'expected a frame of the length that it says')
}
