import { createCollector } from '../../finding/collect-findings.ts'
import type { InventoryEntry, ListedVersion } from '../../inventory/object-version.ts'
import type { Slice } from '../../inventory/slice.ts'
import { findInKey } from '../../scan/names/redact-key.ts'
import { compareWith, type Opinion } from '../../scan/opinion/second-opinion.ts'
import type { Outcome, ScanReport, SliceReading } from '../../scan/outcome.ts'
import type { ReadContext, Unread } from './read-context.ts'
import { readSlice } from './read-slice.ts'
import { type Found, nothingRead, readVersion, type VersionReading } from './read-version.ts'

/** Why a version is left out. `error`: what the calls ended with. */
export function endedBy(error = 'no name'): Unread {
  return {
    reason: 'not-scanned',
    detail: `each call that read it, and at last it alone, ended without an answer (${error})`,
  }
}

/**
 * The name of a version, and what the store keeps beside it, belong to its first slice. `agrees`: with the opinion, where there
 * is one on a content that was read without a gap. `leftOut`: why nothing is read but the name.
 */
export async function scanEntry(
  entry: InventoryEntry,
  version: ListedVersion,
  slice: Slice | undefined,
  reading: ReadContext,
  { opinion, leftOut }: { opinion: Opinion | undefined; leftOut: Unread | undefined },
) {
  const comparison = opinion && compareWith(opinion)
  const context: ReadContext = { ...reading, ...(comparison && { see: comparison.see }) }
  const { index } = context
  const found = createCollector(entry.seq, index)
  const isFirst = slice === undefined || slice.index === 0
  if (isFirst) for (const occurrence of findInKey(version.key, index)) found.add('key', { ...occurrence, path: [] })
  const { gap, ...content } = await readEntry(entry, version, slice, context, found, leftOut)
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

async function readEntry(
  entry: InventoryEntry,
  version: ListedVersion,
  slice: Slice | undefined,
  context: ReadContext,
  found: Found,
  leftOut: Unread | undefined,
): Promise<VersionReading & { slice?: SliceReading }> {
  if (leftOut !== undefined)
    return {
      ...{ ...nothingRead, pendingLabels: 'unread', gap: leftOut },
      ...(slice && { slice: { ...slice, start: slice.from, end: slice.from, reading: 'unread' } }),
    }
  return slice === undefined
    ? readVersion(entry, version, context, found)
    : readSlice(entry, version, slice, context, found)
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
