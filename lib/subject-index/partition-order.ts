import { rowsTogether } from './kernel/row-digests.ts'
import { partitionCount } from './partitions.ts'

/** Numbers of rows by partition, in the order in which they came: those of partition p from `starts[p]` on. */
export type PartitionOrder = { starts: Uint32Array; order: Uint16Array }

/**
 * Orders the rows of a batch by the first byte of a word, of which every row has one each `stride` words. What is returned holds until the next
 * call. To take the rows of one partition after the other costs a third of what jumping between all of them does.
 */
export function createPartitionOrder(): (
  words: Uint32Array | Int32Array,
  stride: number,
  rows: number,
) => PartitionOrder {
  const starts = new Uint32Array(partitionCount + 1)
  const next = new Uint32Array(partitionCount)
  const order = new Uint16Array(rowsTogether)
  return (words, stride, rows) => {
    next.fill(0)
    for (let row = 0; row < rows; row++) next[words[row * stride]! >>> 24]!++
    for (let partition = 0; partition < partitionCount; partition++) {
      starts[partition + 1] = starts[partition]! + next[partition]!
      next[partition] = starts[partition]!
    }
    for (let row = 0; row < rows; row++) order[next[words[row * stride]! >>> 24]!++] = row
    return { starts, order }
  }
}
