import { type ArchivedPart, sumArchived } from '../inventory/archived.ts'
import { type Batch, type BatchSize, batchSizeFor, planBatches } from '../inventory/plan-batches.ts'
import type { Ports } from '../ports.ts'
import { segmentKey } from './evidence/evidence-keys.ts'
import { formatLines } from './evidence/json-lines.ts'
import { readSegmentParts } from './evidence/segments.ts'
import { parseInput, segmentInput } from './task-input.ts'

/**
 * Cuts the opening inventory of a segment into scan batches, counted from 0, one JSON line each; and says, a line each, which
 * of its parts hold versions that must be restored before they can be read.
 */
export async function planSegment(
  ports: Pick<Ports, 'evidence'>,
  input: unknown,
  batchSize?: BatchSize,
): Promise<{ batches: number }> {
  const ref = parseInput('plan-segment', segmentInput, input)
  const { segment } = ref
  const batches: Batch[] = []
  const archived: ArchivedPart[] = []
  let part = 0
  for await (const { entries } of readSegmentParts(ports.evidence, ref, 'opening')) {
    const size = batchSize ?? batchSizeFor(entries)
    // One by one: of large objects a part has more slices than a call takes arguments.
    for (const batch of planBatches(entries, { segment, part }, batches.length, size)) batches.push(batch)
    const sums = sumArchived(entries)
    if (sums.length > 0) archived.push({ segment, part, sums })
    part++
  }
  await ports.evidence.put(segmentKey(ref, 'archived.jsonl'), formatLines(archived))
  await ports.evidence.put(segmentKey(ref, 'batches.jsonl'), formatLines(batches))
  return { batches: batches.length }
}
