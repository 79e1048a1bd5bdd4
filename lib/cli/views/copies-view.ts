import type { StoreConfig } from '../../config.ts'
import { type Copies, copiesElsewhere } from '../../inventory/copies.ts'
import { readDocument, readRunStore } from '../../pipeline/evidence/documents.ts'
import { type PassRef, passKey } from '../../pipeline/evidence/evidence-keys.ts'
import type { SegmentsDocument } from '../../pipeline/evidence/segments.ts'
import { plural } from '../terminal.ts'

/** Copies that a run says nothing about: who promised that they go has to name a store for each bucket. */
export function describeCopies(
  copies: Copies | undefined,
  store: StoreConfig,
  stores: readonly StoreConfig[],
): string[] {
  if (copies === undefined) return []
  if ('unknown' in copies)
    return [`${store.id}: whether rules copy its objects to other buckets was not told (${copies.unknown})`]
  const elsewhere = copiesElsewhere(copies, store, stores)
  if (elsewhere.length === 0) return []
  return [
    `${store.id}: rules copy its objects to ${plural(elsewhere.length, 'bucket')} that no store of this run has: ${elsewhere.join(', ')}`,
  ]
}

/** The same of a store of a run, where its first listing began. */
export async function copiesOf(ports: Parameters<typeof readRunStore>[0], ref: PassRef): Promise<string[]> {
  if (ref.pass > 0) return []
  const { copies } = await readDocument<SegmentsDocument>(ports, passKey(ref, 'segments.json'))
  const { config, store } = await readRunStore(ports, ref.runId, ref.storeId)
  return describeCopies(copies, store, config.stores)
}
