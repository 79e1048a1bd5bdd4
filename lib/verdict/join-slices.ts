import type { UnverifiedReason } from '../decode/unverified.ts'
import type { BatchReport } from '../finding/batch-report.ts'
import { listedFindings } from '../finding/collect-findings.ts'
import { compareFindings, type Finding } from '../finding/finding.ts'
import type { OrdinalSet } from '../finding/ordinal-set.ts'
import { createCountsText, parseCounts } from '../finding/subject-counts.ts'
import type { InventoryEntry } from '../inventory/object-version.ts'
import { arePiecesOf, type Piece } from '../inventory/piece.ts'
import type { Slice } from '../inventory/slice.ts'
import type { Outcome, ScanReport, SliceReading } from '../scan/outcome.ts'
import { faultOfScanner, rank } from './settle-batch.ts'
import { sumChecks } from './sum-checks.ts'

/** A planned slice of a version and, where one was made, the report of its batch. */
export type PlannedSlice = { slice: Slice; report: BatchReport | undefined }

type Gap = { reason: UnverifiedReason; detail: string }
/** What is believed of a slice: its own report, or why there is none. */
type Part = { report: ScanReport; findings: Finding[]; gap: Gap | undefined } | { report: undefined; gap: Gap }

/**
 * One report about a version from those about its slices. The version is only as good as the worst of them: it is clean
 * if all are there, each is the planned one and clean, its batch's controls held, and what they read tiles the version, or the
 * first read the whole of it and the others left it to that. What contradicts this is a gap, and what was found stays found.
 * What tiles the version, whatever was found or missed in it, is pinned by `pieces` where every slice has a digest of its bytes.
 * Reports about other versions are handed on, to be counted as such. `subjects` are those that were taken of the slices.
 */
export function joinSlices(
  entry: InventoryEntry,
  slices: readonly PlannedSlice[],
  subjects: OrdinalSet,
): BatchReport | undefined {
  const made = slices.flatMap(({ report }) => report ?? [])
  if (made.length === 0) return undefined
  const parts = slices.map((each) => toPart(entry, each))
  const read = parts.flatMap(({ report }) => report ?? [])
  const findings = read.reduce((sum, report) => sum + report.findings, 0)
  const isWhole = read[0]?.slice?.reading === 'whole'
  const between = gapBetween(entry.size, read)
  const gap = parts.flatMap(({ gap }) => gap ?? [])[0] ?? between
  const pieces = between === undefined ? piecesOf(entry.size, parts) : undefined
  const protection = read.flatMap(({ protection }) => protection ?? [])[0]
  const pendingLabels = read.flatMap(({ pendingLabels }) => pendingLabels ?? [])[0]
  const joined: ScanReport = {
    seq: entry.seq,
    versionId: entry.versionId,
    outcome: toOutcome(findings > 0 || read.some(({ outcome }) => outcome.kind === 'found'), gap),
    bytes: read.reduce((sum, { bytes }) => sum + bytes, 0),
    decodedBytes: read.reduce((sum, { decodedBytes }) => sum + decodedBytes, 0),
    records: read.reduce((sum, { records }) => sum + records, 0),
    findings,
    subjects: subjects.size,
    // A digest of the whole is known only to who read the whole.
    ...(isWhole && gap === undefined && read[0]?.sha256 !== undefined && { sha256: read[0].sha256 }),
    ...(pieces && { pieces }),
    ...(protection && { protection }),
    ...(pendingLabels && { pendingLabels }),
  }
  const isAbout = ({ seq, versionId }: ScanReport) => seq === entry.seq && versionId === entry.versionId
  return {
    head: joinHeads(
      made.map(({ head }) => head),
      subjects,
    ),
    reports: [joined, ...made.flatMap(({ reports }) => reports.filter((each) => !isAbout(each)))],
    findings: joinFindings(parts),
  }
}

/** A report without its subjects, which are added to those of other slices: the reports of a thousand slices are kept until they are joined. */
export function takeSubjects({ head, ...report }: BatchReport, subjects: OrdinalSet): BatchReport {
  for (const pairs of parseCounts(head.subjects)) for (let at = 0; at < pairs.length; at += 2) subjects.add(pairs[at]!)
  return { ...report, head: { ...head, subjects: '' } }
}

function toPart(entry: InventoryEntry, { slice, report: batch }: PlannedSlice): Part {
  const where = `slice ${slice.index + 1} of ${slice.of}: `
  const gapOf = (reason: UnverifiedReason, detail: string): Gap => ({ reason, detail: where + detail })
  if (batch === undefined) return { report: undefined, gap: gapOf('not-scanned', 'no outcome was reported') }
  const about = batch.reports.filter(({ seq, versionId }) => seq === entry.seq && versionId === entry.versionId)
  const report = about.toSorted((a, b) => rank[b.outcome.kind] - rank[a.outcome.kind])[0]
  if (report === undefined) return { report, gap: gapOf('not-scanned', 'no outcome was reported') }
  const findings = batch.findings.filter(({ seq }) => seq === entry.seq)
  const { outcome } = report
  const said = 'reason' in outcome && outcome.reason !== undefined && report.slice?.reading !== 'left'
  if (about.length > 1)
    return { report, findings, gap: gapOf('contradictory', `${about.length} reports about one slice`) }
  if (!isPlanned(slice, report)) return { report, findings, gap: gapOf('contradictory', 'another one was reported') }
  if (said) return { report, findings, gap: gapOf(outcome.reason!, outcome.detail ?? '') }
  const fault = faultOfScanner(batch)
  return { report, findings, gap: fault && gapOf(fault.reason, fault.detail) }
}

function isPlanned(planned: Slice, { slice }: ScanReport): boolean {
  return (
    slice !== undefined &&
    slice.index === planned.index &&
    slice.of === planned.of &&
    slice.from === planned.from &&
    slice.to === planned.to
  )
}

/** What is wrong with slices of which each is right: what they read has to be all of it, however it was planned. */
function gapBetween(size: number, read: readonly ScanReport[]): Gap | undefined {
  const contradictory = (detail: string): Gap => ({ reason: 'contradictory', detail })
  const readings = read.map(({ slice }) => slice?.reading)
  if (readings[0] === 'whole')
    return read.slice(1).every(({ slice, bytes }) => slice?.reading === 'left' && bytes === 0)
      ? undefined
      : contradictory('its slices disagree about how it is to be read')
  if (!isCut(readings[0]) || !readings.every((reading) => reading === readings[0]))
    return contradictory('its slices disagree about how it is to be read')
  const extents = read.flatMap(({ slice }) => (slice && slice.end > slice.start ? slice : []))
  const meet = extents.every(({ start }, place) => start === (extents[place - 1]?.end ?? 0))
  const exact = read.every(({ slice, bytes }) => slice !== undefined && bytes === slice.end - slice.start)
  return meet && exact && extents.at(-1)?.end === size
    ? undefined
    : contradictory('what its slices read does not make up the whole')
}

/** What the slices pinned, each its own bytes; absent unless all of them did, in one report each, and nothing else is in the version. */
function piecesOf(size: number, parts: readonly Part[]): Piece[] | undefined {
  const pieces: Piece[] = []
  for (const { report, gap } of parts) {
    if (report?.slice === undefined || !isCut(report.slice.reading) || gap?.reason === 'contradictory') return undefined
    const { start, end, sha256 } = report.slice
    if (sha256 !== undefined) pieces.push({ from: start, to: end, sha256 })
  }
  return arePiecesOf(pieces, size) ? pieces : undefined
}

/** Read slice by slice. */
const isCut = (reading: SliceReading['reading'] | undefined) =>
  reading === 'as-is' || reading === 'parts' || reading === 'frames'

function toOutcome(isFound: boolean, gap: Gap | undefined): Outcome {
  if (isFound) return { kind: 'found', ...gap }
  return gap ? { kind: 'unverified', ...gap } : { kind: 'clean' }
}

/**
 * The first places, with records counted from the beginning of the version, and of a compressed text offsets as well: those of earlier slices
 * come before. Behind a
 * slice of which nothing is known no record can be counted, so those places are left out.
 */
function joinFindings(parts: readonly Part[]): Finding[] {
  const joined: Finding[] = []
  let [records, decodedBytes] = [0, 0]
  for (const part of parts) {
    if (part.report === undefined) break
    const before = { records, decodedBytes }
    const reading = part.report.slice?.reading
    joined.push(
      ...part.findings.map((each) => {
        if (each.place !== 'content' || reading === 'parts') return each
        if (reading === 'frames')
          return { ...each, record: before.records + each.record, offset: before.decodedBytes + each.offset }
        return each.path.length === 0 ? { ...each, record: before.records + each.record } : each
      }),
    )
    records += part.report.records
    decodedBytes += part.report.decodedBytes
    if (part.gap?.reason === 'contradictory' || !isCut(part.report.slice?.reading)) break
  }
  return joined.toSorted(compareFindings).slice(0, listedFindings)
}

function joinHeads(heads: readonly BatchReport['head'][], subjects: OrdinalSet): BatchReport['head'] {
  return {
    kind: 'batch',
    batch: heads[0]!.batch,
    startedAt: heads.map(({ startedAt }) => startedAt).reduce((a, b) => (a < b ? a : b)),
    finishedAt: heads.map(({ finishedAt }) => finishedAt).reduce((a, b) => (a > b ? a : b)),
    builds: [...new Set(heads.flatMap(({ builds }) => builds))],
    // Slices are of one version, however many of them have the subject.
    subjects: textOf(subjects),
    ...sumChecks(heads),
  }
}

function textOf(subjects: OrdinalSet): string {
  const text = createCountsText()
  subjects.each((ordinal) => text.add(ordinal, 1))
  return text.finish()
}
