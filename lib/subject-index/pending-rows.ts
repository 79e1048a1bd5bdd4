import type { BadRow } from '../errors.ts'
import { compareAcross, compareDigests, sortDigests } from './sort-digests.ts'

const rowsShown = 20

/** Manifest rows whose transfer is not confirmed, by their keyed digests. Memory: 24 bytes a row until `sort`. */
export function createPendingRows(): {
  add(line: number, digest: Uint32Array): void
  /**
   * The rows, by line, whose identifier a confirmed row has as well; all are counted, the first are listed. `order` holds
   * the confirmed rows' numbers by their digests, each digest once.
   */
  contradicting(confirmed: { digests: Uint32Array; lines: Float64Array; order: Uint32Array }): {
    count: number
    first: BadRow[]
  }
  /** The digests, ascending, each once; `write` puts them where the index has them, 16 bytes each. */
  sort(): { count: number; write(into: DataView): void }
} {
  let rows = 0
  let digests = new Uint32Array(4 * 64)
  let lines = new Float64Array(64)

  function grow(): void {
    const [from, fromLines] = [digests, lines]
    digests = new Uint32Array(from.length * 2)
    digests.set(from)
    lines = new Float64Array(fromLines.length * 2)
    lines.set(fromLines)
  }

  return {
    add(line, digest) {
      if (rows === lines.length) grow()
      digests.set(digest, rows * 4)
      lines[rows++] = line
    },
    contradicting(confirmed) {
      const first: BadRow[] = []
      let count = 0
      let at = 0
      for (const row of sortDigests(digests, rows)) {
        const against = () => compareAcross(confirmed.digests, confirmed.order[at]!, digests, row)
        while (at < confirmed.order.length && against() < 0) at++
        if (at === confirmed.order.length) break
        if (against() !== 0) continue
        count++
        const problem = `expected one identifier to be transferred in every row or in none, and line ${confirmed.lines[confirmed.order[at]!]} confirms it`
        first.push({ line: lines[row]!, problem })
        if (first.length === 2 * rowsShown) keepFirst(first)
      }
      keepFirst(first)
      return { count, first }
    },
    sort() {
      const order = sortDigests(digests, rows)
      let count = 0
      for (let at = 0; at < order.length; at++)
        if (count === 0 || compareDigests(digests, order[count - 1]!, order[at]!) !== 0) order[count++] = order[at]!
      return {
        count,
        write(into) {
          for (let place = 0; place < count; place++)
            for (let word = 0; word < 4; word++)
              into.setUint32(place * 16 + word * 4, digests[order[place]! * 4 + word]!)
        },
      }
    },
  }
}

function keepFirst(rows: BadRow[]): void {
  rows.sort((a, b) => a.line - b.line)
  rows.length = Math.min(rows.length, rowsShown)
}
