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

/**
 * Since when nobody is there any more, in a run whose stores are all verified: when the last of their last inventories had ended.
 * Undefined: there is none.
 */
export function goneSinceOf(reports: readonly Pick<StoreReport, 'passes'>[]): string | undefined {
  return reports
    .flatMap(({ passes }) => passes.at(-1)?.inventory.finishedAt ?? [])
    .toSorted()
    .at(-1)
}
