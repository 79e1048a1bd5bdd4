import type { ArchivedPart } from '../../inventory/archived.ts'
import type { Batch } from '../../inventory/plan-batches.ts'
import type { Evidence } from '../../ports.ts'
import { type PassRef, passKey } from './evidence-keys.ts'
import { linesOf, readLines } from './json-lines.ts'

/** The planned batches, in order: `batch` counts from 0. Of a large store there are a million. */
export async function readBatches(evidence: Evidence, ref: PassRef): Promise<Iterable<Batch>> {
  const key = passKey(ref, 'batches.jsonl')
  return linesOf(await evidence.get(key), key)
}

/** The parts of the inventory with versions that must be restored, in the order of the inventory. */
export function readArchived(evidence: Evidence, ref: PassRef): Promise<ArchivedPart[]> {
  return readLines(evidence, passKey(ref, 'archived.jsonl'))
}
