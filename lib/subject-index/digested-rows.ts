import { createPartitionOrder } from './partition-order.ts'
import { createPartitions, partitionCount } from './partitions.ts'
import { createScratch } from './scratch.ts'
import { createDigestSort, type SortedDigests } from './sort-digests.ts'
import type { RowBatch } from './waiting-rows.ts'

/** Rows of one partition by digest, then by line, and the line and shape code of each, by `numbers`. */
export type SortedRows = SortedDigests & { lines: Uint32Array; shapes: Uint8Array }

/**
 * Rows of a manifest by the keyed digests of their identifiers, in partitions by the first byte of the digest: 18 bytes a
 * row. The first byte is known from the partition, so the shape code has its place. Of the line there is what it has more
 * than that of the row before in the partition, which is some hundreds; a step that is none of 16 bits stands beside.
 */
export type DigestedRows = {
  readonly rows: number
  /** Returns the row's number in its partition. The digest is four words from `from` on; lines are below 2^32. */
  add(line: number, shape: number, digests: Uint32Array, from: number): number
  /** The same for all rows of a batch. */
  addAll(batch: RowBatch): void
  has(digest: Uint32Array): boolean
  /**
   * The rows of one partition, which are forgotten; what is returned holds until the next call. Partition after partition, all
   * rows are in the order of their digests.
   */
  takeSorted(partition: number): SortedRows
}

const noStep = 0xffff

export function createDigestedRows(): DigestedRows {
  const partitions = createPartitions(4, (words) => new Int32Array(words))
  const steps = createPartitions(1, (words) => new Uint16Array(words))
  const scratch = {
    digests: createScratch((length) => new Uint32Array(length)),
    lines: createScratch((length) => new Uint32Array(length)),
    shapes: createScratch((length) => new Uint8Array(length)),
  }
  const sort = createDigestSort()
  const byPartition = createPartitionOrder()
  const lastLines = new Uint32Array(partitionCount)
  /** By partition: lines that do not follow by a step, in the order of their rows. */
  const leaps: number[][] = Array.from({ length: partitionCount }, () => [])

  /** What stands for the line of the row that is next in the partition. */
  function stepTo(partition: number, line: number): number {
    const step = line - lastLines[partition]!
    lastLines[partition] = line
    if (step >= 0 && step < noStep) return step
    leaps[partition]!.push(line)
    return noStep
  }

  function takeLines(partition: number): Uint32Array {
    const lines = scratch.lines(steps.count(partition))
    let row = 0
    let line = 0
    let leap = 0
    steps.take(partition, (words) => {
      for (let at = 0; at < words.length; at++) {
        const step = words[at]!
        line = step === noStep ? leaps[partition]![leap++]! : line + step
        lines[row++] = line
      }
    })
    leaps[partition] = []
    lastLines[partition] = 0
    return lines
  }

  return {
    get rows() {
      return partitions.rows
    },

    add(line, shape, digests, from) {
      const first = digests[from]!
      const partition = first >>> 24
      const at = partitions.reserve(partition)
      const words = partitions.current(partition)
      words[at] = (first & 0xffffff) | (shape << 24)
      words[at + 1] = digests[from + 1]!
      words[at + 2] = digests[from + 2]!
      words[at + 3] = digests[from + 3]!
      const step = steps.reserve(partition)
      steps.current(partition)[step] = stepTo(partition, line)
      return partitions.count(partition) - 1
    },

    addAll({ count, lines, shapes, digests }) {
      const { starts, order } = byPartition(digests, 4, count)
      for (let partition = 0; partition < partitionCount; partition++) {
        const own = order.subarray(starts[partition], starts[partition + 1])
        partitions.extend(partition, own.length, (words, at, from, to) => {
          for (let next = at, place = from; place < to; place++, next += 4) {
            const row = own[place]!
            words[next] = (digests[row * 4]! & 0xffffff) | (shapes[row]! << 24)
            words[next + 1] = digests[row * 4 + 1]!
            words[next + 2] = digests[row * 4 + 2]!
            words[next + 3] = digests[row * 4 + 3]!
          }
        })
        steps.extend(partition, own.length, (words, at, from, to) => {
          for (let place = from; place < to; place++) words[at + place - from] = stepTo(partition, lines[own[place]!]!)
        })
      }
    },

    has([first, second, third, fourth]) {
      const wanted = [first! & 0xffffff, second! | 0, third! | 0, fourth! | 0]
      return partitions.pieces(first! >>> 24).some((words) => {
        for (let at = 0; at < words.length; at += 4)
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
      const digests = scratch.digests(count * 4)
      const shapes = scratch.shapes(count)
      let row = 0
      partitions.take(partition, (words) => {
        for (let at = 0; at < words.length; at += 4, row++) {
          digests[row * 4] = (words[at]! & 0xffffff) | (partition << 24)
          digests[row * 4 + 1] = words[at + 1]!
          digests[row * 4 + 2] = words[at + 2]!
          digests[row * 4 + 3] = words[at + 3]!
          shapes[row] = words[at]! >>> 24
        }
      })
      return { ...sort(digests, count), lines: takeLines(partition), shapes }
    },
  }
}
