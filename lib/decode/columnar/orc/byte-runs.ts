import { corrupt } from '../column-fault.ts'
import { cut, type StreamBytes } from './stream-bytes.ts'

/** Bytes of the longest run: what says its length, and 128 bytes one by one. */
const mostRunBytes = 129
const shortestRun = 3

/** `count` times the byte at `at`, or `count` bytes from there on. */
type OnRun = (bytes: Uint8Array, at: number, count: number, isRun: boolean) => void

/** One run of bytes (ORC specification v1, "Byte Run Length Encoding"); false at the end of the stream. @throws ColumnFault */
export function visitByteRun(stream: StreamBytes, onRun: OnRun): boolean {
  stream.fill(mostRunBytes)
  const { bytes, at } = stream
  const control = bytes[at]
  if (control === undefined) return false
  const isRun = control < 0x80
  const count = isRun ? control + shortestRun : 0x100 - control
  const end = at + 1 + (isRun ? 1 : count)
  if (end > bytes.length) throw cut()
  onRun(bytes, at + 1, count, isRun)
  stream.at = end
  return true
}

function visitByteRuns(stream: StreamBytes, onRun: OnRun): void {
  while (visitByteRun(stream, onRun));
}

const onesOf = Uint8Array.from({ length: 256 }, (_, byte) => {
  let ones = 0
  for (let bits = byte; bits > 0; bits >>>= 1) ones += bits & 1
  return ones
})

/**
 * How many of the truth values in a stream are true (ORC specification v1, "Boolean Run Length Encoding"): of `count` of them, which have to be
 * all, or where that is not known of whole bytes.
 */
export function countTrue(stream: StreamBytes, count: number | undefined): { isTrue: number; values: number } {
  let ones = 0
  let total = 0
  let last = 0
  visitByteRuns(stream, (bytes, at, length, isRun) => {
    last = bytes[isRun ? at : at + length - 1]!
    total += length
    if (isRun) ones += onesOf[last]! * length
    else for (let index = 0; index < length; index++) ones += onesOf[bytes[at + index]!]!
  })
  if (count === undefined) return { isTrue: ones, values: total * 8 }
  if (total !== Math.ceil(count / 8)) throw corrupt('orc: expected as many truth values as there are values')
  // Values are from the highest bit on; the bits behind the last one are none.
  const unused = total * 8 - count
  return { isTrue: ones - onesOf[last & ((1 << unused) - 1)]!, values: count }
}

/** How often each byte occurs, of those below `bound`. */
export function countTags(stream: StreamBytes, bound: number): { counts: number[]; values: number } {
  const counts = new Array<number>(256).fill(0)
  visitByteRuns(stream, (bytes, at, length, isRun) => {
    if (isRun) counts[bytes[at]!]! += length
    else for (let index = 0; index < length; index++) counts[bytes[at + index]!]! += 1
  })
  if (counts.slice(bound).some((count) => count > 0)) throw corrupt('orc: expected branches of the union')
  return { counts: counts.slice(0, bound), values: counts.reduce((sum, count) => sum + count, 0) }
}
