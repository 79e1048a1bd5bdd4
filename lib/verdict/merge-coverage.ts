import { hash } from 'node:crypto'
import { uniteOrdinals } from '../finding/ordinal-set.ts'
import type { Coverage, SegmentCoverage, Tally } from '../inventory/coverage.ts'
import { mergeExceptions, sumOf } from './exceptions.ts'
import { sumChecks } from './sum-checks.ts'

/**
 * The coverage of a pass from that of its segments, at least one and in key order. `subjects` are the distinct subjects
 * found in each.
 */
export function mergeCoverage(
  segments: readonly { coverage: SegmentCoverage; subjects: Uint8Array }[],
  mounts: Coverage['mounts'],
): Coverage {
  const all = segments.map(({ coverage }) => coverage)
  const sum = (of: (coverage: SegmentCoverage) => number) => all.reduce((total, each) => total + of(each), 0)
  const tally = (of: (coverage: SegmentCoverage) => Tally): Tally => ({
    versions: sum((each) => of(each).versions),
    bytes: sum((each) => of(each).bytes),
  })
  const span = (of: (coverage: SegmentCoverage) => { startedAt: string; finishedAt: string }) => ({
    startedAt: all.map((each) => of(each).startedAt).reduce((a, b) => (a < b ? a : b)),
    finishedAt: all.map((each) => of(each).finishedAt).reduce((a, b) => (a > b ? a : b)),
  })
  return {
    inventory: {
      ...tally((each) => each.inventory),
      deleteMarkers: sum((each) => each.inventory.deleteMarkers),
      multipartUploads: sum((each) => each.inventory.multipartUploads),
      ...span((each) => each.inventory),
    },
    closing: {
      versions: sum((each) => each.closing.versions),
      appeared: sum((each) => each.closing.appeared),
      gone: sum((each) => each.closing.gone),
      ...span((each) => each.closing),
    },
    mounts,
    batches: { planned: sum((each) => each.batches.planned), reported: sum((each) => each.batches.reported) },
    clean: tally((each) => each.clean),
    found: tally((each) => each.found),
    foundPartly: sum((each) => each.foundPartly),
    protected: groupBy(
      all.flatMap((each) => each.protected),
      'code',
    ).map((group) => ({
      code: group[0]!.code,
      ...sumOf(group),
      ...lastUntil(group),
    })),
    unverified: groupBy(
      all.flatMap((each) => each.unverified),
      'reason',
    ).map((group) => ({
      reason: group[0]!.reason,
      ...sumOf(group),
    })),
    ...mergeExceptions(all),
    unlisted: sum((each) => each.unlisted),
    bytesRead: sum((each) => each.bytesRead),
    decodedBytes: sum((each) => each.decodedBytes),
    records: sum((each) => each.records),
    findings: sum((each) => each.findings),
    subjects: uniteOrdinals(segments.map(({ subjects }) => subjects)).size,
    ...sumChecks(all),
    inventorySha256: digestOf(all.map((each) => each.inventorySha256)),
    outcomesSha256: digestOf(all.map((each) => each.outcomesSha256)),
    // All or none: where one was settled before they were told, the others would pass for all.
    ...(all.every(({ builds }) => builds !== undefined) && {
      builds: [...new Set(all.flatMap(({ builds = [] }) => builds))].sort(),
    }),
  }
}

function groupBy<K extends string, T extends Record<K, string>>(rows: readonly T[], name: K): T[][] {
  return [...Map.groupBy(rows, (row) => row[name])].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => group)
}

/** One without an end has none together with the others. */
function lastUntil(rows: readonly { until?: string }[]): { until?: string } {
  const ends = rows.map(({ until }) => until)
  return ends.every((end) => end !== undefined) ? { until: ends.reduce((a, b) => (a > b ? a : b)) } : {}
}

const digestOf = (digests: readonly string[]) =>
  digests.length === 1 ? digests[0]! : hash('sha256', digests.map((digest) => `${digest}\n`).join(''), 'hex')
