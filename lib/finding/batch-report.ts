import { EvidenceConflict } from '../errors.ts'
import { parseEvidence } from '../evidence-json.ts'
import type { Checks } from '../inventory/coverage.ts'
import { isSha256 } from '../inventory/piece.ts'
import { type ScanReport, type SliceReading, sliceReadings } from '../scan/outcome.ts'
import type { Finding } from './finding.ts'
import { parseCounts } from './subject-counts.ts'

/**
 * What one scan batch reports, in one document so that it is there whole or not at all. JSON Lines: the head with the
 * name of the document, which says of which run, store, pass and batch it is, and the controls, then a report per object version,
 * the listed findings, and an end that counts them. `subjects` are the distinct subjects found, each with the number of object
 * versions that it was found in (see `createCountsText`). `leg`: where several calls read a batch, one after the other, which
 * of them this is, and the entries that it read, `to` exclusive.
 */
export type BatchReport = {
  head: Checks & {
    kind: 'batch'
    batch: number
    leg?: { index: number; from: number; to: number }
    startedAt: string
    finishedAt: string
    /** Of the program that read it, see `digestOfSources`: one, or of slices that were joined as many as there were. */
    builds: string[]
    subjects: string
  }
  reports: ScanReport[]
  findings: Finding[]
}

type Line =
  | (BatchReport['head'] & { name?: string })
  | ({ kind: 'report' } & ScanReport)
  | ({ kind: 'finding' } & Finding)
  | End
type End = { kind: 'end'; reports: number; findings: number }

export function formatBatchReport({ head, reports, findings }: BatchReport, name: string): string {
  const lines: Line[] = [
    { ...head, name },
    ...reports.map((each) => ({ kind: 'report' as const, ...each })),
    ...findings.map((each) => ({ kind: 'finding' as const, ...each })),
    { kind: 'end', reports: reports.length, findings: findings.length },
  ]
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('')
}

/**
 * The report that a document of this name has to hold.
 * @throws EvidenceConflict when it is damaged or that of another one, does not say which build made it, a line is missing or more than the end counts, a slice does not have its shape, a report has what only joined slices have, or the subjects
 * are not as many as the reports found in their versions.
 */
export function parseBatchReport(bytes: Uint8Array, name: string): BatchReport {
  const lines = Buffer.from(bytes)
    .toString('utf8')
    .trimEnd()
    .split('\n')
    .map((line) => parseEvidence<Line>(line, name))
  const [first, end] = [lines.at(0), lines.at(-1)]
  const reports = lines.filter((line) => line.kind === 'report').map(({ kind: _, ...report }) => report)
  const findings = lines.filter((line) => line.kind === 'finding').map(({ kind: _, ...finding }) => finding)
  if (
    first?.kind !== 'batch' ||
    end?.kind !== 'end' ||
    end.reports !== reports.length ||
    end.findings !== findings.length ||
    lines.length !== reports.length + findings.length + 2
  )
    throw new EvidenceConflict(
      `batch report: ${name}: expected a head, its reports and findings, and an end that counts them`,
    )
  const { name: own, ...head } = first
  if (own !== name)
    throw new EvidenceConflict(`batch report: ${name}: expected the report of this batch, got that of another one`)
  if (!Array.isArray(head.builds) || head.builds.length !== 1 || !head.builds.every(isSha256))
    throw new EvidenceConflict(`batch report: ${name}: expected the build that read it`)
  if (reports.some(({ slice }) => slice !== undefined && !isSliceReading(slice)))
    throw new EvidenceConflict('batch report: slice: expected its place in the version and how it was read')
  if (reports.some(({ pieces }) => pieces !== undefined))
    throw new EvidenceConflict('batch report: pieces: expected none but those that are made of slices')
  requireSameSubjects(head, reports)
  return { head, reports, findings }
}

/** What is said of subjects, and what of versions, is one thing: nobody is left out of either. */
function requireSameSubjects({ subjects }: BatchReport['head'], reports: readonly ScanReport[]): void {
  let found = 0
  for (const pairs of parseCounts(subjects)) for (let at = 1; at < pairs.length; at += 2) found += pairs[at]!
  const reported = reports.reduce((sum, report) => sum + report.subjects, 0)
  if (found !== reported)
    throw new EvidenceConflict(`batch report: subjects: expected ${reported} in all object versions, got ${found}`)
}

function isSliceReading(slice: SliceReading | null): boolean {
  if (slice === null) return false
  const { reading, index, of, from, to, start, end, sha256, ...others } = slice
  const isSound = [index, of, from, to, start, end].every((each) => Number.isSafeInteger(each) && each >= 0)
  const isPinned = sha256 === undefined || (isSha256(sha256) && start < end)
  return (
    isSound && isPinned && index < of && from < to && start <= end && sliceReadings.includes(reading) && isEmpty(others)
  )
}

const isEmpty = (members: object) => Object.keys(members).length === 0
