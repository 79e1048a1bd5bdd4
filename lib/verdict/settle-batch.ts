import type { InventoryEntry } from '../inventory/object-version.ts'
import type { Outcome, ScanReport } from '../scan/outcome.ts'

/** One entry of the inventory with the one outcome that it gets. `report` is the worst one that was made about it. */
export type Settled = { entry: InventoryEntry; outcome: Outcome; report?: ScanReport }

/**
 * Settles a batch: loops over what was listed and asks what was reported. The worst report of a version counts, silence
 * is `not-scanned`, and a clean one has to show that it read exactly the bytes that were listed. `unlisted` counts
 * reports about versions that are not among the entries.
 */
export function settleBatch(
  entries: readonly InventoryEntry[],
  reports: readonly ScanReport[] | undefined,
  controlsHold: boolean,
): { settled: Settled[]; unlisted: number } {
  const bySeq = Map.groupBy(reports ?? [], (report) => report.seq)
  const settled = entries.map((entry): Settled => {
    const about = (bySeq.get(entry.seq) ?? []).filter((report) => report.versionId === entry.versionId)
    const worst = about.toSorted((a, b) => rank[b.outcome.kind] - rank[a.outcome.kind])[0]
    if (worst === undefined) return { entry, outcome: unverified('not-scanned', 'no outcome was reported') }
    return { entry, outcome: judge(entry, worst, about.length, controlsHold), report: worst }
  })
  const matched = settled.filter((each) => each.report).length
  const repeated = settled.reduce((sum, { entry, report }) => sum + (report ? countAbout(bySeq, entry) - 1 : 0), 0)
  return { settled, unlisted: (reports?.length ?? 0) - matched - repeated }
}

const rank = { clean: 0, unverified: 1, found: 2 } as const

function countAbout(bySeq: Map<number, ScanReport[]>, entry: InventoryEntry): number {
  return (bySeq.get(entry.seq) ?? []).filter((report) => report.versionId === entry.versionId).length
}

function judge(entry: InventoryEntry, report: ScanReport, reports: number, controlsHold: boolean): Outcome {
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
      if (!controlsHold) return unverified('control-missed', 'the scanner missed a planted control in this batch')
      return outcome
    default:
      return outcome satisfies never
  }
}

function unverified(reason: Extract<Outcome, { kind: 'unverified' }>['reason'], detail: string): Outcome {
  return { kind: 'unverified', reason, detail }
}
