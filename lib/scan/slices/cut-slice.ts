import { inMemory } from '../../decode/byte-source.ts'
import type { ByteRange } from '../../decode/format.ts'
import type { Alphabet } from '../finders/alphabets.ts'
import { separators } from '../finders/separators.ts'

/** Reads the bytes `from <= at < to` of one object, in order. Throws `ReadFailed` like a medium. */
export type ReadRange = (range: ByteRange) => AsyncIterable<Uint8Array>

/** What is asked for at a time behind a slice, when no separator is there yet. */
const beyond = { first: 64 * 1024, most: 64 * 1024 * 1024 }

/**
 * The bytes that belong to a slice. It begins behind the first separator from the byte before `from` on, and ends behind
 * the first one from the byte before `to` on, or where the object begins and ends. Neighbours look at the same bytes, so
 * what one leaves the other takes, and together the slices of an object are the object. A slice without a separator is
 * empty: what is before it goes on. `extent` says where its bytes are, as far as they were read. `before` and `after`: up
 * to `context` bytes around them, known when the first of them was read, and all. `last` are the last `lastBytes` of its own.
 */
export function cutSlice(read: ReadRange, { from, to }: ByteRange, size: number, context: number, lastBytes = context) {
  const extent = { start: from, end: from }
  let before: Uint8Array = new Uint8Array(0)
  let tail: Uint8Array = new Uint8Array(0)

  /** Without what belongs to the slice before. */
  async function* own(): AsyncGenerator<Uint8Array> {
    if (from === 0) return yield* read({ from, to })
    let at = Math.max(0, from - 1 - context)
    let begun = false
    for await (const chunk of read({ from: at, to })) {
      const skipped = begun ? 0 : afterFirst(separators, chunk, Math.max(0, from - 1 - at))
      if (!begun) before = lastOf(before, skipped === -1 ? chunk : chunk.subarray(0, skipped), context)
      at += chunk.length
      if (skipped === -1) continue
      if (!begun) extent.start = extent.end = at - chunk.length + skipped
      begun = true
      if (skipped < chunk.length) yield chunk.subarray(skipped)
    }
  }

  async function* chunks(): AsyncGenerator<Uint8Array> {
    let last: number | undefined
    for await (const chunk of own()) {
      extent.end += chunk.length
      last = chunk.at(-1)
      yield chunk
    }
    for (let wanted = beyond.first; last !== undefined && !isEnd(last); wanted = Math.min(2 * wanted, beyond.most)) {
      const from = extent.end
      // To its end also behind the separator, since only what was read to its end is known to be of the listed version.
      for await (const chunk of read({ from, to: Math.min(from + wanted, size) })) {
        if (isEnd(last)) continue
        const taken = afterFirst(separators, chunk)
        const bytes = taken === -1 ? chunk : chunk.subarray(0, taken)
        extent.end += bytes.length
        last = bytes.at(-1) ?? last
        yield bytes
      }
      if (extent.end === from) return
    }
  }

  const isEnd = (last: number) => extent.end === size || separators[last] !== 0

  async function after(): Promise<Uint8Array> {
    const to = Math.min(extent.end + context, size)
    return extent.end < to ? inMemory(read({ from: extent.end, to })) : new Uint8Array(0)
  }

  async function* kept(): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks()) {
      tail = lastOf(tail, chunk, lastBytes)
      yield chunk
    }
  }

  return { extent, chunks: kept(), before: () => before, last: () => tail, after }
}

/** Behind the first byte from `start` on that is in the table; -1: there is none. */
export function afterFirst(table: Alphabet, bytes: Uint8Array, start = 0): number {
  for (let at = start; at < bytes.length; at++) if (table[bytes[at]!] !== 0) return at + 1
  return -1
}

/** The last `count` of these bytes and those that follow, in memory of their own. */
export function lastOf(bytes: Uint8Array, more: Uint8Array, count: number): Uint8Array {
  const kept = more.subarray(Math.max(0, more.length - count))
  return Buffer.concat([bytes.subarray(Math.max(0, bytes.length + kept.length - count)), kept])
}
