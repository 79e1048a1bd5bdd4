import { BlockCorrupt, copyMatch } from '../block-corrupt.ts'
import { LzmaWindow, longestMatch } from './lzma-window.ts'

/** Places of the models in `probs`, each a probability of 11 bits (LZMA specification by I. Pavlov). */
const place = (() => {
  let next = 0
  const many = (count: number) => {
    next += count
    return next - count
  }
  const length = () => many(2 + 128 + 128 + 256)
  return {
    isMatch: many(192),
    isRep: many(12),
    isRepG0: many(12),
    isRepG1: many(12),
    isRepG2: many(12),
    isRep0Long: many(192),
    slots: many(256),
    special: many(128),
    align: many(16),
    matchLength: length(),
    repLength: length(),
    literals: many(0),
  }
})()
const half = 1024
const sign = -0x80000000

/** One symbol takes at most this many bytes of input; the caller keeps as many readable behind what it gives. */
export const symbolLength = 21

const pieceSize = 256 * 1024

/** What ended a run of the decoder: no more input, the output's limit, or the marker of the end. */
export type RunEnd = 'input' | 'output' | 'marker'

/**
 * Decodes LZMA symbols into a window. Range and code are kept as signed numbers of 32 bits, which the engine holds without
 * an allocation.
 */
export class LzmaDecoder {
  readonly window: LzmaWindow
  /** Where the next byte of `input` is. */
  at = 0
  #input: Uint8Array = new Uint8Array(0)
  #range = 0
  #code = 0
  #state = 0
  #rep0 = 0
  #rep1 = 0
  #rep2 = 0
  #rep3 = 0
  #lc = 0
  #lpMask = 0
  #pbMask = 0
  #probs: Uint16Array = new Uint16Array(0)

  constructor(dictionarySize: number) {
    this.window = new LzmaWindow(dictionarySize)
  }

  /** @throws BlockCorrupt unless `byte` is a valid (pb * 5 + lp) * 9 + lc with lc + lp of at most `mostLiteralBits` */
  setProperties(byte: number, mostLiteralBits: number): void {
    if (byte >= 225) throw new BlockCorrupt('expected valid properties')
    const lc = byte % 9
    const lp = Math.floor(byte / 9) % 5
    if (lc + lp > mostLiteralBits) throw new BlockCorrupt('expected valid properties')
    this.#lc = lc
    this.#lpMask = (1 << lp) - 1
    this.#pbMask = (1 << Math.floor(byte / 45)) - 1
    const count = place.literals + (0x300 << (lc + lp))
    if (this.#probs.length !== count) this.#probs = new Uint16Array(count)
    this.resetState()
  }

  get hasProperties(): boolean {
    return this.#probs.length > 0
  }

  resetState(): void {
    this.#probs.fill(half)
    this.#state = 0
    this.#rep0 = this.#rep1 = this.#rep2 = this.#rep3 = 0
  }

  /** Begins with the 5 bytes at `at`. @throws BlockCorrupt */
  begin(input: Uint8Array, at: number): void {
    if (input[at] !== 0) throw new BlockCorrupt('expected coded data to begin with a zero byte')
    this.#range = -1
    this.#code = (input[at + 1]! << 24) | (input[at + 2]! << 16) | (input[at + 3]! << 8) | input[at + 4]!
    this.at = at + 5
  }

  /** Whether the coder is where its end has to be: everything that was written is read. May take a byte. */
  isFinished(input: Uint8Array): boolean {
    this.#input = input
    this.#normalize()
    return this.#code === 0
  }

  /**
   * Decodes until the window is at `outputEnd`, has a piece of output more, or has no room for a match, until the marker of the end, or until less than a
   * symbol may be left before `inputEnd`. `isLast`: nothing comes after `inputEnd`, so each symbol is tried; one that
   * reaches beyond leaves no output, and `at` beyond `inputEnd`. At least `symbolLength` bytes of any value follow it then.
   * @throws BlockCorrupt
   */
  run(input: Uint8Array, inputEnd: number, outputEnd: number, isLast: boolean): RunEnd {
    this.#input = input
    const { window } = this
    const { bytes, offset, dictionarySize } = window
    const safeEnd = isLast ? inputEnd : inputEnd - symbolLength
    const stop = Math.min(outputEnd, bytes.length - longestMatch, window.at + pieceSize)
    while (window.at < stop) {
      if (this.at > safeEnd) return 'input'
      const to = window.at
      const position = to + offset
      const posState = position & this.#pbMask
      if (this.#bit(place.isMatch + (this.#state << 4) + posState) === 0) {
        const byte = this.#literal(bytes, to, position)
        if (this.at > inputEnd) return 'input'
        bytes[to] = byte
        window.at = to + 1
        continue
      }
      const length = this.#match(posState)
      if (this.at > inputEnd) return 'input'
      if (length === 0) return 'marker'
      const distance = (this.#rep0 >>> 0) + 1
      if (distance > position || distance > dictionarySize)
        throw new BlockCorrupt('expected a match within the dictionary')
      if (length > outputEnd - to) throw new BlockCorrupt('expected a match that fits')
      copyMatch(bytes, to, distance, length)
      window.at = to + length
    }
    return 'output'
  }

  #literal(bytes: Uint8Array, to: number, position: number): number {
    const last = position > 0 ? bytes[to - 1]! : 0
    const models = place.literals + 0x300 * (((position & this.#lpMask) << this.#lc) + (last >> (8 - this.#lc)))
    const state = this.#state
    this.#state = state < 4 ? 0 : state < 10 ? state - 3 : state - 6
    let symbol = 1
    if (state < 7) {
      while (symbol < 0x100) symbol = (symbol << 1) | this.#bit(models + symbol)
      return symbol & 0xff
    }
    let matched = bytes[to - this.#rep0 - 1]!
    let same = 0x100
    while (symbol < 0x100) {
      matched <<= 1
      const was = same
      same &= matched
      const bit = this.#bit(models + same + was + symbol)
      symbol = (symbol << 1) | bit
      if (bit === 0) same ^= was
    }
    return symbol & 0xff
  }

  /** Reads a match whose distance is in `rep0` then; returns its length, 0 for the marker of the end. */
  #match(posState: number): number {
    const state = this.#state
    if (this.#bit(place.isRep + state) === 0) {
      this.#rep3 = this.#rep2
      this.#rep2 = this.#rep1
      this.#rep1 = this.#rep0
      const length = this.#length(place.matchLength, posState)
      this.#state = state < 7 ? 7 : 10
      this.#rep0 = this.#distance(length)
      return this.#rep0 === -1 ? 0 : length
    }
    if (this.#bit(place.isRepG0 + state) === 0) {
      if (this.#bit(place.isRep0Long + (state << 4) + posState) === 0) {
        this.#state = state < 7 ? 9 : 11
        return 1
      }
    } else {
      let distance = this.#rep1
      if (this.#bit(place.isRepG1 + state) === 1) {
        distance = this.#rep2
        if (this.#bit(place.isRepG2 + state) === 1) {
          distance = this.#rep3
          this.#rep3 = this.#rep2
        }
        this.#rep2 = this.#rep1
      }
      this.#rep1 = this.#rep0
      this.#rep0 = distance
    }
    this.#state = state < 7 ? 8 : 11
    return this.#length(place.repLength, posState)
  }

  #length(models: number, posState: number): number {
    if (this.#bit(models) === 0) return 2 + this.#tree(models + 2 + (posState << 3), 3)
    if (this.#bit(models + 1) === 0) return 10 + this.#tree(models + 130 + (posState << 3), 3)
    return 18 + this.#tree(models + 258, 8)
  }

  #distance(length: number): number {
    const slot = this.#tree(place.slots + (Math.min(length - 2, 3) << 6), 6)
    if (slot < 4) return slot
    const bits = (slot >> 1) - 1
    const distance = (2 | (slot & 1)) << bits
    if (slot < 14) return distance + this.#reverseTree(place.special + distance - slot - 1, bits)
    const direct = this.#directBits(bits - 4) << 4
    return (distance + direct + this.#reverseTree(place.align, 4)) | 0
  }

  #tree(models: number, bits: number): number {
    let symbol = 1
    for (let bit = 0; bit < bits; bit++) symbol = (symbol << 1) | this.#bit(models + symbol)
    return symbol - (1 << bits)
  }

  #reverseTree(models: number, bits: number): number {
    let symbol = 1
    let value = 0
    for (let index = 0; index < bits; index++) {
      const bit = this.#bit(models + symbol)
      symbol = (symbol << 1) | bit
      value |= bit << index
    }
    return value
  }

  #directBits(count: number): number {
    let value = 0
    for (let index = 0; index < count; index++) {
      this.#normalize()
      this.#range >>>= 1
      const isAbove = this.#code >>> 0 >= this.#range
      if (isAbove) this.#code = (this.#code - this.#range) | 0
      value = (value << 1) | (isAbove ? 1 : 0)
    }
    return value
  }

  #normalize(): void {
    if ((this.#range & 0xff000000) !== 0) return
    this.#range <<= 8
    this.#code = (this.#code << 8) | this.#input[this.at++]!
  }

  #bit(model: number): number {
    this.#normalize()
    const probs = this.#probs
    const probability = probs[model]!
    const bound = Math.imul(this.#range >>> 11, probability)
    if ((this.#code ^ sign) < (bound ^ sign)) {
      this.#range = bound
      probs[model] = probability + ((2048 - probability) >> 5)
      return 0
    }
    this.#range = (this.#range - bound) | 0
    this.#code = (this.#code - bound) | 0
    probs[model] = probability - (probability >> 5)
    return 1
  }
}
