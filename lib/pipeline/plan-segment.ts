import { type ArchivedPart, sumArchived } from '../inventory/archived.ts'
import { sliceBytes } from '../inventory/call-capacity.ts'
import { type Batch, type BatchSize, planBatches } from '../inventory/plan-batches.ts'
import type { Ports } from '../ports.ts'
import { segmentKey } from './evidence-keys.ts'
import { formatLines } from './json-lines.ts'
import { readSegmentParts } from './take-inventory.ts'
import { parseInput, segmentInput } from './task-input.ts'

/** The same wherever the plan is carried out: it is evidence, and slices occupy all cores of one machine as well. */
const usualSize: BatchSize = { bytes: 128 * 1024 * 1024, versions: 1000, slice: sliceBytes, atOnce: 4 }

/**
 * Cuts the opening inventory of a segment into scan batches, counted from 0, one JSON line each; and says, a line each, which
 * of its parts hold versions that must be restored before they can be read.
 */
export async function planSegment(
  ports: Pick<Ports, 'evidence'>,
  input: unknown,
  batchSize = usualSize,
): Promise<{ batches: number }> {
  const ref = parseInput('plan-segment', segmentInput, input)
  const { segment } = ref
  const batches: Batch[] = []
  const archived: ArchivedPart[] = []
  let part = 0
  for await (const { entries } of readSegmentParts(ports.evidence, ref, 'opening')) {
    batches.push(...planBatches(entries, { segment, part }, batches.length, batchSize))
    const sums = sumArchived(entries)
    if (sums.length > 0) archived.push({ segment, part, sums })
    part++
  }
  await ports.evidence.put(segmentKey(ref, 'archived.jsonl'), formatLines(archived))
  await ports.evidence.put(segmentKey(ref, 'batches.jsonl'), formatLines(batches))
  return { batches: batches.length }
}
