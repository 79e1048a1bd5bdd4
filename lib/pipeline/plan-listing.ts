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
 * are all keys that there can be, wherever the cuts lie.
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
    const boundaries = await boundariesOf(ports, store)
    const cuts = boundaries.map((each) => sealText(each, sealKey, ports.random(sealNonceLength)))
    const segments = [undefined, ...cuts].map((after, index) => ({
      ...(after !== undefined && { after }),
      ...(index < cuts.length && { until: cuts[index]! }),
    }))
    await ports.evidence.put(key, formatDocument({ schemaVersion: 1, segments } satisfies SegmentsDocument))
  }
  return { segments: [...(await readSegments(ports.evidence, ref)).keys()] }
}

/** None where one listing is enough, which costs no request. */
async function boundariesOf({ stores }: Pick<Ports, 'stores'>, store: StoreConfig): Promise<string[]> {
  const most = (store.segments ?? 1) - 1
  return most === 0 ? [] : ((await (await stores.open(store)).boundaries?.(most)) ?? [])
}
