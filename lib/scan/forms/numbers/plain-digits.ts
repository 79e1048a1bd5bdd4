import type { SubjectIndex } from '../../../subject-index/open-subject-index.ts'
import { lengthTable } from '../../finders/alphabets.ts'
import { createProbe } from '../../finders/probe.ts'

const zero = 0x30

export const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

/** Digits that are put together, and a probe for them. */
export function createDigits(index: SubjectIndex, lengths: readonly number[]) {
  const bytes = new Uint8Array(256)
  const probe = createProbe(index, 'decimal', { bytes, view: viewOf(bytes) })
  const allowed = lengthTable(lengths)
  let length = 0
  return {
    clear() {
      length = 0
    },
    /** Appends [from, to); more than any identifier has are not kept. */
    append(source: Uint8Array, from: number, to: number) {
      for (let at = from; at < to && length < bytes.length; at++) bytes[length++] = source[at]!
    },
    appendZeros(count: number) {
      for (let i = 0; i < count && length < bytes.length; i++) bytes[length++] = zero
    },
    /** Without zeros on the left. */
    strip() {
      let from = 0
      while (from < length && bytes[from] === zero) from++
      bytes.copyWithin(0, from, length)
      length -= from
    },
    ordinal: () => (length < bytes.length && allowed[length] === 1 ? probe(0, length) : -1),
  }
}
