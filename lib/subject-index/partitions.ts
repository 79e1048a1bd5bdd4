/**
 * Rows of a few words in 256 partitions, in the order in which they came. Memory grows by chunks, so that a row costs its
 * words and next to nothing else, and a partition is given back by itself, at once.
 */
export type Partitions<Words> = {
  /** Rows of all partitions that were not taken. */
  readonly rows: number
  /** Room for one more row: write its words to `current(partition)` from the returned place on. */
  reserve(partition: number): number
  current(partition: number): Words
  /**
   * The same for several rows: `write` is told of rooms in chunks, one behind the other, until there is one for each: the words, where they begin,
   * and for which of the rows.
   */
  extend(partition: number, rows: number, write: (words: Words, at: number, from: number, to: number) => void): void
  count(partition: number): number
  /** The partition's rows in pieces. */
  pieces(partition: number): Words[]
  /** Hands out the pieces one after the other and gives each back; then the partition is empty. */
  take(partition: number, use: (words: Words) => void): void
}

type Words = Int32Array | Uint16Array

export const partitionCount = 256
const firstRows = 16
/** Memory of this size comes from the system piece by piece, and goes back to it. */
const mostBytes = 160 << 10

/** @param make makes chunks of so many words, zeros */
export function createPartitions<W extends Words>(wordsPerRow: number, make: (words: number) => W): Partitions<W> {
  const none = make(0)
  const mostWords = Math.floor(mostBytes / none.BYTES_PER_ELEMENT / wordsPerRow) * wordsPerRow
  const full: W[][] = Array.from({ length: partitionCount }, () => [])
  const last: W[] = Array.from({ length: partitionCount }, () => none)
  const filled = new Uint32Array(partitionCount)
  const counts = new Uint32Array(partitionCount)
  let rows = 0

  function pieces(partition: number): W[] {
    return [...full[partition]!, last[partition]!.subarray(0, filled[partition]) as W]
  }

  function grow(partition: number): void {
    const before = last[partition]!
    if (before.length > 0) full[partition]!.push(before)
    last[partition] = make(Math.min(mostWords, Math.max(firstRows * wordsPerRow, before.length * 2)))
    filled[partition] = 0
  }

  return {
    get rows() {
      return rows
    },
    reserve(partition) {
      if (filled[partition] === last[partition]!.length) grow(partition)
      const at = filled[partition]!
      filled[partition] = at + wordsPerRow
      counts[partition]!++
      rows++
      return at
    },
    current: (partition) => last[partition]!,
    extend(partition, more, write) {
      for (let from = 0; from < more; ) {
        if (filled[partition] === last[partition]!.length) grow(partition)
        const at = filled[partition]!
        const to = Math.min(more, from + (last[partition]!.length - at) / wordsPerRow)
        write(last[partition]!, at, from, to)
        filled[partition] = at + (to - from) * wordsPerRow
        from = to
      }
      counts[partition]! += more
      rows += more
    },
    count: (partition) => counts[partition]!,
    pieces,
    take(partition, use) {
      for (const words of pieces(partition)) {
        use(words)
        // Detached, so that it is free before the collector gets to it.
        if (words.length > 0) (words.buffer as ArrayBuffer).transfer(0)
      }
      rows -= counts[partition]!
      full[partition] = []
      last[partition] = none
      filled[partition] = counts[partition] = 0
    },
  }
}
