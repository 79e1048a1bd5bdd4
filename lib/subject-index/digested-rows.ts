import { ManifestInvalid } from '../errors.ts'
import { createPartitions } from './partitions.ts'
import { sortDigests } from './sort-digests.ts'

/** Rows of one partition: four words of digest, line and shape code of each, and their numbers by digest, then by line. */
export type SortedRows = { digests: Uint32Array; lines: Uint32Array; shapes: Uint8Array; order: Uint32Array }

/**
 * Rows of a manifest by the keyed digests of their identifiers, in partitions by the first byte of the digest: 20 bytes a
 * row. The first byte is known from the partition, so the shape code has its place.
 */
export type DigestedRows = {
  readonly rows: number
  /** @throws ManifestInvalid when there are more lines than can be told apart */
  add(line: number, shape: number, digest: Uint32Array): void
  has(digest: Uint32Array): boolean
  /** The rows of one partition, which are forgotten. Partition after partition, all rows are in the order of their digests. */
  takeSorted(partition: number): SortedRows
}

const wordsPerRow = 5
const mostLines = 2 ** 32 - 1

export function createDigestedRows(): DigestedRows {
  const partitions = createPartitions(wordsPerRow)
  return {
    get rows() {
      return partitions.rows
    },

    add(line, shape, digest) {
      if (line > mostLines) throw new ManifestInvalid(`manifest: rows: expected at most ${mostLines} lines, got more`)
      const partition = digest[0]! >>> 24
      const at = partitions.reserve(partition)
      const words = partitions.current(partition)
      words[at] = (digest[0]! & 0xffffff) | (shape << 24)
      words[at + 1] = digest[1]!
      words[at + 2] = digest[2]!
      words[at + 3] = digest[3]!
      words[at + 4] = line
    },

    has([first, second, third, fourth]) {
      const wanted = [first! & 0xffffff, second! | 0, third! | 0, fourth! | 0]
      return partitions.pieces(first! >>> 24).some((words) => {
        for (let at = 0; at < words.length; at += wordsPerRow)
          if (
            words[at + 3] === wanted[3] &&
            words[at + 2] === wanted[2] &&
            words[at + 1] === wanted[1] &&
            (words[at]! & 0xffffff) === wanted[0]
          )
            return true
        return false
      })
    },

    takeSorted(partition) {
      const count = partitions.count(partition)
      const digests = new Uint32Array(count * 4)
      const lines = new Uint32Array(count)
      const shapes = new Uint8Array(count)
      let row = 0
      for (const words of partitions.take(partition))
        for (let at = 0; at < words.length; at += wordsPerRow, row++) {
          digests[row * 4] = (words[at]! & 0xffffff) | (partition << 24)
          digests[row * 4 + 1] = words[at + 1]!
          digests[row * 4 + 2] = words[at + 2]!
          digests[row * 4 + 3] = words[at + 3]!
          lines[row] = words[at + 4]!
          shapes[row] = words[at]! >>> 24
        }
      return { digests, lines, shapes, order: sortDigests(digests, count) }
    },
  }
}
