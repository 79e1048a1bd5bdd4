import type { Batch } from '../inventory/plan-batches.ts'
import type { Evidence, Ports } from '../ports.ts'
import { readRunStore } from './documents.ts'
import { type PassRef, passKey, segmentKey } from './evidence-keys.ts'
import { readSegments } from './plan-listing.ts'
import { parseInput, passInput } from './task-input.ts'

/** Batches of one store that are scanned at the same time, unless the configuration says otherwise. */
const usualConcurrency = 500

/** Joins the batches of all segments into one plan, one JSON line each, for the Distributed Map. */
export async function planBatches(
  ports: Pick<Ports, 'evidence'>,
  input: unknown,
): Promise<{
  batches: number
  versions: number
  bytes: number
  key: string
  resultsPrefix: string
  concurrency: number
}> {
  const ref = parseInput('plan-batches', passInput, input)
  const { store } = await readRunStore(ports, ref.runId, ref.storeId)
  const batches: Batch[] = []
  for (const segment of (await readSegments(ports.evidence, ref)).keys())
    for (const batch of await readPlan(ports.evidence, segmentKey({ ...ref, segment }, 'batches.jsonl')))
      batches.push({ ...batch, batch: batches.length })
  const key = passKey(ref, 'batches.jsonl')
  await ports.evidence.put(key, batches.map((batch) => `${JSON.stringify(batch)}\n`).join(''))
  return {
    batches: batches.length,
    versions: batches.reduce((sum, batch) => sum + batch.versions, 0),
    bytes: batches.reduce((sum, batch) => sum + batch.bytes, 0),
    key,
    resultsPrefix: passKey(ref, 'map-results'),
    concurrency: store.concurrency ?? usualConcurrency,
  }
}

/** The planned batches, in order: `batch` counts from 0. */
export function readBatches(evidence: Evidence, ref: PassRef): Promise<Batch[]> {
  return readPlan(evidence, passKey(ref, 'batches.jsonl'))
}

async function readPlan(evidence: Evidence, key: string): Promise<Batch[]> {
  const text = Buffer.from(await evidence.get(key)).toString('utf8')
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Batch)
}
