import { type BadRow, ManifestInvalid } from '../errors.ts'
import { maxListed } from '../manifest/lines.ts'
import type { SortedRows } from './digested-rows.ts'
import { compareAcross } from './sort-digests.ts'

/** Rows whose transfer is not confirmed, held against those that confirm one: no identifier may have both. */
export type Contradictions = {
  /** Looks at one partition; `distinct` are its confirmed rows by digest, each digest once. */
  look(confirmed: SortedRows, distinct: Uint32Array, pending: SortedRows): void
  /** Takes a row whose identifier the index that is added to has. */
  noteKnown(line: number): void
  /** @throws ManifestInvalid when there was one: the first rows by line are named, all are counted */
  refuse(): void
}

export function createContradictions(): Contradictions {
  const first: BadRow[] = []
  let count = 0

  function note(line: number, confirmedBy: string): void {
    count++
    const problem = `expected one identifier to be transferred in every row or in none, and ${confirmedBy} confirms it`
    first.push({ line, problem })
    if (first.length === 2 * maxListed) keepFirst(first)
  }

  return {
    noteKnown: (line) => note(line, 'the index that is added to'),
    look(confirmed, distinct, pending) {
      let at = 0
      for (const row of pending.order) {
        const against = () => compareAcross(confirmed.digests, distinct[at]!, pending.digests, row)
        while (at < distinct.length && against() < 0) at++
        if (at === distinct.length) break
        if (against() !== 0) continue
        const earlier = confirmed.numbers[distinct[at]!]!
        note(pending.lines[pending.numbers[row]!]!, `line ${confirmed.lines[earlier]}`)
      }
    },
    refuse() {
      if (count === 0) return
      keepFirst(first)
      throw new ManifestInvalid(
        `manifest: rows: expected no identifier to be both transferred and not yet transferred, got ${count} such row${count === 1 ? '' : 's'}`,
        first,
      )
    },
  }
}

function keepFirst(rows: BadRow[]): void {
  rows.sort((a, b) => a.line - b.line)
  rows.length = Math.min(rows.length, maxListed)
}
