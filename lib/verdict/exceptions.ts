import type { UnverifiedReason } from '../decode/unverified.ts'
import type { Coverage, SegmentCoverage, Tally } from '../inventory/coverage.ts'
import type { Exception } from '../inventory/exception.ts'
import type { InventoryEntry } from '../inventory/object-version.ts'

/** `keyOf` gives an entry's exact key, which suffixes are held against. */
export type Explaining = { exceptions: readonly Exception[]; keyOf(entry: InventoryEntry): string }

/** Counts what each exception is about while a segment is settled: of one version the first that fits. */
export function createExplained({ exceptions, keyOf }: Explaining = { exceptions: [], keyOf: () => '' }) {
  const rows = exceptions.map((each) => ({ ...each, versions: 0, bytes: 0 }))
  return {
    add(entry: InventoryEntry, reason: UnverifiedReason): void {
      const row = rows.find(
        (each) => each.reason === reason && (each.suffix === undefined || keyOf(entry).endsWith(each.suffix)),
      )
      if (row === undefined) return
      row.versions++
      row.bytes += entry.size
    },
    finish: (): Pick<Coverage, 'exceptions'> => (rows.length === 0 ? {} : { exceptions: rows }),
  }
}

/** The exceptions of a pass: its segments have the same ones in the same order. */
export function mergeExceptions(segments: readonly SegmentCoverage[]): Pick<Coverage, 'exceptions'> {
  const [first, ...others] = segments.map(({ exceptions = [] }) => exceptions)
  if (first === undefined || first.length === 0) return {}
  return {
    exceptions: first.map((row, at) => ({
      ...row,
      versions: others.reduce((sum, rows) => sum + rows[at]!.versions, row.versions),
      bytes: others.reduce((sum, rows) => sum + rows[at]!.bytes, row.bytes),
    })),
  }
}

/** Whether an exception no longer held when the inventory of a pass began: a time of the evidence, so it is the same whenever it is asked. */
export function isExpired({ until }: Pick<Exception, 'until'>, { inventory }: Pick<Coverage, 'inventory'>): boolean {
  return until < inventory.startedAt
}

/**
 * All that is unverified in a pass, in two parts: what an exception that held explains, and what none does. `expired` is the part of
 * the latter that one explained before it expired.
 */
export function explainedOf(coverage: Coverage): { explained: Tally; unexplained: Tally; expired: Tally } {
  const { exceptions = [] } = coverage
  const all = sumOf(coverage.unverified)
  const explained = sumOf(exceptions.filter((each) => !isExpired(each, coverage)))
  return {
    explained,
    unexplained: { versions: all.versions - explained.versions, bytes: all.bytes - explained.bytes },
    expired: sumOf(exceptions.filter((each) => isExpired(each, coverage))),
  }
}

/** Whether exceptions are about no more than what is unverified for their reason: nothing is explained that is clean, found or counted twice. */
export function isWithinUnverified({ unverified, exceptions = [] }: Coverage): boolean {
  return [...Map.groupBy(exceptions, ({ reason }) => reason)].every(([reason, rows]) => {
    const explained = sumOf(rows)
    const all = sumOf(unverified.filter((each) => each.reason === reason))
    return explained.versions <= all.versions && explained.bytes <= all.bytes
  })
}

export const sumOf = (rows: readonly Tally[]): Tally => ({
  versions: rows.reduce((sum, { versions }) => sum + versions, 0),
  bytes: rows.reduce((sum, { bytes }) => sum + bytes, 0),
})
