import type { UnverifiedReason } from '../decode/unverified.ts'
import type { BatchReport } from '../finding/batch-report.ts'
import type { InventoryEntry, Protection } from '../inventory/object-version.ts'
import type { Outcome, ScanReport } from '../scan/outcome.ts'

/** One entry of the inventory with the one outcome that it gets. `report` is the worst one that was made about it. */
export type Settled = { entry: InventoryEntry; outcome: Outcome; report?: ScanReport }

/** What keeps a version from being deleted: as it was listed, or as it was asked when something was found in it. */
export function protectionOf(entry: InventoryEntry, report: ScanReport | undefined): Protection | undefined {
  return report?.protection ?? entry.protection
}

/**
 * Settles a batch: loops over what was listed and asks what was reported. The worst report of a version counts, silence
 * is `not-scanned`, and a clean one has to show that it read exactly the bytes that were listed. `unlisted` counts
 * reports about versions that are not among the entries.
 */
export function settleBatch(
  entries: readonly InventoryEntry[],
  report: BatchReport | undefined,
): { settled: Settled[]; unlisted: number } {
  const reports = report?.reports ?? []
  const bySeq = Map.groupBy(reports, ({ seq }) => seq)
  let about = 0
  const settled = entries.map((entry): Settled => {
    const made = (bySeq.get(entry.seq) ?? []).filter(({ versionId }) => versionId === entry.versionId)
    const worst = made.toSorted((a, b) => rank[b.outcome.kind] - rank[a.outcome.kind])[0]
    about += made.length
    if (report === undefined || worst === undefined)
      return { entry, outcome: unverified('not-scanned', 'no outcome was reported') }
    return { entry, outcome: judge(entry, worst, made.length, faultOfScanner(report)), report: worst }
  })
  return { settled, unlisted: reports.length - about }
}

/**
 * Why nothing that the scanner of a batch saw counts as clean: it missed a planted control, or planted none, or an
 * independent reading of a version of the batch disagrees with it, or there is none.
 */
export function faultOfScanner({
  head: { positiveControls, negativeControls, secondOpinion },
  reports,
}: BatchReport): Fault | undefined {
  const controlsHold =
    positiveControls.planted > 0 &&
    positiveControls.detected === positiveControls.planted &&
    negativeControls.falseAlarms === 0
  if (!controlsHold) return { reason: 'control-missed', detail: 'the scanner missed a planted control in this batch' }
  if (secondOpinion.mismatches !== 0)
    return { reason: 'second-opinion', detail: 'another reading of a sample of this batch disagrees with the scanner' }
  // Of a compressed text only the beginning is read twice, with its first slice.
  const wantsOpinion = reports.some(
    ({ outcome, bytes, slice }) =>
      outcome.kind === 'clean' && bytes > 0 && !(slice?.reading === 'frames' && slice.index > 0),
  )
  if (wantsOpinion && secondOpinion.versions === 0)
    return { reason: 'second-opinion', detail: 'no other reading of a sample of this batch was made' }
  return undefined
}
type Fault = { reason: UnverifiedReason; detail: string }

/** The worst outcome of a version counts. */
export const rank = { clean: 0, unverified: 1, found: 2 } as const

function judge(entry: InventoryEntry, report: ScanReport, reports: number, fault: Fault | undefined): Outcome {
  const { outcome } = report
  switch (outcome.kind) {
    case 'found':
    case 'unverified':
      return outcome
    case 'clean':
      if (report.findings !== 0 || report.subjects !== 0)
        return unverified('contradictory', 'called clean with findings in it')
      if (entry.kind === 'unreadable') return unverified('contradictory', 'called clean although it cannot be read')
      if (reports > 1) return unverified('contradictory', `${reports} reports about one version`)
      if (report.bytes !== entry.size)
        return unverified('size-differs', `expected ${entry.size} bytes to be read, got ${report.bytes}`)
      if (fault) return unverified(fault.reason, fault.detail)
      return outcome
    default:
      return outcome satisfies never
  }
}

function unverified(reason: UnverifiedReason, detail: string): Outcome {
  return { kind: 'unverified', reason, detail }
}
