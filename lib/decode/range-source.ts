import type { ReadAt } from './format.ts'

/** Bytes of one read of a range: enough that a store is asked seldom, and few enough to hold. */
const readBytes = 4 * 2 ** 20

/** A range of a content as a source. */
export async function* rangeOf(at: ReadAt, from: number, to: number): AsyncGenerator<Uint8Array> {
  for (let next = from; next < to; next += readBytes) yield await at.read(next, Math.min(to, next + readBytes))
}
