import { type BatchReport, formatBatchReport, formatOrdinals } from '../finding/batch-report.ts'
import { createCollector } from '../finding/collect-findings.ts'
import { parsePart, toListed } from '../inventory/inventory-part.ts'
import type { InventoryEntry, Protection } from '../inventory/object-version.ts'
import type { Ports, Store } from '../ports.ts'
import { runControls } from '../scan/controls.ts'
import type { Outcome, ScanReport } from '../scan/outcome.ts'
import { findInKey } from '../scan/redact-key.ts'
import { scanObject } from '../scan/scan-object.ts'
import type { CaseKeys } from '../subject-index/case-keys.ts'
import type { SubjectIndex } from '../subject-index/open-subject-index.ts'
import { openRunIndex, readRunStore } from './documents.ts'
import { batchKey, partKey } from './evidence-keys.ts'
import { batchInput, parseInput } from './task-input.ts'

type Context = { store: Store; index: SubjectIndex; keys: CaseKeys; meter: Ports['meter'] }

/** Reads every object version of one batch to its last byte, and the planted controls, into one report. */
export async function scanBatch(
  ports: Pick<Ports, 'clock' | 'evidence' | 'stores' | 'caseKey' | 'meter'>,
  input: unknown,
): Promise<{ versions: number }> {
  const { batch, ...ref } = parseInput('scan-batch', batchInput, input)
  const key = batchKey(ref, batch.batch)
  if (await ports.evidence.has(key)) return { versions: batch.to - batch.from }

  const { index, keys } = await openRunIndex(ports, ref.runId)
  const { store } = await readRunStore(ports, ref.runId, ref.storeId)
  const context = { store: await ports.stores.open(store), index, keys, meter: ports.meter }
  const startedAt = ports.clock().toISOString()
  const controls = await runControls(index)
  const { entries } = parsePart(
    await ports.evidence.get(partKey({ ...ref, segment: batch.segment }, 'opening', batch.part)),
  )

  const reports: ScanReport[] = []
  const findings: BatchReport['findings'] = []
  const subjects = new Set<number>()
  for (const entry of entries.slice(batch.from, batch.to)) {
    const scanned = await scanVersion(entry, context)
    reports.push(scanned.report)
    findings.push(...scanned.findings)
    for (const ordinal of scanned.ordinals) subjects.add(ordinal)
  }
  const head: BatchReport['head'] = {
    kind: 'batch',
    batch: batch.batch,
    startedAt,
    finishedAt: ports.clock().toISOString(),
    subjects: formatOrdinals(subjects),
    positiveControls: controls.positive,
    negativeControls: controls.negative,
  }
  await ports.evidence.put(key, formatBatchReport({ head, reports, findings }))
  return { versions: reports.length }
}

async function scanVersion(entry: InventoryEntry, context: Context) {
  const { index, meter } = context
  const found = createCollector(entry.seq, (ordinal) => ({
    tag: index.tagOf(ordinal),
    control: index.isControl(ordinal),
  }))
  const version = toListed(entry, context.keys.sealKey)
  for (const occurrence of findInKey(version.key, index)) found.add('key', { ...occurrence, path: [] })
  const content = await readContent(entry, version, context, found)
  meter.add({ versions: 1, findings: found.count })
  const report: ScanReport = {
    seq: entry.seq,
    versionId: entry.versionId,
    outcome: toOutcome(found.count, content.gap),
    bytes: content.bytes,
    decodedBytes: content.decodedBytes,
    records: content.records,
    findings: found.count,
    subjects: found.ordinals.size,
    ...(content.sha256 !== undefined && { sha256: content.sha256 }),
    ...(content.protection && { protection: content.protection }),
  }
  return { report, findings: found.listed, ordinals: found.ordinals }
}

type Unread = { reason: Extract<Outcome, { kind: 'unverified' }>['reason']; detail: string }
type Content = {
  bytes: number
  decodedBytes: number
  records: number
  sha256?: string
  protection?: Protection
  gap?: Unread
}

const nothingRead = { bytes: 0, decodedBytes: 0, records: 0 }

async function readContent(
  entry: InventoryEntry,
  version: ReturnType<typeof toListed>,
  { store, index, meter }: Context,
  found: ReturnType<typeof createCollector>,
): Promise<Content> {
  switch (entry.kind) {
    case 'delete-marker':
    case 'empty-directory':
      return nothingRead
    case 'unreadable':
      return {
        ...nothingRead,
        gap: { reason: entry.reason ?? 'access-denied', detail: 'could not be listed or opened' },
      }
    case 'object':
    case 'multipart-upload':
    case 'symbolic-link': {
      const opened = await store.open(version)
      if (opened.kind === 'unreadable') return { ...nothingRead, gap: opened }
      try {
        for (const { place, text } of opened.labels)
          for (const occurrence of findInKey(text, index)) found.add(place, { ...occurrence, path: [] })
        const scan = await scanObject(metered(opened.chunks, meter), index, (occurrence) =>
          found.add('content', occurrence),
        )
        const settled = await opened.settle()
        const { bytes, decodedBytes, records, sha256 } = scan
        const gap: Unread | undefined =
          settled.kind === 'changed'
            ? { reason: 'changed', detail: settled.detail }
            : scan.complete
              ? opened.gap
              : toUnread(scan.gaps[0])
        const read = bytes === entry.size && settled.kind === 'unchanged'
        const protection = found.count > 0 ? await opened.protection?.() : undefined
        return {
          bytes,
          decodedBytes,
          records,
          ...(read && { sha256 }),
          ...(protection && { protection }),
          ...(gap && { gap }),
        }
      } finally {
        await opened.close()
      }
    }
    default:
      return entry.kind satisfies never
  }
}

function toUnread(gap: Awaited<ReturnType<typeof scanObject>>['gaps'][number] | undefined): Unread {
  if (gap === undefined) return { reason: 'contradictory', detail: 'not complete, and no reason given' }
  const place = gap.path.length === 0 ? '' : `${gap.path.join(' in ')}, `
  return { reason: gap.reason, detail: `${place}byte ${gap.offset}: ${gap.detail}` }
}

function toOutcome(findings: number, gap: Unread | undefined): Outcome {
  if (findings > 0) return gap ? { kind: 'found', reason: gap.reason, detail: gap.detail } : { kind: 'found' }
  if (gap) return { kind: 'unverified', reason: gap.reason, detail: gap.detail }
  return { kind: 'clean' }
}

async function* metered(chunks: AsyncIterable<Uint8Array>, meter: Ports['meter']): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    yield chunk
    meter.add({ bytes: chunk.length })
  }
}
