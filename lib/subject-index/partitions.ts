/**
 * Rows of a few 32-bit words in 256 partitions, in the order in which they came. Memory grows by chunks, so that a row
 * costs its words and next to nothing else, and that a partition can be given back by itself.
 */
export type Partitions = {
  /** Rows of all partitions that were not taken. */
  readonly rows: number
  /** Room for one more row: write its words to `current(partition)` from the returned place on. */
  reserve(partition: number): number
  current(partition: number): Int32Array
  count(partition: number): number
  /** The partition's rows in pieces. */
  pieces(partition: number): Int32Array[]
  /** The same, and forgets them. */
  take(partition: number): Int32Array[]
}

export const partitionCount = 256
const firstRows = 16
const mostRows = 8192

export function createPartitions(wordsPerRow: number): Partitions {
  const none = new Int32Array(0)
  const full: Int32Array[][] = Array.from({ length: partitionCount }, () => [])
  const last: Int32Array[] = Array.from({ length: partitionCount }, () => none)
  const filled = new Uint32Array(partitionCount)
  const counts = new Uint32Array(partitionCount)
  let rows = 0

  function pieces(partition: number): Int32Array[] {
    return [...full[partition]!, last[partition]!.subarray(0, filled[partition])]
  }

  return {
    get rows() {
      return rows
    },
    reserve(partition) {
      if (filled[partition] === last[partition]!.length) {
        if (last[partition]!.length > 0) full[partition]!.push(last[partition]!)
        const words = Math.min(mostRows * wordsPerRow, Math.max(firstRows * wordsPerRow, last[partition]!.length * 2))
        last[partition] = new Int32Array(words)
        filled[partition] = 0
      }
      const at = filled[partition]!
      filled[partition] = at + wordsPerRow
      counts[partition]!++
      rows++
      return at
    },
    current: (partition) => last[partition]!,
    count: (partition) => counts[partition]!,
    pieces,
    take(partition) {
      const taken = pieces(partition)
      rows -= counts[partition]!
      full[partition] = []
      last[partition] = none
      filled[partition] = counts[partition] = 0
      return taken
    },
  }
}
