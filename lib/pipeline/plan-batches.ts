import { type Batch, planBatches as planPart } from '../inventory/plan-batches.ts'
import type { Evidence, Ports } from '../ports.ts'
import { type PassRef, passKey } from './evidence-keys.ts'
import { readParts } from './take-inventory.ts'
import { parseInput, passInput } from './task-input.ts'

const batchSize = { bytes: 128 * 1024 * 1024, versions: 1000 }

/** Cuts the opening inventory into scan batches, one JSON line each, for the Distributed Map. */
export async function planBatches(
  ports: Pick<Ports, 'evidence'>,
  input: unknown,
): Promise<{ batches: number; versions: number; bytes: number; key: string; resultsPrefix: string }> {
  const ref = parseInput('plan-batches', passInput, input)
  const batches: Batch[] = []
  let part = 0
  for await (const { entries } of readParts(ports.evidence, ref, 'opening'))
    batches.push(...planPart(entries, part++, batches.length, batchSize))
  const key = passKey(ref, 'batches.jsonl')
  await ports.evidence.put(key, batches.map((batch) => `${JSON.stringify(batch)}\n`).join(''))
  return {
    batches: batches.length,
    versions: batches.reduce((sum, batch) => sum + batch.versions, 0),
    bytes: batches.reduce((sum, batch) => sum + batch.bytes, 0),
    key,
    resultsPrefix: passKey(ref, 'map-results'),
  }
}

/** The planned batches, in order: `batch` counts from 0. */
export async function readBatches(evidence: Evidence, ref: PassRef): Promise<Batch[]> {
  const text = Buffer.from(await evidence.get(passKey(ref, 'batches.jsonl'))).toString('utf8')
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Batch)
}
