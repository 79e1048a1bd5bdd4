/** Where the window begins; it grows with what is written, up to what a stream may refer back to. */
const firstSize = 2 ** 16
/** The longest match, which is never split. */
export const longestMatch = 273

/**
 * Output of an LZMA decoder, of which the last `dictionarySize` bytes stay readable. Memory: at most 1.25 times that many
 * bytes and 1 MiB, and no more than a few times what was written.
 */
export class LzmaWindow {
  bytes: Uint8Array = new Uint8Array(firstSize)
  at = 0
  /** `at + offset` is how much was written since the dictionary was reset, all that may be referred back to. */
  offset = 0
  #taken = 0
  readonly dictionarySize: number

  constructor(dictionarySize: number) {
    this.dictionarySize = dictionarySize
  }

  /** What was written since the last call; valid until the next `makeRoom`. */
  take(): Uint8Array {
    const bytes = this.bytes.subarray(this.#taken, this.at)
    this.#taken = this.at
    return bytes
  }

  /** Makes room for at least 64 KiB and a match; what was written has been taken. */
  makeRoom(): void {
    const needed = this.at + firstSize + longestMatch
    if (needed <= this.bytes.length) return
    const most = this.dictionarySize + Math.max(this.dictionarySize >> 2, 2 ** 20) + longestMatch
    if (needed <= most) {
      const grown = new Uint8Array(Math.min(most, Math.max(this.bytes.length * 2, needed)))
      grown.set(this.bytes.subarray(0, this.at))
      this.bytes = grown
      return
    }
    const kept = Math.min(this.at, this.dictionarySize)
    this.bytes.copyWithin(0, this.at - kept, this.at)
    this.offset += this.at - kept
    this.at = kept
    this.#taken = kept
  }

  reset(): void {
    this.offset = -this.at
  }

  /** Appends bytes that are stored as they are, at most 64 KiB, for which there is room. */
  write(bytes: Uint8Array): void {
    this.bytes.set(bytes, this.at)
    this.at += bytes.length
  }
}
