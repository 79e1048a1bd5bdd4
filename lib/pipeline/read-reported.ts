import { EvidenceConflict } from '../errors.ts'
import { type BatchReport, parseBatchReport } from '../finding/batch-report.ts'
import type { InventoryPart } from '../inventory/inventory-part.ts'
import type { InventoryEntry } from '../inventory/object-version.ts'
import type { Batch } from '../inventory/plan-batches.ts'
import type { Evidence } from '../ports.ts'
import { batchKey, type PassRef, type SegmentRef } from './evidence-keys.ts'
import { readBatches } from './plan-batches.ts'
import { readSegments } from './plan-listing.ts'
import { readSegmentParts } from './take-inventory.ts'

/** A batch with its entries and, where one was made, its report. */
export type Reported = { entries: InventoryEntry[]; report: BatchReport | undefined }

/** The planned batches of a whole pass: every entry of its inventory once. */
export async function* readReported(evidence: Evidence, ref: PassRef): AsyncGenerator<Reported> {
  const batches = await readBatches(evidence, ref)
  for (const segment of (await readSegments(evidence, ref)).keys())
    for await (const { reported } of readReportedParts(evidence, { ...ref, segment }, batches)) yield* reported
}

/**
 * The parts of a segment's opening listing, each with its batches.
 * @throws EvidenceConflict when the plan leaves an entry out or repeats one, since sums alone would not tell.
 */
export async function* readReportedParts(
  evidence: Evidence,
  ref: SegmentRef,
  batches: readonly Batch[],
): AsyncGenerator<{ part: InventoryPart; reported: Reported[] }> {
  const own = batches.filter(({ segment }) => segment === ref.segment)
  const byPart = Map.groupBy(own, (batch) => batch.part)
  let place = 0
  for await (const part of readSegmentParts(evidence, ref, 'opening')) {
    const planned = byPart.get(place++) ?? []
    checkPlan(ref, planned, part.entries.length)
    const reported: Reported[] = []
    for (const { batch, from, to } of planned)
      reported.push({ entries: part.entries.slice(from, to), report: await readReport(evidence, batchKey(ref, batch)) })
    yield { part, reported }
  }
  if (own.some(({ part }) => part >= place))
    throw new EvidenceConflict(`store ${ref.storeId}: batches: expected none beyond the listing`)
}

async function readReport(evidence: Evidence, key: string): Promise<BatchReport | undefined> {
  return (await evidence.has(key)) ? parseBatchReport(await evidence.get(key)) : undefined
}

function checkPlan({ storeId }: PassRef, batches: readonly Batch[], entries: number): void {
  const ends = [0, ...batches.map(({ to }) => to)]
  if (ends.at(-1) !== entries || batches.some(({ from, to }, index) => from !== ends[index] || to <= from))
    throw new EvidenceConflict(`store ${storeId}: batches: expected every listed object version in exactly one`)
}
