import { EvidenceConflict } from '../errors.ts'

/**
 * In how many object versions each subject was found: pairs of an ordinal and a number of versions, at least one, by ordinal
 * and each ordinal once. Only who was found is there. Little-endian 32-bit words.
 */
export type SubjectCounts = Uint32Array

/** The pairs of a map, by ordinal. */
export function toSubjectCounts(versions: ReadonlyMap<number, number>): SubjectCounts {
  const ordinals = Uint32Array.from(versions.keys()).sort()
  const pairs = new Uint32Array(ordinals.length * 2)
  for (const [row, ordinal] of ordinals.entries()) pairs.set([ordinal, versions.get(ordinal)!], row * 2)
  return pairs
}

export function bytesOfCounts(pairs: SubjectCounts): Uint8Array {
  const bytes = new Uint8Array(pairs.length * 4)
  const view = new DataView(bytes.buffer)
  for (let word = 0; word < pairs.length; word++) view.setUint32(word * 4, pairs[word]!, true)
  return bytes
}

/** @throws EvidenceConflict unless these are such pairs */
export function countsOfBytes(bytes: Uint8Array): SubjectCounts {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length % 8 !== 0) throw conflict()
  const pairs = new Uint32Array(bytes.length / 4)
  for (let word = 0; word < pairs.length; word++) pairs[word] = view.getUint32(word * 4, true)
  for (let at = 0; at < pairs.length; at += 2)
    if (pairs[at + 1] === 0 || (at > 0 && pairs[at]! <= pairs[at - 2]!)) throw conflict()
  return pairs
}

export const formatCounts = (pairs: SubjectCounts): string => Buffer.from(bytesOfCounts(pairs)).toString('base64')

/** @throws EvidenceConflict */
export function parseCounts(text: string): SubjectCounts {
  const bytes = Buffer.from(text, 'base64')
  if (bytes.toString('base64') !== text) throw conflict()
  return countsOfBytes(bytes)
}

const conflict = () =>
  new EvidenceConflict('subject counts: expected each subject once, in order, with at least one object version')

/** Pairs that are held before they are written: 16 MiB with what sorting them takes. */
const mostPairs = 2 ** 19

/**
 * Adds up counts in parts of bounded size, each by ordinal: a subject may be in several parts, and belongs to their sum.
 * `onPart` gets a part when so many pairs are held that no more fit, and the last one at the end.
 */
export function createCountParts(onPart: (pairs: SubjectCounts) => Promise<void>, most = mostPairs) {
  let held = new Uint32Array(2 * Math.min(most, 1024))
  let length = 0
  const flush = async () => {
    if (length > 0) await onPart(held.slice(0, length))
    length = 0
  }
  return {
    async add(pairs: SubjectCounts): Promise<void> {
      for (let from = 0; from < pairs.length; ) {
        if (length === 2 * most) {
          length = addUp(held)
          if (length > most) await flush()
        }
        const taken = Math.min(pairs.length - from, 2 * most - length)
        if (length + taken > held.length)
          held = grown(held, Math.min(2 * most, Math.max(held.length * 2, length + taken)))
        held.set(pairs.subarray(from, from + taken), length)
        length += taken
        from += taken
      }
    },
    async finish(): Promise<void> {
      length = addUp(held.subarray(0, length))
      await flush()
    },
  }
}

function grown(words: Uint32Array, length: number): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(length)
  larger.set(words)
  return larger
}

/** Sorts pairs in place and joins those of one subject; returns the length that is left. @throws EvidenceConflict */
function addUp(pairs: Uint32Array): number {
  const rows = pairs.length / 2
  // An ordinal of 31 bits and a row of 22 are one exact number.
  const order = Float64Array.from({ length: rows }, (_, row) => pairs[row * 2]! * 2 ** 22 + row).sort()
  const sorted = new Uint32Array(pairs.length)
  let at = -2
  for (const each of order) {
    const row = each % 2 ** 22
    const [ordinal, versions] = [pairs[row * 2]!, pairs[row * 2 + 1]!]
    if (at >= 0 && sorted[at] === ordinal) {
      const sum = sorted[at + 1]! + versions
      if (sum > 0xffffffff) throw conflict()
      sorted[at + 1] = sum
    } else {
      at += 2
      sorted[at] = ordinal
      sorted[at + 1] = versions
    }
  }
  pairs.set(sorted.subarray(0, at + 2))
  return at + 2
}
