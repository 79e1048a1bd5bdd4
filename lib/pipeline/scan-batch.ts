import { formsOf, hashedFormsOf } from '../config.ts'
import { EvidenceConflict, HandedOver } from '../errors.ts'
import { type BatchReport, formatBatchReport, parseBatchReport } from '../finding/batch-report.ts'
import { createCollector } from '../finding/collect-findings.ts'
import { createSubjectCounts, formatCounts } from '../finding/subject-counts.ts'
import { readingSeconds } from '../inventory/call-capacity.ts'
import { toListed } from '../inventory/inventory-part.ts'
import type { InventoryEntry, ListedVersion } from '../inventory/object-version.ts'
import type { Batch } from '../inventory/plan-batches.ts'
import type { Slice } from '../inventory/slice.ts'
import type { Ports } from '../ports.ts'
import { runControls } from '../scan/controls/controls.ts'
import { findInKey } from '../scan/names/redact-key.ts'
import { compareWith, type Opinion } from '../scan/opinion/second-opinion.ts'
import type { Outcome, ScanReport, SliceReading } from '../scan/outcome.ts'
import { openRunIndex, readRunStore, requireHashedForms } from './evidence/documents.ts'
import { batchKey, type PassRef, scanLegKey } from './evidence/evidence-keys.ts'
import { readPart } from './evidence/segments.ts'
import { createLegOpinions } from './reading/leg-opinions.ts'
import { openAhead } from './reading/open-ahead.ts'
import type { ReadContext, Unread } from './reading/read-context.ts'
import { readSlice } from './reading/read-slice.ts'
import { drawSample, readForOpinion } from './reading/read-twice.ts'
import { readVersion, type VersionReading } from './reading/read-version.ts'
import { batchInput, parseInput } from './task-input.ts'

/** A leg has an opinion on what it read after so long, and so much time is left for one when the time for reading is over. */
const opinionMs = 60_000

/** A leg ends before the first version after this, so that a crash costs no more; or after half of the time of a call. */
const legMs = 5 * 60_000

type ScanPorts = Pick<
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
>

/**
 * Reads every object version of one batch to its last byte, or one slice, and the planted controls, into one report; or as many of
 * them as there is time for, which is a leg, and the next call goes on behind them. What a leg begins with has all the time of a call.
 * @throws HandedOver instead of a report that would say that a call has too little time, where a scan task has more
 */
export async function scanBatch(
  ports: ScanPorts,
  input: unknown,
): Promise<{ versions: number; leg: number; complete: boolean }> {
  const { batch, leg, ...ref } = parseInput('scan-batch', batchInput, input)
  const key = batchKey(ref, batch.batch)
  if (await ports.evidence.has(key)) return { versions: batch.to - batch.from, leg, complete: true }
  const legKey = scanLegKey(ref, batch.batch, leg)
  if (await ports.evidence.has(legKey)) return { versions: 0, leg: leg + 1, complete: false }

  const began = ports.clock()
  const from = leg === 0 ? batch.from : await endOf(ports.evidence, scanLegKey(ref, batch.batch, leg - 1), batch)
  const { controls, secondOpinion, reports, findings, subjects } = await readLeg(ports, ref, batch, { from, began })
  const to = from + reports.length
  const complete = to === batch.to
  const head: BatchReport['head'] = {
    kind: 'batch',
    batch: batch.batch,
    ...((leg > 0 || !complete) && { leg: { index: leg, from, to } }),
    startedAt: began.toISOString(),
    finishedAt: ports.clock().toISOString(),
    subjects: formatCounts(subjects.finish()),
    positiveControls: controls.positive,
    negativeControls: controls.negative,
    secondOpinion,
  }
  const name = complete ? key : legKey
  await ports.evidence.put(name, formatBatchReport({ head, reports, findings }, name))
  return { versions: reports.length, leg: complete ? leg : leg + 1, complete }
}

type PlannedBatch = ReturnType<typeof parseInput<typeof batchInput>>['batch']

/** Reads the versions of a batch from place `from` on, as many as there is time for since `began`; at least one. */
async function readLeg(
  ports: ScanPorts,
  ref: PassRef,
  batch: PlannedBatch,
  { from, began }: { from: number; began: Date },
) {
  const readingMs = readingSeconds(ports.callSeconds) * 1000
  const passed = () => ports.clock().getTime() - began.getTime()
  const { index, keys } = await openRunIndex(ports, ref.runId)
  const { config, store } = await readRunStore(ports, ref.runId, ref.storeId)
  const forms = formsOf(config)
  requireHashedForms(index, hashedFormsOf(config))
  const { entries } = await readPart(ports.evidence, { ...ref, segment: batch.segment }, 'opening', batch.part)
  // A leg that ends before the batch is followed by another one: of what is not listed any more there would be no end.
  if (entries.length < batch.to)
    throw new EvidenceConflict(
      `store ${ref.storeId}: batch ${batch.batch}: expected the ${batch.to} entries that were planned, got ${entries.length}`,
    )
  const listed = entries.slice(from, batch.to).map((entry) => ({ entry, version: toListed(entry, keys.sealKey) }))
  const context: ReadContext = {
    store: await ports.stores.open(store),
    index,
    forms,
    declared: store.declared,
    meter: ports.meter,
    isLate: () => passed() > readingMs,
    callSeconds: ports.callSeconds,
    scanMemory: ports.scanMemory,
    hasSpareCore: ports.hasSpareCore,
  }
  const controls = await runControls(index, undefined, forms)
  const drawn = drawSample(
    listed.map(({ entry }) => entry),
    { ...ref, batch: batch.batch },
    keys,
  )
  const opinions = createLegOpinions(listed, drawn, { ...context, isLate: () => passed() > readingMs + opinionMs })
  const reports: ScanReport[] = []
  const findings: BatchReport['findings'] = []
  const subjects = createSubjectCounts()
  const isFar = store.s3 !== undefined && batch.slice === undefined
  const ahead = openAhead(context.store, isFar ? listed.map(({ version }) => version) : [])
  try {
    for (const { entry, version } of listed) {
      const isFirst = reports.length === 0
      // The next version may leave no time for one.
      if (passed() > opinionMs) await opinions.lookForOne(reports)
      if (!isFirst && passed() > Math.min(legMs, readingMs / 2)) break
      const seed = drawn.sample.get(entry.seq)
      const opinion = seed && (await readForOpinion(entry, version, batch.slice, context, seed))
      const scanned = await scanEntry(entry, version, batch.slice, { ...context, store: ahead.store }, opinion)
      // It begins the next leg, which has all the time of a call for it.
      if (scanned.beyondCall && !isFirst && (ports.handsOver || context.isLate())) break
      if (scanned.beyondCall && ports.handsOver)
        throw new HandedOver(
          `scan-batch: batch ${batch.batch}: expected to be read within ${ports.callSeconds} seconds`,
        )
      ports.meter.add({ versions: scanned.versions, findings: scanned.report.findings })
      if (opinion && scanned.agrees !== undefined) opinions.count(opinion, scanned.agrees)
      reports.push(scanned.report)
      findings.push(...scanned.findings)
      subjects.add(scanned.ordinals)
    }
    await opinions.lookForOne(reports)
  } finally {
    await ahead.close()
  }
  return { controls, secondOpinion: opinions.counts, reports, findings, subjects }
}

/** Where the next leg begins. @throws EvidenceConflict */
async function endOf(
  evidence: Ports['evidence'],
  key: string,
  { batch, to }: Pick<Batch, 'batch' | 'to'>,
): Promise<number> {
  const { leg } = parseBatchReport(await evidence.get(key), key).head
  if (leg === undefined || leg.to >= to)
    throw new EvidenceConflict(`batch ${batch}: expected a leg that leaves some of it`)
  return leg.to
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
  const { index } = context
  const found = createCollector(entry.seq, index)
  const isFirst = slice === undefined || slice.index === 0
  if (isFirst) for (const occurrence of findInKey(version.key, index)) found.add('key', { ...occurrence, path: [] })
  const { gap, ...content } =
    slice === undefined
      ? await readVersion(entry, version, context, found)
      : await readSlice(entry, version, slice, context, found)
  const ordinals = found.ordinals()
  const report: ScanReport = {
    seq: entry.seq,
    versionId: entry.versionId,
    outcome: toOutcome(found.count, gap),
    ...content,
    findings: found.count,
    subjects: ordinals.length,
  }
  return {
    report,
    versions: isFirst ? 1 : 0,
    findings: found.listed,
    ordinals,
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
