import type { StoreConfig } from '../config.ts'
import { sealNonceLength, sealText } from '../inventory/seal-key.ts'
import type { Ports } from '../ports.ts'
import { caseKeysOf } from '../subject-index/case-keys.ts'
import { formatDocument, readRunStore } from './evidence/documents.ts'
import { passKey } from './evidence/evidence-keys.ts'
import { readSegments, type SegmentsDocument } from './evidence/segments.ts'
import { parseInput, passInput } from './task-input.ts'

/**
 * Cuts the keys of a store into segments that are listed at the same time, by both listings of the pass. Together they
 * are all keys that there can be, wherever the cuts lie. A bucket is also asked where its objects are copied to.
 */
export async function planListing(
  ports: Pick<Ports, 'random' | 'evidence' | 'stores' | 'caseKey'>,
  input: unknown,
): Promise<{ segments: number[] }> {
  const ref = parseInput('plan-listing', passInput, input)
  const key = passKey(ref, 'segments.json')
  if (!(await ports.evidence.has(key))) {
    const { sealKey } = caseKeysOf(await ports.caseKey.read())
    const { store } = await readRunStore(ports, ref.runId, ref.storeId)
    const { boundaries, copies } = await askStore(ports, store)
    const cuts = boundaries.map((each) => sealText(each, sealKey, ports.random(sealNonceLength)))
    const segments = [undefined, ...cuts].map((after, index) => ({
      ...(after !== undefined && { after }),
      ...(index < cuts.length && { until: cuts[index]! }),
    }))
    const document: SegmentsDocument = { schemaVersion: 1, segments, ...(copies && { copies }) }
    await ports.evidence.put(key, formatDocument(document))
  }
  return { segments: [...(await readSegments(ports.evidence, ref)).keys()] }
}

/** A directory with one listing is asked nothing. */
async function askStore({ stores }: Pick<Ports, 'stores'>, store: StoreConfig) {
  const most = (store.segments ?? 1) - 1
  if (most === 0 && store.s3 === undefined) return { boundaries: [] }
  const opened = await stores.open(store)
  const boundaries = most === 0 ? [] : ((await opened.boundaries?.(most)) ?? [])
  return { boundaries, copies: await opened.copies?.() }
}
