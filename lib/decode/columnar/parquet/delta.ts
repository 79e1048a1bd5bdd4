import { corrupt } from '../column-fault.ts'
import { readBase128 } from '../read-base-128.ts'

/**
 * Numbers in the encoding DELTA_BINARY_PACKED (parquet-format, Encodings.md), a miniblock at a time.
 */
export type DeltaNumbers = {
  /** How many there are. */
  readonly count: number
  /**
   * Decodes the next numbers into `low` and `high`, the halves of each, and returns how many, 0 at the end. With 32 bits only `low` counts.
   */
  next(): number
  readonly low: Int32Array
  readonly high: Int32Array
  /** Where the encoding ends; numbers that are left are passed over. */
  end(): number
}

const maxMiniblock = 65_536

/** @throws ColumnFault, as `next` does */
export function deltaNumbers(bytes: Uint8Array, at: number): DeltaNumbers {
  const blockSize = size()
  const miniblocks = size()
  const count = size()
  const miniblock = blockSize / miniblocks
  if (miniblocks === 0 || blockSize % 128 !== 0 || miniblock % 32 !== 0 || miniblock > maxMiniblock)
    throw corrupt('parquet: expected blocks and miniblocks of valid sizes')
  const low = new Int32Array(miniblock)
  const high = new Int32Array(miniblock)
  // Unpacking reads eight bytes behind the last bit.
  const scratch = new Uint8Array(miniblock * 8 + 16)
  const view = new DataView(scratch.buffer)

  let [lastLow, lastHigh] = zigzag()
  let left = count
  let isFirst = true
  let minLow = 0
  let minHigh = 0
  let widths: Uint8Array = bytes.subarray(0, 0)
  let nextWidth = 0

  function size(): number {
    const [low, high] = varint()
    if (high !== 0 || low > 0x7fffffff) throw corrupt('parquet: expected a size of at most 31 bits')
    return low
  }

  function varint(): [low: number, high: number] {
    const input = { bytes, at, low: 0, high: 0 }
    if (readBase128(input) !== undefined) throw corrupt('parquet: expected a number of at most 64 bits')
    at = input.at
    return [input.low >>> 0, input.high >>> 0]
  }

  function zigzag(): [low: number, high: number] {
    const [low, high] = varint()
    const sign = -(low & 1)
    return [((low >>> 1) | (high << 31)) ^ sign, (high >>> 1) ^ sign]
  }

  function beginBlock(): void {
    ;[minLow, minHigh] = zigzag()
    if (bytes.length - at < miniblocks) throw corrupt('parquet: expected the widths of miniblocks')
    widths = bytes.subarray(at, at + miniblocks)
    at += miniblocks
    nextWidth = 0
  }

  /** Adds up the next differences; `width` bits of each are in the scratch, from its beginning on. */
  function addUp(width: number, numbers: number): void {
    const lowMask = width >= 32 ? -1 : 2 ** width - 1
    const highMask = width <= 32 ? 0 : width === 64 ? -1 : 2 ** (width - 32) - 1
    for (let index = 0, bit = 0; index < numbers; index++, bit += width) {
      const from = bit >>> 3
      const shift = bit & 7
      let deltaLow = view.getUint32(from, true)
      let deltaHigh = width > 32 - shift ? view.getUint32(from + 4, true) : 0
      if (shift > 0) {
        deltaLow = (deltaLow >>> shift) | (deltaHigh << (32 - shift))
        deltaHigh = (deltaHigh >>> shift) | (width > 32 ? scratch[from + 8]! << (32 - shift) : 0)
      }
      const sum = (minLow >>> 0) + ((deltaLow & lowMask) >>> 0)
      const total = (lastLow >>> 0) + (sum >>> 0)
      lastHigh = (lastHigh + minHigh + (deltaHigh & highMask) + (sum > 0xffffffff ? 1 : 0)) | 0
      lastHigh = (lastHigh + (total > 0xffffffff ? 1 : 0)) | 0
      lastLow = total | 0
      low[index] = lastLow
      high[index] = lastHigh
    }
  }

  /** The width of the next miniblock, whose bytes are behind `at` then. */
  function passMiniblock(): number {
    if (nextWidth === widths.length) beginBlock()
    const width = widths[nextWidth++]!
    if (width > 64) throw corrupt('parquet: expected numbers of at most 64 bits')
    const length = (miniblock * width) / 8
    if (bytes.length - at < length) throw corrupt('parquet: expected the numbers of a miniblock')
    at += length
    return width
  }

  return {
    count,
    low,
    high,
    next() {
      if (left === 0) return 0
      if (isFirst) {
        isFirst = false
        low[0] = lastLow
        high[0] = lastHigh
        left -= 1
        return 1
      }
      const width = passMiniblock()
      scratch.set(bytes.subarray(at - (miniblock * width) / 8, at))
      const numbers = Math.min(left, miniblock)
      addUp(width, numbers)
      left -= numbers
      return numbers
    },
    end() {
      if (isFirst && left > 0) left -= 1
      for (isFirst = false; left > 0; left -= Math.min(left, miniblock)) passMiniblock()
      return at
    },
  }
}
