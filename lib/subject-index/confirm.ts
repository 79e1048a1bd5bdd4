import { maxIdentifierLength } from '../manifest/identifier.ts'
import type { DigestTable } from './digest-table.ts'
import { createKeyedDigest } from './keyed-digest.ts'

/** Answers that are remembered: a power of two. */
const slots = 4096
const slotBytes = 256

/**
 * The exact lookup behind the filter. `find` digests the canonical bytes and looks them up; `confirm` does the same and
 * remembers the last answer for each of 4,096 hashes, together with the bytes that it was given for, since the same few
 * subjects often follow each other. -1: no such entry.
 */
export function createConfirm(
  table: Pick<DigestTable, 'find'>,
  tagKey: Uint8Array,
): {
  find(shape: number, bytes: Uint8Array, start: number, length: number): number
  confirm(shape: number, bytes: Uint8Array, start: number, length: number, a: number, b: number): number
} {
  const keyed = createKeyedDigest(tagKey)
  let memory: { bytes: Uint8Array; lengths: Uint8Array; shapes: Uint8Array; ordinals: Int32Array } | undefined

  function find(shape: number, bytes: Uint8Array, start: number, length: number): number {
    keyed.compute(shape, bytes, start, length)
    return table.find(keyed.digest)
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
