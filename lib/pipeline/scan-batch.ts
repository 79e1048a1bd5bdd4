import { formsOf, hashedFormsOf } from '../config.ts'
import { HandedOver } from '../errors.ts'
import { type BatchReport, formatBatchReport } from '../finding/batch-report.ts'
import { createCollector } from '../finding/collect-findings.ts'
import { formatCounts, toSubjectCounts } from '../finding/subject-counts.ts'
import { readingSeconds } from '../inventory/call-capacity.ts'
import { parsePart, toListed } from '../inventory/inventory-part.ts'
import type { InventoryEntry, ListedVersion } from '../inventory/object-version.ts'
import type { Slice } from '../inventory/slice.ts'
import type { Ports } from '../ports.ts'
import { runControls } from '../scan/controls/controls.ts'
import { findInKey } from '../scan/names/redact-key.ts'
import { compareWith, type Opinion } from '../scan/opinion/second-opinion.ts'
import type { Outcome, ScanReport, SliceReading } from '../scan/outcome.ts'
import { openRunIndex, readRunStore, requireHashedForms } from './evidence/documents.ts'
import { batchKey, partKey } from './evidence/evidence-keys.ts'
import { openAhead } from './reading/open-ahead.ts'
import type { ReadContext, Unread } from './reading/read-context.ts'
import { readSlice } from './reading/read-slice.ts'
import { drawSample, readForOpinion } from './reading/read-twice.ts'
import { readVersion, type VersionReading } from './reading/read-version.ts'
import { batchInput, parseInput } from './task-input.ts'

/** How many versions are tried, at most, for an opinion on one. */
const mostOthers = 8

/**
 * Reads every object version of one batch to its last byte, or one slice, and the planted controls, into one report.
 * @throws HandedOver instead of a report that would say that a call has too little time, where a scan task has more
 */
export async function scanBatch(
  ports: Pick<
    Ports,
    | 'clock'
    | 'evidence'
    | 'largeEvidence'
    | 'stores'
    | 'caseKey'
    | 'meter'
    | 'callSeconds'
    | 'scanMemory'
    | 'handsOver'
    | 'hasSpareCore'
  >,
  input: unknown,
): Promise<{ versions: number }> {
  const { batch, ...ref } = parseInput('scan-batch', batchInput, input)
  const key = batchKey(ref, batch.batch)
  if (await ports.evidence.has(key)) return { versions: batch.to - batch.from }

  const began = ports.clock()
  const readUntil = began.getTime() + readingSeconds(ports.callSeconds) * 1000
  const { index, keys } = await openRunIndex(ports, ref.runId)
  const { config, store } = await readRunStore(ports, ref.runId, ref.storeId)
  const forms = formsOf(config)
  requireHashedForms(index, hashedFormsOf(config))
  const { entries } = parsePart(
    await ports.evidence.get(partKey({ ...ref, segment: batch.segment }, 'opening', batch.part)),
  )
  const listed = entries.slice(batch.from, batch.to).map((entry) => ({ entry, version: toListed(entry, keys.sealKey) }))
  const opened = await ports.stores.open(store)
  const isFar = store.s3 !== undefined && batch.slice === undefined
  const versions = isFar ? listed.map(({ version }) => version) : []
  const context: Omit<ReadContext, 'store'> = {
    index,
    forms,
    declared: store.declared,
    meter: ports.meter,
    isLate: () => ports.clock().getTime() > readUntil,
    callSeconds: ports.callSeconds,
    scanMemory: ports.scanMemory,
    hasSpareCore: ports.hasSpareCore,
  }
  const controls = await runControls(index, undefined, forms)
  const { sample, others } = drawSample(
    listed.map(({ entry }) => entry),
    { ...ref, batch: batch.batch },
    keys,
  )
  const secondOpinion = { versions: 0, bytes: 0, mismatches: 0 }
  const count = ({ bytes, contentBytes }: Opinion, agrees: boolean): void => {
    // One that could look at nothing of what there was is none.
    if (bytes > 0 || contentBytes === 0) secondOpinion.versions += 1
    secondOpinion.bytes += bytes
    if (!agrees) secondOpinion.mismatches += 1
  }

  const reports: ScanReport[] = []
  const findings: BatchReport['findings'] = []
  const subjects = new Map<number, number>()
  const ahead = openAhead(opened, versions)
  try {
    for (const { entry, version } of listed) {
      const reading = { ...context, store: ahead.store }
      const seed = sample.get(entry.seq)
      const opinion = seed && (await readForOpinion(entry, version, batch.slice, { ...reading, store: opened }, seed))
      const scanned = await scanEntry(entry, version, batch.slice, reading, opinion)
      if (scanned.beyondCall && ports.handsOver)
        throw new HandedOver(
          `scan-batch: batch ${batch.batch}: expected to be read within ${ports.callSeconds} seconds`,
        )
      if (opinion && scanned.agrees !== undefined) count(opinion, scanned.agrees)
      reports.push(scanned.report)
      findings.push(...scanned.findings)
      for (const ordinal of scanned.ordinals) subjects.set(ordinal, (subjects.get(ordinal) ?? 0) + 1)
    }
    let tried = 0
    for (const [seq, seed] of others) {
      if (secondOpinion.versions > 0 || tried === mostOthers) break
      // What was drawn has a gap. Of another one that is clean the opinion has to be that nobody is there.
      const place = listed.findIndex(({ entry }) => entry.seq === seq)
      const [report, { entry, version }] = [reports[place]!, listed[place]!]
      if (report.outcome.kind !== 'clean') continue
      tried += 1
      const opinion = await readForOpinion(entry, version, undefined, { ...context, store: opened }, seed)
      if (opinion) count(opinion, compareWith(opinion).agrees(report))
    }
  } finally {
    await ahead.close()
  }
  const head: BatchReport['head'] = {
    kind: 'batch',
    batch: batch.batch,
    startedAt: began.toISOString(),
    finishedAt: ports.clock().toISOString(),
    subjects: formatCounts(toSubjectCounts(subjects)),
    positiveControls: controls.positive,
    negativeControls: controls.negative,
    secondOpinion,
  }
  await ports.evidence.put(key, formatBatchReport({ head, reports, findings }, key))
  return { versions: reports.length }
}

/**
 * The name of a version, and what the store keeps beside it, belong to its first slice. `agrees`: with the opinion, where there
 * is one on a content that was read without a gap.
 */
async function scanEntry(
  entry: InventoryEntry,
  version: ListedVersion,
  slice: Slice | undefined,
  reading: ReadContext,
  opinion: Opinion | undefined,
) {
  const comparison = opinion && compareWith(opinion)
  const context: ReadContext = { ...reading, ...(comparison && { see: comparison.see }) }
  const { index, meter } = context
  const found = createCollector(entry.seq, (ordinal) => ({
    tag: index.tagOf(ordinal),
    control: index.isControl(ordinal),
  }))
  const isFirst = slice === undefined || slice.index === 0
  if (isFirst) for (const occurrence of findInKey(version.key, index)) found.add('key', { ...occurrence, path: [] })
  const { gap, ...content } =
    slice === undefined
      ? await readVersion(entry, version, context, found)
      : await readSlice(entry, version, slice, context, found)
  meter.add({ versions: isFirst ? 1 : 0, findings: found.count })
  const report: ScanReport = {
    seq: entry.seq,
    versionId: entry.versionId,
    outcome: toOutcome(found.count, gap),
    ...content,
    findings: found.count,
    subjects: found.ordinals.size,
  }
  return {
    report,
    findings: found.listed,
    ordinals: found.ordinals,
    beyondCall: gap?.beyondCall === true,
    ...(gap === undefined && comparison && { agrees: comparison.agrees(extentOf(content)) }),
  }
}

/** Of a compressed text that is read frame by frame the first slice ends within it. */
function extentOf({ sha256, slice, decodedBytes }: VersionReading & { slice?: SliceReading }): {
  sha256?: string
  before?: number
} {
  return { ...(sha256 !== undefined && { sha256 }), ...(slice?.reading === 'frames' && { before: decodedBytes }) }
}

function toOutcome(findings: number, gap: Unread | undefined): Outcome {
  if (findings > 0) return gap ? { kind: 'found', reason: gap.reason, detail: gap.detail } : { kind: 'found' }
  if (gap) return { kind: 'unverified', reason: gap.reason, detail: gap.detail }
  return { kind: 'clean' }
}
