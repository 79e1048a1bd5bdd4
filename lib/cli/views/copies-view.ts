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

/** The same for machines: nothing of a store that is no bucket. */
export function copiesFields(
  copies: Copies | undefined,
  store: StoreConfig,
  stores: readonly StoreConfig[],
): { copiesElsewhere?: string[]; copiesUnknown?: string } {
  if (copies === undefined) return {}
  return 'unknown' in copies
    ? { copiesUnknown: copies.unknown }
    : { copiesElsewhere: copiesElsewhere(copies, store, stores) }
}

/** Both, of a store in a pass of a run, as it was told where its first listing began. */
export async function copiesOf(ports: Parameters<typeof readRunStore>[0], ref: PassRef) {
  const { copies } = await readDocument<SegmentsDocument>(ports, passKey(ref, 'segments.json'))
  const { config, store } = await readRunStore(ports, ref.runId, ref.storeId)
  return {
    lines: describeCopies(copies, store, config.stores),
    fields: copiesFields(copies, store, config.stores),
  }
}
