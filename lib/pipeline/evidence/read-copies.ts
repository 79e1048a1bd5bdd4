import type { CopiesOfStore } from '../../attestation/limitations.ts'
import type { Config, StoreConfig } from '../../config.ts'
import { copiesElsewhere } from '../../inventory/copies.ts'
import type { Evidence } from '../../ports.ts'
import { readIfThere } from './documents.ts'
import { passKey } from './evidence-keys.ts'
import type { SegmentsDocument } from './segments.ts'

type Passes = { runId: string; config: Config; passes: readonly number[] }

/** Where the objects of a bucket are copied to, as it was told in these passes; nothing of a pass that did not come to its listing. */
export async function readCopies(
  evidence: Evidence,
  store: StoreConfig,
  { runId, config, passes }: Passes,
): Promise<CopiesOfStore> {
  const documents = await Promise.all(
    passes.map((pass) =>
      readIfThere<SegmentsDocument>({ evidence }, passKey({ runId, storeId: store.id, pass }, 'segments.json')),
    ),
  )
  const told = store.s3 === undefined ? [] : documents.filter((each) => each !== undefined)
  const copies = told.map((each) => each.copies ?? { unknown: 'not asked' })
  return {
    elsewhere: [...new Set(copies.flatMap((each) => copiesElsewhere(each, store, config.stores)))].toSorted(),
    isUnknown: copies.some((each) => 'unknown' in each),
  }
}
