import { EvidenceConflict } from '../errors.ts'
import { type BatchReport, parseBatchReport } from '../finding/batch-report.ts'
import { toListed } from '../inventory/inventory-part.ts'
import { compareListings } from '../inventory/listing-order.ts'
import type { InventoryEntry, Protection } from '../inventory/object-version.ts'
import type { Batch } from '../inventory/plan-batches.ts'
import type { Evidence, Ports } from '../ports.ts'
import { caseKeysOf } from '../subject-index/case-keys.ts'
import { protectionOf, type Settled } from '../verdict/settle-batch.ts'
import { createCoverage, listedOpenVersions } from '../verdict/settle-coverage.ts'
import type { OpenVersion } from '../verdict/store-report.ts'
import { formatDocument, readRunConfig } from './documents.ts'
import { batchKey, type Listing, type PassRef, passKey } from './evidence-keys.ts'
import { readBatches } from './plan-batches.ts'
import { readParts } from './take-inventory.ts'
import { parseInput, passInput } from './task-input.ts'

/** Settles what the batches reported against the inventory, and the inventory against the closing listing. */
export async function settleCoverage(
  ports: Pick<Ports, 'evidence' | 'caseKey'>,
  input: unknown,
): Promise<{ found: number; unverified: number; versions: number; passesLeft: number }> {
  const ref = parseInput('settle-coverage', passInput, input)
  const coverage = createCoverage()
  for await (const { entries } of readParts(ports.evidence, ref, 'opening')) coverage.addListed(entries)

  const open: OpenVersion[] = []
  for await (const { entries, report } of readReported(ports.evidence, ref))
    for (const settled of coverage.addBatch(entries, report))
      if (settled.outcome.kind !== 'clean' && open.length < listedOpenVersions) open.push(toOpenVersion(settled))

  const { sealKey } = caseKeysOf(await ports.caseKey.read())
  const [opening, closing] = [
    await summarize(ports.evidence, ref, 'opening'),
    await summarize(ports.evidence, ref, 'closing'),
  ]
  const changes = await compareListings(
    readListed(ports.evidence, ref, 'opening', sealKey),
    readListed(ports.evidence, ref, 'closing', sealKey),
  )
  const first = await summarize(ports.evidence, { ...ref, pass: 0 }, 'opening')
  const mounts = {
    seen: opening.mounts.size,
    gone: [...first.mounts].filter((mount) => !opening.mounts.has(mount) || !closing.mounts.has(mount)).length,
  }
  const settled = coverage.finish(opening.times, { versions: closing.versions, ...changes, ...closing.times }, mounts)
  await ports.evidence.put(passKey(ref, 'open.json'), formatDocument(open))
  await ports.evidence.put(passKey(ref, 'coverage.json'), formatDocument(settled))

  const { passes } = await readRunConfig(ports, ref.runId)
  return {
    found: settled.found.versions,
    unverified: settled.unverified.reduce((sum, { versions }) => sum + versions, 0),
    versions: settled.inventory.versions,
    passesLeft: passes - ref.pass - 1,
  }
}

/**
 * The planned batches with their entries and, where one was made, their report: every entry of the inventory once.
 * @throws EvidenceConflict when the plan leaves one out or repeats one, since sums alone would not tell.
 */
export async function* readReported(
  evidence: Evidence,
  ref: PassRef,
): AsyncGenerator<{ entries: InventoryEntry[]; report: BatchReport | undefined }> {
  const byPart = Map.groupBy(await readBatches(evidence, ref), (batch) => batch.part)
  let part = 0
  for await (const { entries } of readParts(evidence, ref, 'opening')) {
    const batches = byPart.get(part++) ?? []
    checkPlan(ref, batches, entries.length)
    for (const batch of batches) {
      const key = batchKey(ref, batch.batch)
      const report = (await evidence.has(key)) ? parseBatchReport(await evidence.get(key)) : undefined
      yield { entries: entries.slice(batch.from, batch.to), report }
    }
  }
}

function checkPlan({ storeId }: PassRef, batches: readonly Batch[], entries: number): void {
  const ends = [0, ...batches.map(({ to }) => to)]
  if (ends.at(-1) !== entries || batches.some(({ from, to }, index) => from !== ends[index] || to <= from))
    throw new EvidenceConflict(`store ${storeId}: batches: expected every listed object version in exactly one`)
}

async function summarize(evidence: Evidence, ref: PassRef, listing: Listing) {
  let versions = 0
  const mounts = new Set<string>()
  let times: { startedAt: string; finishedAt: string } | undefined
  for await (const { entries, end } of readParts(evidence, ref, listing)) {
    versions += entries.length
    for (const mount of end.mounts) mounts.add(mount)
    times = { startedAt: times?.startedAt ?? end.startedAt, finishedAt: end.finishedAt }
  }
  return { versions, mounts, times: times! }
}

async function* readListed(evidence: Evidence, ref: PassRef, listing: Listing, sealKey: Uint8Array) {
  for await (const { entries } of readParts(evidence, ref, listing))
    for (const entry of entries) yield toListed(entry, sealKey)
}

function describeProtection(protection: Protection | undefined): { protection?: string } {
  if (protection === undefined) return {}
  const { code, until } = protection
  return { protection: until === undefined ? code : `${code} until ${until}` }
}

function toOpenVersion({ entry, outcome, report }: Settled): OpenVersion {
  return {
    shownKey: entry.shownKey,
    versionId: entry.versionId,
    bytes: entry.size,
    outcome: outcome.kind === 'found' ? 'found' : 'unverified',
    ...('reason' in outcome && outcome.reason && { reason: outcome.reason }),
    ...('detail' in outcome && outcome.detail && { detail: outcome.detail }),
    findings: report?.findings ?? 0,
    ...describeProtection(protectionOf(entry, report)),
  }
}
