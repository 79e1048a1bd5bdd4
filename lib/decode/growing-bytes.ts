import { copyBytes } from './copy-bytes.ts'

/** Bytes that are put one behind the other: the first `length` of `bytes`, which grow. */
export type GrowingBytes = { bytes: Buffer; length: number }

const none = Buffer.alloc(0)
const least = 256

export const growingBytes = (): GrowingBytes => ({ bytes: none, length: 0 })

export function makeRoom(grown: GrowingBytes, count: number): void {
  if (grown.length + count <= grown.bytes.length) return
  const larger = Buffer.allocUnsafe(Math.max(least, 2 * (grown.length + count)))
  grown.bytes.copy(larger, 0, 0, grown.length)
  grown.bytes = larger
}

/** Appends bytes `from` to before `to`. */
export function append(grown: GrowingBytes, bytes: Uint8Array, from: number, to: number): void {
  makeRoom(grown, to - from)
  copyBytes(bytes, from, to, grown.bytes, grown.length)
  grown.length += to - from
}
