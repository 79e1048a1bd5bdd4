import { sliceBytes } from '../inventory/call-capacity.ts'
import { type Batch, type BatchSize, planBatches } from '../inventory/plan-batches.ts'
import type { Ports } from '../ports.ts'
import { segmentKey } from './evidence-keys.ts'
import { readSegmentParts } from './take-inventory.ts'
import { parseInput, segmentInput } from './task-input.ts'

/** The same wherever the plan is carried out: it is evidence, and slices occupy all cores of one machine as well. */
const usualSize: BatchSize = { bytes: 128 * 1024 * 1024, versions: 1000, slice: sliceBytes }

/** Cuts the opening inventory of a segment into scan batches, counted from 0, one JSON line each. */
export async function planSegment(
  ports: Pick<Ports, 'evidence'>,
  input: unknown,
  batchSize = usualSize,
): Promise<{ batches: number }> {
  const ref = parseInput('plan-segment', segmentInput, input)
  const batches: Batch[] = []
  let part = 0
  for await (const { entries } of readSegmentParts(ports.evidence, ref, 'opening'))
    batches.push(...planBatches(entries, { segment: ref.segment, part: part++ }, batches.length, batchSize))
  await ports.evidence.put(
    segmentKey(ref, 'batches.jsonl'),
    batches.map((batch) => `${JSON.stringify(batch)}\n`).join(''),
  )
  return { batches: batches.length }
}
