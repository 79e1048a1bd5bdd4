import { createDigestedRows, type DigestedRows } from './digested-rows.ts'
import { partitionCount } from './partitions.ts'
import type { DigestedRow } from './waiting-rows.ts'

/**
 * Rows of a manifest that an index which is added to may have, held back until there are many, and then looked up in the
 * order of their digests: so that each shard of digests is read once for millions of rows, and no more than one at a time.
 * `walk` begins to tell of digests in ascending order which ordinals they have, or -1. Memory: 35 bytes for each of at most `most` rows, and what is
 * kept with them.
 */
export type HeldRows = {
  /** `text` is kept with the row. */
  hold(row: DigestedRow, text?: string): void
  /** Looks all up that are held, and hands them out. */
  settle(): void
}

const mostHeld = 2 ** 22

export function createHeldRows(
  walk: () => (digest: Uint32Array) => number,
  {
    onKnown,
    onNew,
  }: { onKnown(line: number, ordinal: number, text: string): void; onNew(row: DigestedRow, text: string): void },
  most: number = mostHeld,
): HeldRows {
  const rows: DigestedRows = createDigestedRows()
  /** By number, which stands in the place of the line. */
  let lines = new Float64Array(0)
  let lengths = new Uint8Array(0)
  let hashes = new Int32Array(0)
  let held = 0
  const texts = keptTexts()

  function settle(): void {
    const ordinalOf = walk()
    const digest = new Uint32Array(4)
    for (let partition = 0; held > 0 && partition < partitionCount; partition++) {
      const sorted = rows.takeSorted(partition)
      for (const at of sorted.order) {
        const number = sorted.lines[sorted.numbers[at]!]!
        const line = lines[number]!
        for (let word = 0; word < 4; word++) digest[word] = sorted.digests[at * 4 + word]!
        const ordinal = ordinalOf(digest)
        const text = texts.of(number)
        if (ordinal !== -1) onKnown(line, ordinal, text)
        else
          onNew(
            {
              line,
              shape: sorted.shapes[sorted.numbers[at]!]!,
              length: lengths[number]!,
              digests: digest,
              at: 0,
              first: hashes[number * 2]!,
              second: hashes[number * 2 + 1]!,
            },
            text,
          )
      }
    }
    held = 0
    texts.clear()
  }

  return {
    hold({ line, shape, length, digests, at, first, second }, text) {
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
      if (text !== undefined) texts.keep(text)
      rows.add(held++, shape, digests, at)
    },
    settle,
  }
}

/** Texts in the order in which they came, in one piece of memory: as strings they would keep what they were read from. */
function keptTexts() {
  let bytes = Buffer.alloc(0)
  let ends = new Uint32Array(0)
  let count = 0
  return {
    keep(text: string): void {
      const from = count === 0 ? 0 : ends[count - 1]!
      if (from + text.length > bytes.length) bytes = Buffer.concat([bytes], 2 * (from + text.length) + 4096)
      if (count === ends.length) {
        const more = new Uint32Array(2 * count + 1024)
        more.set(ends)
        ends = more
      }
      ends[count++] = from + bytes.write(text, from, 'latin1')
    },
    /** The one with this number, if they are kept. */
    of: (number: number) =>
      number < count ? bytes.toString('latin1', number === 0 ? 0 : ends[number - 1]!, ends[number]!) : '',
    clear(): void {
      count = 0
    },
  }
}
