import { createHash } from 'node:crypto'
import type { UnverifiedReason } from '../decode/unverified.ts'
import type { BatchReport } from '../finding/batch-report.ts'
import { createOrdinalSet } from '../finding/ordinal-set.ts'
import { parseCounts } from '../finding/subject-counts.ts'
import type { Coverage, SegmentCoverage } from '../inventory/coverage.ts'
import type { InventoryEntry, Protection } from '../inventory/object-version.ts'
import { createExplained, type Explaining } from './exceptions.ts'
import { protectionOf, type Settled, settleBatch } from './settle-batch.ts'
import { sumChecks } from './sum-checks.ts'

/** How many versions that stand in the way of `verified` a store report lists; all are counted. */
export const listedOpenVersions = 1000

type Times = { startedAt: string; finishedAt: string }

/** Settles a segment batch by batch, in inventory order, in memory that grows by a bit a subject only. `explaining`: what is known of what is unverified. */
export function createCoverage(explaining?: Explaining) {
  const zero = () => ({ versions: 0, bytes: 0 })
  const totals = { bytesRead: 0, decodedBytes: 0, records: 0, findings: 0, unlisted: 0, foundPartly: 0 }
  const batches = { planned: 0, reported: 0 }
  const [inventory, clean, found] = [zero(), zero(), zero()]
  const marks = { deleteMarkers: 0, multipartUploads: 0 }
  const unverified = new Map<UnverifiedReason, { versions: number; bytes: number }>()
  const kept = new Map<Protection['code'], Coverage['protected'][number]>()
  let checks = sumChecks([])
  const explained = createExplained(explaining)
  const subjects = createOrdinalSet()
  const builds = new Set<string>()
  const [inventoryHash, outcomesHash] = [createHash('sha256'), createHash('sha256')]

  const count = (tally: { versions: number; bytes: number }, entry: InventoryEntry) => {
    tally.versions++
    tally.bytes += entry.size
  }

  const keep = (entry: InventoryEntry, protection: Protection | undefined) => {
    if (protection === undefined) return
    const { code, until } = protection
    const tally = kept.get(code) ?? { code, ...zero(), ...(until !== undefined && { until }) }
    kept.set(code, tally)
    count(tally, entry)
    // One without an end has none together with the others.
    if (until === undefined) delete tally.until
    else if (tally.until !== undefined && tally.until < until) tally.until = until
  }

  const settle = ({ entry, outcome, report }: Settled) => {
    if (entry.kind === 'delete-marker') marks.deleteMarkers++
    if (entry.kind === 'multipart-upload') marks.multipartUploads++
    totals.bytesRead += report?.bytes ?? 0
    totals.decodedBytes += report?.decodedBytes ?? 0
    totals.records += report?.records ?? 0
    totals.findings += report?.findings ?? 0
    outcomesHash.update(
      `${JSON.stringify({ seq: entry.seq, versionId: entry.versionId, outcome, sha256: report?.sha256, pieces: report?.pieces })}\n`,
    )
    switch (outcome.kind) {
      case 'clean':
        return count(clean, entry)
      case 'found':
        if (outcome.reason) totals.foundPartly++
        keep(entry, protectionOf(entry, report))
        return count(found, entry)
      case 'unverified': {
        const tally = unverified.get(outcome.reason) ?? zero()
        unverified.set(outcome.reason, tally)
        explained.add(entry, outcome.reason)
        return count(tally, entry)
      }
      default:
        return outcome satisfies never
    }
  }

  return {
    /**
     * Every entry of the inventory goes through here once, also where nothing was reported (`undefined`). `made`: of how many
     * batches, and of how many reports, if it was joined.
     */
    addBatch(
      entries: readonly InventoryEntry[],
      report: BatchReport | undefined,
      made = { planned: 1, reported: report === undefined ? 0 : 1 },
    ): Settled[] {
      batches.planned += made.planned
      batches.reported += made.reported
      if (report) {
        for (const pairs of parseCounts(report.head.subjects))
          for (let at = 0; at < pairs.length; at += 2) subjects.add(pairs[at]!)
        for (const build of report.head.builds) builds.add(build)
        checks = sumChecks([checks, report.head])
      }
      const { settled, unlisted } = settleBatch(entries, report)
      totals.unlisted += unlisted
      settled.forEach(settle)
      return settled
    },

    /** Entries as they were listed; the denominator, counted apart from the batches. */
    addListed(entries: readonly InventoryEntry[]): void {
      for (const entry of entries) {
        count(inventory, entry)
        inventoryHash.update(
          `${JSON.stringify({ seq: entry.seq, shownKey: entry.shownKey, versionId: entry.versionId, size: entry.size })}\n`,
        )
      }
    },

    /** The distinct subjects found so far. */
    subjects: (): Uint8Array => subjects.bytes(),

    finish(opening: Times, closing: Times & { versions: number; appeared: number; gone: number }): SegmentCoverage {
      return {
        inventory: { ...inventory, ...marks, ...opening },
        closing,
        batches,
        clean,
        found,
        foundPartly: totals.foundPartly,
        protected: [...kept.values()].toSorted((a, b) => (a.code < b.code ? -1 : 1)),
        unverified: [...unverified]
          .toSorted(([a], [b]) => (a < b ? -1 : 1))
          .map(([reason, tally]) => ({ reason, ...tally })),
        ...explained.finish(),
        unlisted: totals.unlisted,
        bytesRead: totals.bytesRead,
        decodedBytes: totals.decodedBytes,
        records: totals.records,
        findings: totals.findings,
        subjects: subjects.size,
        ...checks,
        inventorySha256: inventoryHash.digest('hex'),
        outcomesSha256: outcomesHash.digest('hex'),
        builds: [...builds].sort(),
      }
    },
  }
}
