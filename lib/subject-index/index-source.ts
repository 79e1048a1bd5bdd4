import { damaged } from './index-format.ts'

/**
 * The bytes of a subject index, read where they are needed. `read` gives exactly the bytes with `from <= at < to`, all
 * within `size`, and may give a view, or put them into `memory` of as many bytes; they must not be changed.
 */
export type IndexSource = { readonly size: number; read(from: number, to: number, memory?: Uint8Array): Uint8Array }

/** Takes the bytes of an index in order. They are the taker's only until it returns. */
export type IndexSink = (bytes: Uint8Array) => void

/** The bytes of one index among others that lie one behind the other. @throws IndexInvalid when there are not so many */
export function sourceWithin(source: IndexSource, from: number, to: number): IndexSource {
  if (!(from >= 0 && from <= to && to <= source.size)) throw damaged('length')
  return { size: to - from, read: (start, end, memory) => source.read(from + start, from + end, memory) }
}

export function sourceOfBytes(bytes: Uint8Array): IndexSource {
  return { size: bytes.length, read: (from, to) => bytes.subarray(from, to) }
}
