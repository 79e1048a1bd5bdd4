import type { Shape } from '../../manifest/identifier.ts'
import { avalanche, passesFilter } from '../../subject-index/filter.ts'
import type { SubjectIndex } from '../../subject-index/open-subject-index.ts'
import { shapeCodes } from '../../subject-index/shape-code.ts'

/** The ordinals of the identifiers of these lengths, of four bytes each at least, that are anywhere in the bytes [from, to); of several parts of an index each says what it has. */
export type WindowProbe = (
  bytes: Uint8Array,
  from: number,
  to: number,
  lengths: readonly number[],
  report: (ordinal: number) => void,
) => void

const step = 4

/**
 * As `createProbe` at each place, for many of them that overlap: what four bytes are as a word (`hashInto`) is told once, and nothing is copied.
 */
export function createWindowProbe({ parts, seed }: Pick<SubjectIndex, 'parts' | 'seed'>, shape: Shape): WindowProbe {
  const code = shapeCodes[shape]
  const startA = seed[0] ^ Math.imul(code, 0x9e3779b1)
  /** Each at the place of its last byte. */
  let words = new Int32Array(0)
  /** Where what the filter passes begins, and its hash. */
  let passed = { at: words, a: words, b: words }

  function readWords(bytes: Uint8Array, from: number, to: number): void {
    if (words.length < to - from) {
      const room = 2 * (to - from)
      words = new Int32Array(room)
      passed = { at: new Int32Array(room), a: new Int32Array(room), b: new Int32Array(room) }
    }
    let word = 0
    for (let at = from; at < to; at++) {
      word = (word >>> 8) | (bytes[at]! << 24)
      words[at - from] = word
    }
  }

  /** Notes what the first plane of a filter passes, and returns how many. */
  function passing(part: SubjectIndex['parts'][number], size: number, length: number): number {
    const { first, seeds, segmentBits, segments } = part.filter
    const all = words
    const startB = (seed[1] + Math.imul(length, 0x85ebca77)) | 0
    const shards = seeds.length
    const mask = (1 << segmentBits) - 1
    const one = 1 << segmentBits
    const two = 2 << segmentBits
    const high = 32 - segmentBits
    let count = 0
    for (let from = step - 1, last = length - 1; last < size; from++, last++) {
      let a = startA
      let b = startB
      for (let at = from; at < last; at += step) {
        const word = all[at]!
        a = Math.imul(a ^ word, 0xcc9e2d51)
        b = Math.imul(b + word, 0x1b873593)
        a ^= a >>> 15
        b ^= b >>> 13
      }
      const word = all[last]!
      a = avalanche(Math.imul(a ^ word, 0xcc9e2d51))
      b = Math.imul(b + word, 0x1b873593)
      b = avalanche(b ^ (b >>> 13))
      const shard = ((a >>> 16) * shards) >>> 16
      const shardSeed = seeds[shard]!
      let u = Math.imul(a ^ shardSeed, 0x9e3779b1)
      u ^= u >>> 15
      let v = Math.imul(b ^ shardSeed, 0x85ebca6b)
      v ^= v >>> 13
      const at = (shard * (segments + 2) + (((u >>> 16) * segments) >>> 16)) << segmentBits
      const print = first[at + (u & mask)]! ^ first[at + one + (v & mask)]! ^ first[at + two + (v >>> high)]!
      if (print !== Math.imul(u ^ v, 0xc2b2ae35) >>> 24 && shards !== 0) continue
      passed.at[count] = last - length + 1
      passed.a[count] = a
      passed.b[count++] = b
    }
    return count
  }

  return (bytes, from, to, lengths, report) => {
    readWords(bytes, from, to)
    for (const part of parts)
      for (const length of lengths) {
        const count = passing(part, to - from, length)
        for (let index = 0; index < count; index++) {
          const a = passed.a[index]!
          const b = passed.b[index]!
          if (!passesFilter(part.filter, a, b)) continue
          const ordinal = part.confirm(code, bytes, from + passed.at[index]!, length, a, b)
          if (ordinal !== -1) report(ordinal)
        }
      }
  }
}
