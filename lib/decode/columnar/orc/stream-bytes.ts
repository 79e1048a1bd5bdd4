import { ColumnFault, corrupt } from '../column-fault.ts'
import { readBase128 } from '../read-base-128.ts'

/** The bytes of one stream in order, some of them at hand: `bytes` from `at` on. */
export type StreamBytes = {
  bytes: Uint8Array
  at: number
  /** The halves of the number that `readVarint` read last. */
  low: number
  high: number
  /** Makes `count` bytes be at hand, fewer only where the stream ends; `bytes` and `at` are others then. Returns whether they are there. */
  fill(count: number): boolean
}

const nothing = new Uint8Array(0)

/** `chunks`: see `chunksOf`. `most`: bytes that may be at hand. */
export function streamBytes(chunks: () => Uint8Array | undefined, most: number): StreamBytes {
  let hasEnded = false
  const stream: StreamBytes = {
    bytes: nothing,
    at: 0,
    low: 0,
    high: 0,
    fill(count) {
      const { bytes, at } = stream
      if (bytes.length - at >= count) return true
      if (hasEnded) return false
      if (count > most) throw new ColumnFault('limit', `orc: expected values of at most ${most} bytes`)
      // The chunk before is gone with the next one.
      const parts: Uint8Array[] = at < bytes.length ? [Buffer.from(bytes.subarray(at))] : []
      let length = bytes.length - at
      while (length < count) {
        const chunk = chunks()
        if (chunk === undefined) {
          hasEnded = true
          break
        }
        if (chunk.length === 0) continue
        length += chunk.length
        parts.push(length < count ? Buffer.from(chunk) : chunk)
      }
      stream.bytes = parts.length === 1 ? parts[0]! : Buffer.concat(parts, length)
      stream.at = 0
      return length >= count
    },
  }
  return stream
}

/** An unsigned number of at most 64 bits into `low` and `high`, from bytes that are at hand. */
export function readVarint(stream: StreamBytes): void {
  const problem = readBase128(stream)
  if (problem === 'cut') throw cut()
  if (problem === 'long') throw corrupt('orc: expected a number of at most 64 bits')
}

/** The same for a signed number in zigzag. */
export function readZigzag(stream: StreamBytes): void {
  readVarint(stream)
  const { low, high } = stream
  const sign = -(low & 1)
  stream.low = ((low >>> 1) | (high << 31)) ^ sign
  stream.high = (high >>> 1) ^ sign
}

export const cut = () => corrupt('orc: expected a run within its stream')
