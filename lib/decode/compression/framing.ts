import { byteSource } from '../byte-source.ts'
import { countProduced, type Decoding, DecodingStopped } from '../decoding.ts'
import type { Engine } from './engine.ts'
import { gzipContent } from './gzip-content.ts'
import { bgzfLength, isBgzf, smallMembers, smallMembersRoom } from './gzip-small-members.ts'
import { openEngine } from './run-engine.ts'
import { zstdContent } from './zstd-content.ts'
import { isFrame, littleEndian } from './zstd-frame.ts'

/**
 * A compression that is written in frames, each of which says how long it is and can be decoded without the others. `name`: of the format.
 * `signature`: the first bytes of every frame; `lengthOf`: of the frame that begins with these bytes, `headLength` of them; 0: none does.
 */
export type Framing = {
  readonly name: string
  readonly signature: Uint8Array
  readonly headLength: number
  lengthOf(head: Uint8Array): number
  open(decoding: Decoding): FrameDecoder
}

/** Decodes one whole frame after the other. @throws DecodingStopped unless it is valid and nothing is behind it */
export type FrameDecoder = { decode(frame: Uint8Array): AsyncGenerator<Uint8Array>; close(): void }

/** Blocks of gzip with their sizes in a field of their own (SAM specification, section 4.1). */
const bgzf: Framing = {
  name: 'gzip',
  signature: Buffer.from('1f8b0804', 'hex'),
  headLength: bgzfLength,
  lengthOf: (head) => (isBgzf(head) ? littleEndian(head, bgzfLength - 2, 2) + 1 : 0),
  open(decoding) {
    const engine = openEngine({ name: 'inflate-raw' }, decoding.means)
    const buffer = new Uint8Array(smallMembersRoom)
    return {
      close: () => engine.close(),
      async *decode(frame) {
        const { consumed, members, produced } = smallMembers(engine, frame, buffer)
        if (members !== 1 || consumed !== frame.length)
          return yield* wholly(gzipContent, frame, engine, 'gzip', decoding)
        countProduced(decoding, produced, ['gzip'], 0)
        yield buffer.subarray(0, produced)
      },
    }
  },
}

const announcement = Buffer.from('502a4d1804000000', 'hex')
const announcedAt = announcement.length

/** Frames of zstd, each behind a skippable one that says its size, as pzstd writes them. */
const pzstd: Framing = {
  name: 'zstd',
  signature: announcement,
  headLength: announcedAt + 8,
  lengthOf(head) {
    const isAnnounced = announcement.every((byte, index) => head[index] === byte)
    return isAnnounced && isFrame(head.subarray(announcedAt + 4))
      ? announcedAt + 4 + littleEndian(head, announcedAt, 4)
      : 0
  },
  open(decoding) {
    const engine = openEngine({ name: 'zstd', windowLog: decoding.limits.windowLog }, decoding.means)
    return {
      close: () => engine.close(),
      decode: (frame) => wholly(zstdContent, frame, engine, 'zstd', decoding),
    }
  },
}

export function framingOf(head: Uint8Array): Framing | undefined {
  return [bgzf, pzstd].find(({ lengthOf }) => lengthOf(head) > 0)
}

async function* wholly(
  contentOf: typeof gzipContent,
  frame: Uint8Array,
  engine: Engine,
  name: string,
  decoding: Decoding,
): AsyncGenerator<Uint8Array> {
  const source = byteSource(piece(frame))
  yield* contentOf(source, engine, [name], decoding)
  if ((await source.peek(1)).length > 0)
    throw new DecodingStopped('corrupt', [name], 0, `${name}: expected a frame of the length that it says`)
}

async function* piece(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}
