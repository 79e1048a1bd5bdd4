/**
 * The filter in front of the exact lookup: a split-block Bloom filter (one bit in each of the eight 32-bit words of one
 * block), at least 16 bits an entry. It never denies an entry; it passes about one in a thousand others.
 */

/** Random for every index, so that nobody can prepare identifiers that slow the scan down. */
export type Seed = readonly [number, number]

/** The 64-bit hash of an entry as two halves. */
export type Halves = Int32Array

export const wordsPerBlock = 8
const bitsPerBlock = 256
const bitsPerEntry = 16

/** Words of a filter for so many entries: a power of two of blocks, so that a mask selects one. */
export function filterWordsFor(entries: number): number {
  let blocks = 1
  while (blocks * bitsPerBlock < entries * bitsPerEntry) blocks *= 2
  return blocks * wordsPerBlock
}

/**
 * Hashes `length` (at least 3) bytes at `start` for the filter, four at a time; the last four may overlap. `view` and
 * `bytes` are the same memory.
 */
export function hashInto(
  halves: Halves,
  view: DataView,
  bytes: Uint8Array,
  start: number,
  length: number,
  shape: number,
  seed: Seed,
): void {
  let a = seed[0] ^ Math.imul(shape, 0x9e3779b1)
  let b = (seed[1] + Math.imul(length, 0x85ebca77)) | 0
  const last = start + length - 4
  for (let at = start; at < last; at += 4) {
    const word = view.getInt32(at, true)
    a = Math.imul(a ^ word, 0xcc9e2d51)
    b = Math.imul(b + word, 0x1b873593)
    a ^= a >>> 15
    b ^= b >>> 13
  }
  const word =
    length >= 4 ? view.getInt32(last, true) : bytes[start]! | (bytes[start + 1]! << 8) | (bytes[start + 2]! << 16)
  a = Math.imul(a ^ word, 0xcc9e2d51)
  b = Math.imul(b + word, 0x1b873593)
  halves[0] = avalanche(a)
  halves[1] = avalanche(b ^ (b >>> 13))
}

function avalanche(half: number): number {
  let h = half ^ (half >>> 16)
  h = Math.imul(h, 0x85ebca6b)
  h ^= h >>> 13
  h = Math.imul(h, 0xc2b2ae35)
  return h ^ (h >>> 16)
}

/** Odd factors that pick one bit of each word (Apache Parquet, split block Bloom filter). */
const salts = [0x47b6137b, 0x44974d91, 0x8824ad5b, 0xa2b7289d, 0x705495c7, 0x2df1424b, 0x9efc4947, 0x5c6bfb31] as const

export function addToFilter(words: Int32Array, a: number, b: number): void {
  const block = blockOf(words, a)
  for (let i = 0; i < wordsPerBlock; i++) words[block + i]! |= 1 << (Math.imul(b, salts[i]!) >>> 27)
}

/** False: certainly not an entry. */
export function passesFilter(words: Int32Array, a: number, b: number): boolean {
  const block = blockOf(words, a)
  return (
    ((words[block]! >>> (Math.imul(b, 0x47b6137b) >>> 27)) &
      (words[block + 1]! >>> (Math.imul(b, 0x44974d91) >>> 27)) &
      (words[block + 2]! >>> (Math.imul(b, 0x8824ad5b) >>> 27)) &
      1) !==
      0 &&
    ((words[block + 3]! >>> (Math.imul(b, 0xa2b7289d) >>> 27)) &
      (words[block + 4]! >>> (Math.imul(b, 0x705495c7) >>> 27)) &
      (words[block + 5]! >>> (Math.imul(b, 0x2df1424b) >>> 27)) &
      (words[block + 6]! >>> (Math.imul(b, 0x9efc4947) >>> 27)) &
      (words[block + 7]! >>> (Math.imul(b, 0x5c6bfb31) >>> 27)) &
      1) !==
      0
  )
}

function blockOf(words: Int32Array, a: number): number {
  return (a & (words.length / wordsPerBlock - 1)) * wordsPerBlock
}
