import { createDigestedRows, type DigestedRows } from './digested-rows.ts'
import { partitionCount } from './partitions.ts'
import type { DigestedRow } from './waiting-rows.ts'

/**
 * Rows of a manifest that an index which is added to may have, held back until there are many, and then looked up in the
 * order of their digests: so that each shard of digests is read once for millions of rows, and no more than one at a time.
 * `walk` begins to tell of digests in ascending order whether they are known. Memory: 35 bytes for each of at most `most` rows.
 */
export type HeldRows = {
  hold(row: DigestedRow): void
  /** Looks all up that are held, and hands them out. */
  settle(): void
}

const mostHeld = 2 ** 22

export function createHeldRows(
  walk: () => (digest: Uint32Array) => boolean,
  { onKnown, onNew }: { onKnown(line: number): void; onNew(row: DigestedRow): void },
  most: number = mostHeld,
): HeldRows {
  const rows: DigestedRows = createDigestedRows()
  /** By number, which stands in the place of the line. */
  let lines = new Float64Array(0)
  let lengths = new Uint8Array(0)
  let hashes = new Int32Array(0)
  let held = 0

  function settle(): void {
    const isKnown = walk()
    const digest = new Uint32Array(4)
    for (let partition = 0; held > 0 && partition < partitionCount; partition++) {
      const sorted = rows.takeSorted(partition)
      for (const at of sorted.order) {
        const number = sorted.lines[sorted.numbers[at]!]!
        const line = lines[number]!
        for (let word = 0; word < 4; word++) digest[word] = sorted.digests[at * 4 + word]!
        if (isKnown(digest)) onKnown(line)
        else
          onNew({
            line,
            shape: sorted.shapes[sorted.numbers[at]!]!,
            length: lengths[number]!,
            digests: digest,
            at: 0,
            first: hashes[number * 2]!,
            second: hashes[number * 2 + 1]!,
          })
      }
    }
    held = 0
  }

  return {
    hold({ line, shape, length, digests, at, first, second }) {
      if (held === most) settle()
      if (lines.length === 0) {
        // Memory that nobody writes to costs nothing.
        lines = new Float64Array(most)
        lengths = new Uint8Array(most)
        hashes = new Int32Array(2 * most)
      }
      lines[held] = line
      lengths[held] = length
      hashes[held * 2] = first
      hashes[held * 2 + 1] = second
      rows.add(held++, shape, digests, at)
    },
    settle,
  }
}
