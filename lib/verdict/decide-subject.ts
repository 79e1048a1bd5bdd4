import type { Verdict } from './decide-verdict.ts'
import type { StoreReport } from './store-report.ts'

/** What a run came to for one subject. */
export const subjectStatuses = ['deleted', 'never-found', 'residual', 'undetermined'] as const
export type SubjectStatus = (typeof subjectStatuses)[number]

/** How many subjects have which status. */
export type StatusCounts = { deleted: number; neverFound: number; residual: number; undetermined: number }
export const countOf = {
  deleted: 'deleted',
  'never-found': 'neverFound',
  residual: 'residual',
  undetermined: 'undetermined',
} as const satisfies Record<SubjectStatus, keyof StatusCounts>

/**
 * Object versions in which one subject was found, over all stores. `before`: in the first pass, or, of a store where it was not
 * there yet, in the next that found it before the last. `after`: in the last pass of each store.
 */
export type SubjectHits = { before: number; after: number }

/**
 * Judges one subject. `run` is the verdict on the whole run: `verified` only if every store is. What the last pass of any store
 * found is there; otherwise nothing is known unless all stores are verified: what was not seen is never good news.
 */
export function decideSubject({ before, after }: SubjectHits, run: Verdict): SubjectStatus {
  if (after > 0) return 'residual'
  if (run !== 'verified') return 'undetermined'
  return before > 0 ? 'deleted' : 'never-found'
}

/** When the last inventories of a run's stores were taken: from the beginning of the first of them to the end of the last. */
export type InventoryTimes = { from: string; to: string }

/**
 * Between which times the stores of a run were seen as they are last known, each by its own last inventory: one may be weeks older
 * than another. Undefined when a store has none, or there is no store.
 */
export function lastInventoriesOf(reports: readonly Pick<StoreReport, 'passes'>[]): InventoryTimes | undefined {
  const last = reports.flatMap(({ passes }) => passes.at(-1)?.inventory ?? [])
  if (last.length === 0 || last.length < reports.length) return undefined
  const from = last.map(({ startedAt }) => startedAt).toSorted()[0]!
  return {
    from,
    to: last
      .map(({ finishedAt }) => finishedAt)
      .toSorted()
      .at(-1)!,
  }
}
