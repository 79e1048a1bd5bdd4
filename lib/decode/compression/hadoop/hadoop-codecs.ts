import { BlockCorrupt } from '../block-corrupt.ts'
import { decompressLz4BlockInto } from '../lz4/lz4-block.ts'
import { decompressSnappyBlock, snappyLength } from '../snappy/snappy-block.ts'

/** The parts of a codec of Hadoop. */
export type HadoopCodec = {
  /** The content of a part, of at most `most` bytes. @throws BlockCorrupt unless it is valid */
  decompress(stored: Uint8Array, most: number): Uint8Array
  /** Whether a part that holds `length` bytes, or of these as many as a codec takes at once, may begin like this. */
  mayBegin(stored: Uint8Array, length: number): boolean
}

export const fieldLength = 4
/** Codecs take no less than this at once, so that blocks of fewer bytes have one part. */
const leastPart = 2 ** 14
/** Blocks of more are not told by their beginning, whose first byte is zero. */
const mostTold = 2 ** 24

export const hadoopSnappyCodec: HadoopCodec = {
  decompress(stored, most) {
    const { length } = snappyLength(stored)
    // A copy of 64 bytes takes two.
    if (length > most || length > 64 * stored.length) throw new BlockCorrupt('expected a part that fits')
    return decompressSnappyBlock(stored, length)
  },
  mayBegin(stored, length) {
    const stated = snappyLength(stored)
    if (stated.length !== length && (stated.length > length || stated.length < leastPart)) return false
    // Nothing is there yet that could be copied.
    const literal = (stored[stated.at] ?? 0) >>> 2
    return stated.at < stored.length && (stored[stated.at]! & 3) === 0 && (literal >= 60 || literal < stated.length)
  },
}

export const hadoopLz4Codec: HadoopCodec = {
  decompress(stored, most) {
    // A byte of a length stands for 255.
    const output = new Uint8Array(Math.min(most, 256 * stored.length))
    return output.subarray(0, decompressLz4BlockInto(stored, output, 0))
  },
  mayBegin(stored, length) {
    let [at, to] = [0, 0]
    const lengthAt = (start: number) => {
      let value = start
      for (let more = start === 15 ? 255 : 0; more === 255; value += more) more = stored[at++] ?? 0
      return value
    }
    while (at < stored.length) {
      const token = stored[at++]!
      const literals = lengthAt(token >>> 4)
      at += literals
      to += literals
      if (at + 2 > stored.length) break
      const distance = stored[at]! | (stored[at + 1]! << 8)
      if (distance === 0 || distance > to) return false
      at += 2
      to += lengthAt(token & 15) + 4
    }
    return to > 0 && to <= length
  },
}

/**
 * Whether a content begins with a block of this codec: how many bytes it holds, how many its first part has, and that part, which is decoded if all of it is in `head`. Nothing
 * else tells, so a content that is short has to be whole.
 */
export function beginsHadoop(head: Uint8Array, codec: HadoopCodec): boolean {
  if (head[0] !== 0 || head[fieldLength] !== 0 || head.length <= 2 * fieldLength) return false
  const view = new DataView(head.buffer, head.byteOffset, head.length)
  const length = view.getUint32(0)
  const stored = view.getUint32(fieldLength)
  if (length === 0 || stored === 0 || stored >= mostTold || stored > length + length / 4 + 64) return false
  const part = head.subarray(2 * fieldLength, 2 * fieldLength + stored)
  try {
    if (part.length < stored) return head.length >= leastTold && codec.mayBegin(part, length)
    const held = codec.decompress(part, length).length
    return held === length || held >= leastPart
  } catch (error) {
    if (error instanceof BlockCorrupt) return false
    throw error
  }
}

/** Of a part that goes on behind the head so much has to be there. */
const leastTold = 256
