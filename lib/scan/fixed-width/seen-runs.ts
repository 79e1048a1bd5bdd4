import type { Line } from './pieces.ts'

/** Runs that are remembered: a power of two. */
const slots = 1024
/** Longer ones are not remembered. */
const longest = 40

/**
 * Whether the bytes [start, end) of a line stood at the same columns of another one, as most words of logs do, whose parts need not be looked up again. Remembers them otherwise.
 */
export function createSeenRuns(): (line: Line, start: number, end: number) => boolean {
  const columns = new Int32Array(slots).fill(-1)
  const lengths = new Uint8Array(slots)
  const runs = new Uint8Array(slots * longest)
  return ({ bytes, from }, start, end) => {
    const length = end - start
    if (length > longest) return false
    let hash = start - from
    for (let at = start; at < end; at++) hash = Math.imul(hash ^ bytes[at]!, 0x01000193)
    const slot = (hash ^ (hash >>> 15)) & (slots - 1)
    const kept = slot * longest
    let same = columns[slot] === start - from && lengths[slot] === length ? 0 : -1
    while (same >= 0 && same < length) same = runs[kept + same] === bytes[start + same] ? same + 1 : -1
    if (same === length) return true
    columns[slot] = start - from
    lengths[slot] = length
    for (let at = 0; at < length; at++) runs[kept + at] = bytes[start + at]!
    return false
  }
}
