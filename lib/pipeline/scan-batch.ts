import { formsOf } from '../config.ts'
import { HandedOver } from '../errors.ts'
import { type BatchReport, formatBatchReport, formatOrdinals } from '../finding/batch-report.ts'
import { createCollector } from '../finding/collect-findings.ts'
import { readingSeconds } from '../inventory/call-capacity.ts'
import { parsePart, toListed } from '../inventory/inventory-part.ts'
import type { InventoryEntry } from '../inventory/object-version.ts'
import type { Slice } from '../inventory/slice.ts'
import type { Ports } from '../ports.ts'
import { runControls } from '../scan/controls.ts'
import type { Outcome, ScanReport } from '../scan/outcome.ts'
import { findInKey } from '../scan/redact-key.ts'
import type { CaseKeys } from '../subject-index/case-keys.ts'
import { openRunIndex, readRunStore } from './documents.ts'
import { batchKey, partKey } from './evidence-keys.ts'
import { readSlice } from './read-slice.ts'
import { readVersion } from './read-version.ts'
import type { Reading, Unread } from './reading.ts'
import { batchInput, parseInput } from './task-input.ts'

type Context = Reading & { keys: CaseKeys }

/**
 * Reads every object version of one batch to its last byte, or one slice, and the planted controls, into one report.
 * @throws HandedOver instead of a report that would say that a call has too little time, where a scan task has more
 */
export async function scanBatch(
  ports: Pick<
    Ports,
    'clock' | 'evidence' | 'largeEvidence' | 'stores' | 'caseKey' | 'meter' | 'callSeconds' | 'handsOver'
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
  const context: Context = {
    store: await ports.stores.open(store),
    index,
    forms,
    keys,
    meter: ports.meter,
    isLate: () => ports.clock().getTime() > readUntil,
    callSeconds: ports.callSeconds,
  }
  const controls = await runControls(index, undefined, forms)
  const { entries } = parsePart(
    await ports.evidence.get(partKey({ ...ref, segment: batch.segment }, 'opening', batch.part)),
  )

  const reports: ScanReport[] = []
  const findings: BatchReport['findings'] = []
  const subjects = new Set<number>()
  for (const entry of entries.slice(batch.from, batch.to)) {
    const scanned = await scanEntry(entry, batch.slice, context)
    if (scanned.beyondCall && ports.handsOver)
      throw new HandedOver(`scan-batch: batch ${batch.batch}: expected to be read within ${ports.callSeconds} seconds`)
    reports.push(scanned.report)
    findings.push(...scanned.findings)
    for (const ordinal of scanned.ordinals) subjects.add(ordinal)
  }
  const head: BatchReport['head'] = {
    kind: 'batch',
    batch: batch.batch,
    startedAt: began.toISOString(),
    finishedAt: ports.clock().toISOString(),
    subjects: formatOrdinals(subjects),
    positiveControls: controls.positive,
    negativeControls: controls.negative,
  }
  await ports.evidence.put(key, formatBatchReport({ head, reports, findings }))
  return { versions: reports.length }
}

/** The name of a version, and what the store keeps beside it, belong to its first slice. */
async function scanEntry(entry: InventoryEntry, slice: Slice | undefined, context: Context) {
  const { index, meter, keys } = context
  const found = createCollector(entry.seq, (ordinal) => ({
    tag: index.tagOf(ordinal),
    control: index.isControl(ordinal),
  }))
  const version = toListed(entry, keys.sealKey)
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
  return { report, findings: found.listed, ordinals: found.ordinals, beyondCall: gap?.beyondCall === true }
}

function toOutcome(findings: number, gap: Unread | undefined): Outcome {
  if (findings > 0) return gap ? { kind: 'found', reason: gap.reason, detail: gap.detail } : { kind: 'found' }
  if (gap) return { kind: 'unverified', reason: gap.reason, detail: gap.detail }
  return { kind: 'clean' }
}
