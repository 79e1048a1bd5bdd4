import { maxIdentifierLength } from '../manifest/identifier.ts'
import { createKeyedDigest } from './keyed-digest.ts'

/** Answers that are remembered: a power of two. */
const slots = 4096
const slotBytes = 256

/**
 * The exact lookup behind the filter. `find` digests the canonical bytes and searches; `confirm` does the same and
 * remembers the last answer for each of 4,096 hashes, together with the bytes that it was given for, since the same few
 * subjects often follow each other. -1: no such entry.
 */
export function createConfirm(
  digests: DataView,
  tagKey: Uint8Array,
): {
  find(shape: number, bytes: Uint8Array, start: number, length: number): number
  confirm(shape: number, bytes: Uint8Array, start: number, length: number, a: number, b: number): number
} {
  const keyed = createKeyedDigest(tagKey)
  const entries = digests.byteLength / 16
  const spread = Math.ceil(2 * Math.sqrt(entries)) + 1
  let memory: { bytes: Uint8Array; lengths: Uint8Array; shapes: Uint8Array; ordinals: Int32Array } | undefined

  function find(shape: number, bytes: Uint8Array, start: number, length: number): number {
    keyed.compute(shape, bytes, start, length)
    let low = 0
    let high = entries - 1
    // Digests are uniform: the place is near where the first word points, rarely outside four standard deviations.
    const guess = Math.floor((keyed.digest[0]! / 2 ** 32) * entries)
    const first = Math.max(low, guess - spread)
    const last = Math.min(high, guess + spread)
    if (entries > 0 && compareAt(first) <= 0) low = first
    if (entries > 0 && compareAt(last) >= 0) high = last
    while (low <= high) {
      const middle = (low + high) >>> 1
      const order = compareAt(middle)
      if (order === 0) return middle
      if (order < 0) low = middle + 1
      else high = middle - 1
    }
    return -1
  }

  /** The entry's digest against the wanted one. */
  function compareAt(ordinal: number): number {
    for (let word = 0; word < 4; word++) {
      const difference = digests.getUint32(ordinal * 16 + word * 4) - keyed.digest[word]!
      if (difference !== 0) return difference
    }
    return 0
  }

  function confirm(shape: number, bytes: Uint8Array, start: number, length: number, a: number, b: number): number {
    memory ??= {
      bytes: new Uint8Array(slots * slotBytes),
      lengths: new Uint8Array(slots),
      shapes: new Uint8Array(slots),
      ordinals: new Int32Array(slots),
    }
    const slot = ((a >>> 20) ^ b) & (slots - 1)
    const at = slot * slotBytes
    if (memory.lengths[slot] === length && memory.shapes[slot] === shape) {
      let same = 0
      while (same < length && memory.bytes[at + same] === bytes[start + same]) same++
      if (same === length) return memory.ordinals[slot]!
    }
    const ordinal = find(shape, bytes, start, length)
    if (length > maxIdentifierLength) return ordinal
    memory.lengths[slot] = length
    memory.shapes[slot] = shape
    memory.ordinals[slot] = ordinal
    for (let i = 0; i < length; i++) memory.bytes[at + i] = bytes[start + i]!
    return ordinal
  }

  return { find, confirm }
}
