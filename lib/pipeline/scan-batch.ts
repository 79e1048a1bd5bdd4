import { formsOf, hashedFormsOf } from '../config.ts'
import { EvidenceConflict, HandedOver } from '../errors.ts'
import { type BatchReport, formatBatchReport, parseBatchReport } from '../finding/batch-report.ts'
import { createSubjectCounts, formatCounts } from '../finding/subject-counts.ts'
import { readingSeconds } from '../inventory/call-capacity.ts'
import { toListed } from '../inventory/inventory-part.ts'
import type { Batch } from '../inventory/plan-batches.ts'
import type { Ports } from '../ports.ts'
import { runControls } from '../scan/controls/controls.ts'
import type { ScanReport } from '../scan/outcome.ts'
import { openRunIndex, readRunStore, requireHashedForms } from './evidence/documents.ts'
import { batchKey, type PassRef, scanLegKey } from './evidence/evidence-keys.ts'
import { readPart } from './evidence/segments.ts'
import { createLegOpinions } from './reading/leg-opinions.ts'
import { openAhead } from './reading/open-ahead.ts'
import type { ReadContext } from './reading/read-context.ts'
import { drawSample, readForOpinion } from './reading/read-twice.ts'
import { endedBy, scanEntry } from './reading/scan-entry.ts'
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
  | 'tool'
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
  const { batch, leg, most, error, ...ref } = parseInput('scan-batch', batchInput, input)
  const key = batchKey(ref, batch.batch)
  if (await ports.evidence.has(key)) return { versions: batch.to - batch.from, leg, complete: true }
  const legKey = scanLegKey(ref, batch.batch, leg)
  if (await ports.evidence.has(legKey)) return { versions: 0, leg: leg + 1, complete: false }

  const began = ports.clock()
  const from = leg === 0 ? batch.from : await endOf(ports.evidence, scanLegKey(ref, batch.batch, leg - 1), batch)
  const { controls, secondOpinion, reports, findings, subjects } = await readLeg(ports, ref, batch, {
    from,
    most,
    error,
    began,
  })
  const to = from + reports.length
  const complete = to === batch.to
  const head: BatchReport['head'] = {
    kind: 'batch',
    batch: batch.batch,
    ...((leg > 0 || !complete) && { leg: { index: leg, from, to } }),
    startedAt: began.toISOString(),
    finishedAt: ports.clock().toISOString(),
    builds: [ports.tool.buildSha256],
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

type Leg = Pick<ReturnType<typeof parseInput<typeof batchInput>>, 'most' | 'error'> & { from: number; began: Date }

/** Reads the versions of a batch from place `from` on, as many as there is time for since `began`; at least one, or none and leaves the first out. */
async function readLeg(
  ports: ScanPorts,
  ref: PassRef,
  batch: PlannedBatch,
  { from, most = Infinity, error, began }: Leg,
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
  const listed = entries
    .slice(from, Math.min(batch.to, from + Math.max(1, most)))
    .map((entry) => ({ entry, version: toListed(entry, keys.sealKey) }))
  const context: ReadContext = {
    store: await ports.stores.open(store),
    index,
    forms,
    declared: store.declared,
    picturesMayBeClean: store.picturesMayBeClean,
    meter: ports.meter,
    isLate: () => passed() > readingMs,
    callSeconds: ports.callSeconds,
    scanMemory: ports.scanMemory,
    hasSpareCore: ports.hasSpareCore,
  }
  const leftOut = most === 0 ? endedBy(error) : undefined
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
  const isFar = store.s3 !== undefined && batch.slice === undefined && most > 0
  const ahead = openAhead(context.store, isFar ? listed.map(({ version }) => version) : [])
  try {
    for (const { entry, version } of listed) {
      const isFirst = reports.length === 0
      // The next version may leave no time for one.
      if (passed() > opinionMs) await opinions.lookForOne(reports)
      if (!isFirst && passed() > Math.min(legMs, readingMs / 2)) break
      const seed = most > 0 ? drawn.sample.get(entry.seq) : undefined
      const opinion = seed && (await readForOpinion(entry, version, batch.slice, context, seed))
      const reading = { ...context, store: ahead.store }
      const scanned = await scanEntry(entry, version, batch.slice, reading, { opinion, leftOut })
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
