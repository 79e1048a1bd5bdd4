import { exceptionsOf } from '../config.ts'
import type { RequestedVersion } from '../deletion/request.ts'
import type { Finding } from '../finding/finding.ts'
import { toFoundPlace } from '../finding/found-place.ts'
import { parseCounts } from '../finding/subject-counts.ts'
import { type InventoryPart, toListed } from '../inventory/inventory-part.ts'
import { compareListings } from '../inventory/listing-order.ts'
import type { ListedVersion, Protection } from '../inventory/object-version.ts'
import type { Ports } from '../ports.ts'
import { caseKeysOf } from '../subject-index/case-keys.ts'
import { protectionOf, type Settled } from '../verdict/settle-batch.ts'
import { createCoverage, listedOpenVersions } from '../verdict/settle-coverage.ts'
import { listedPlaces, type OpenVersion } from '../verdict/store-report.ts'
import { createCountList } from './evidence/count-list.ts'
import { formatDocument, readDocument, readRunStore } from './evidence/documents.ts'
import { countsKey, foundKey, segmentKey } from './evidence/evidence-keys.ts'
import { putSame } from './evidence/publish.ts'
import { readReportedParts } from './evidence/read-reported.ts'
import { readSegmentParts, type SettledSegment } from './evidence/segments.ts'
import { createVersionList } from './evidence/version-list.ts'
import { parseInput, segmentInput } from './task-input.ts'

/**
 * Settles what the batches of a segment reported against its inventory, and that against the closing listing. Everything is
 * read once and forgotten: what is found is listed by the same reading that is signed as the coverage, so that a report that comes
 * later is in neither. Memory: a bit a subject, half a million counts of subjects, and sixteen reports. *Crash: the first list counts; one that would
 * be another is a contradiction, and the store is incomplete.*
 * @throws EvidenceConflict
 */
export async function settleSegment(
  ports: Pick<Ports, 'evidence' | 'caseKey'>,
  input: unknown,
): Promise<{ versions: number }> {
  const ref = parseInput('settle-segment', segmentInput, input)
  const { sealKey } = caseKeysOf(await ports.caseKey.read())
  const key = segmentKey(ref, 'coverage.json')
  if (await ports.evidence.has(key)) {
    const { coverage } = await readDocument<SettledSegment>(ports, key)
    return { versions: coverage.inventory.versions }
  }
  const { store } = await readRunStore(ports, ref.runId, ref.storeId)
  const coverage = createCoverage({
    exceptions: exceptionsOf(store),
    keyOf: (entry) => toListed(entry, sealKey).key,
  })
  const found = createVersionList(ports.evidence, (part) => foundKey(ref, part))
  const counts = createCountList(ports.evidence, (part) => countsKey(ref, part))
  const open: OpenVersion[] = []
  let scanMilliseconds = 0
  const [opening, closing] = [createSummary(), createSummary()]

  async function* settleOpening(): AsyncGenerator<ListedVersion> {
    for await (const { part, reported } of readReportedParts(ports.evidence, ref)) {
      coverage.addListed(part.entries)
      for await (const { entries, report, made } of reported) {
        scanMilliseconds += made.milliseconds
        const settled = coverage.addBatch(entries, report, made).filter(({ outcome }) => outcome.kind !== 'clean')
        for (const pairs of parseCounts(report?.head.subjects ?? '')) await counts.add(pairs)
        const places = Map.groupBy(report?.findings ?? [], ({ seq }) => seq)
        open.push(...settled.slice(0, listedOpenVersions - open.length).map((each) => toOpenVersion(each, places)))
        for (const version of toRequested(settled, places)) await found.add(version)
      }
      opening.add(part)
      for (const entry of part.entries) yield toListed(entry, sealKey)
    }
  }
  async function* readClosing(): AsyncGenerator<ListedVersion> {
    for await (const part of readSegmentParts(ports.evidence, ref, 'closing')) {
      closing.add(part)
      for (const entry of part.entries) yield toListed(entry, sealKey)
    }
  }

  const changes = await compareListings(settleOpening(), readClosing())
  const document: SettledSegment = {
    coverage: coverage.finish(opening.times(), { versions: closing.versions(), ...changes, ...closing.times() }),
    mounts: { opening: opening.mounts(), closing: closing.mounts() },
    ...(opening.covered().length + closing.covered().length > 0 && {
      covered: { opening: opening.covered(), closing: closing.covered() },
    }),
    scanMilliseconds,
    found: await found.finish(),
    counts: await counts.finish(),
  }
  await putSame(ports.evidence, segmentKey(ref, 'subjects'), coverage.subjects())
  await putSame(ports.evidence, segmentKey(ref, 'open.json'), formatDocument(open))
  await ports.evidence.put(key, formatDocument(document))
  return { versions: document.coverage.inventory.versions }
}

/** The findings that are listed, by the version that they are in. */
type Places = ReadonlyMap<number, readonly Finding[]>

/** What a request says of versions in which something was found, with the first places where it is. */
function* toRequested(settled: readonly Settled[], places: Places): Generator<RequestedVersion> {
  for (const { entry, outcome, report: scan } of settled)
    if (outcome.kind === 'found' && scan)
      yield {
        ...entry,
        ...(scan.protection && { protection: scan.protection }),
        ...(scan.sha256 !== undefined && { sha256: scan.sha256 }),
        ...(scan.pieces && { pieces: scan.pieces }),
        ...(scan.pendingLabels && { pendingLabels: scan.pendingLabels }),
        findings: scan.findings,
        subjects: scan.subjects,
        places: (places.get(entry.seq) ?? []).map(toFoundPlace),
      }
}

function createSummary() {
  const mounts = new Set<string>()
  const covered = new Set<string>()
  let versions = 0
  let times: { startedAt: string; finishedAt: string } | undefined
  return {
    add({ entries, end }: InventoryPart): void {
      versions += entries.length
      for (const mount of end.mounts) mounts.add(mount)
      for (const each of end.covered ?? []) covered.add(each)
      times = { startedAt: times?.startedAt ?? end.startedAt, finishedAt: end.finishedAt }
    },
    versions: () => versions,
    mounts: () => [...mounts],
    covered: () => [...covered],
    /** A listing has at least one part. */
    times: () => times!,
  }
}

function toOpenVersion({ entry, outcome, report }: Settled, found: Places): OpenVersion {
  const places = (found.get(entry.seq) ?? []).slice(0, listedPlaces).map(toFoundPlace)
  return {
    shownKey: entry.shownKey,
    versionId: entry.versionId,
    bytes: entry.size,
    outcome: outcome.kind === 'found' ? 'found' : 'unverified',
    ...('reason' in outcome && outcome.reason && { reason: outcome.reason }),
    ...('detail' in outcome && outcome.detail && { detail: outcome.detail }),
    findings: report?.findings ?? 0,
    ...(outcome.kind === 'found' && places.length > 0 && { places }),
    ...describeProtection(protectionOf(entry, report)),
  }
}

function describeProtection(protection: Protection | undefined): { protection?: string } {
  if (protection === undefined) return {}
  const { code, until } = protection
  return { protection: until === undefined ? code : `${code} until ${until}` }
}
