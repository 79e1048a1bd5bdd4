import { type ArchivedPart, addArchived, total } from '../inventory/archived.ts'
import type { Batch } from '../inventory/plan-batches.ts'
import type { Ports } from '../ports.ts'
import { readRunStore } from './evidence/documents.ts'
import { passKey, segmentKey } from './evidence/evidence-keys.ts'
import { formatLines, linesOf, readLines } from './evidence/json-lines.ts'
import { readSegments } from './evidence/segments.ts'
import { parseInput, passInput } from './task-input.ts'

/** Batches of one store that are scanned at the same time, unless the configuration says otherwise: an account has 1,000 calls. */
const usualConcurrency = 200

/**
 * Joins the batches of all segments into one plan, one JSON line each, for the Distributed Map. `archived` must be restored
 * before it can be read; `toRestore` versions of it are to be, if the configuration wants that.
 */
export async function planBatches(
  ports: Pick<Ports, 'evidence'>,
  input: unknown,
): Promise<{
  batches: number
  versions: number
  bytes: number
  archived: { versions: number; bytes: number }
  toRestore: number
  key: string
  resultsPrefix: string
  concurrency: number
}> {
  const ref = parseInput('plan-batches', passInput, input)
  const { store } = await readRunStore(ports, ref.runId, ref.storeId)
  const [lines, sizes]: [string[], { versions: number; bytes: number }] = [[], { versions: 0, bytes: 0 }]
  const parts: ArchivedPart[] = []
  for (const segment of (await readSegments(ports.evidence, ref)).keys()) {
    const planned = segmentKey({ ...ref, segment }, 'batches.jsonl')
    for (const batch of linesOf<Batch>(await ports.evidence.get(planned), planned)) {
      sizes.versions += batch.versions
      sizes.bytes += batch.bytes
      lines.push(formatLines([{ ...batch, batch: lines.length }]))
    }
    parts.push(...(await readLines<ArchivedPart>(ports.evidence, segmentKey({ ...ref, segment }, 'archived.jsonl'))))
  }
  await ports.evidence.put(passKey(ref, 'archived.jsonl'), formatLines(parts))
  const key = passKey(ref, 'batches.jsonl')
  await ports.evidence.put(key, lines.join(''))
  const sums = addArchived(parts.flatMap((part) => part.sums))
  const archived = { versions: total(sums, 'versions'), bytes: total(sums, 'bytes') }
  return {
    batches: lines.length,
    ...sizes,
    archived,
    toRestore: store.s3?.restore === undefined ? 0 : archived.versions,
    key,
    resultsPrefix: passKey(ref, 'map-results'),
    concurrency: store.concurrency ?? usualConcurrency,
  }
}
