import type { Alphabet } from './alphabets.ts'
import { separators } from './separators.ts'

/** Reads the bytes `from <= at < to` of one object, in order. Throws `ReadFailed` like a medium. */
export type ReadRange = (range: { from: number; to: number }) => AsyncIterable<Uint8Array>

/** What is asked for at a time behind a slice, when no separator is there yet. */
const beyond = { first: 64 * 1024, most: 64 * 1024 * 1024 }

/**
 * The bytes that belong to a slice. It begins behind the first separator from the byte before `from` on, and ends behind
 * the first one from the byte before `to` on, or where the object begins and ends. Neighbours look at the same bytes, so
 * what one leaves the other takes, and together the slices of an object are the object. A slice without a separator is
 * empty: what is before it goes on. `extent` says where its bytes are, as far as they were read.
 */
export function cutSlice(read: ReadRange, { from, to }: { from: number; to: number }, size: number) {
  const extent = { start: from, end: from }

  /** Without what belongs to the slice before. */
  async function* own(): AsyncGenerator<Uint8Array> {
    if (from === 0) return yield* read({ from, to })
    let at = from - 1
    let begun = false
    for await (const chunk of read({ from: from - 1, to })) {
      const skipped = begun ? 0 : afterFirst(separators, chunk)
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
  return { extent, chunks: chunks() }
}

/** Behind the first byte that is in the table; -1: there is none. */
function afterFirst(table: Alphabet, bytes: Uint8Array): number {
  for (let at = 0; at < bytes.length; at++) if (table[bytes[at]!] !== 0) return at + 1
  return -1
}
