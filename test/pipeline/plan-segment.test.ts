import { createSecretKey, randomBytes } from 'node:crypto'
import { expect, it } from 'vitest'
import { formatPart, toEntry } from '../../lib/inventory/inventory-part.ts'
import { partKey, segmentKey } from '../../lib/pipeline/evidence/evidence-keys.ts'
import { planSegment } from '../../lib/pipeline/plan-segment.ts'
import type { Evidence } from '../../lib/ports.ts'
import { toListed } from '../support/archive.ts'

it('plans a part of a listing whose objects have hundreds of thousands of slices', async () => {
  const documents = new Map<string, string>()
  const evidence: Pick<Evidence, 'get' | 'put'> = {
    get: async (key) => Buffer.from(documents.get(key)!),
    async put(key, body) {
      documents.set(key, String(body))
      return { sha256: '', bytes: 0, created: true }
    },
  }
  const ref = { runId: 'r1', storeId: 'sg', pass: 0, segment: 0 }
  const sealing = { key: createSecretKey(randomBytes(32)), random: randomBytes }
  // 1,500 backups of 128 GiB.
  const entries = Array.from({ length: 1500 }, (_, seq) =>
    toEntry({ ...toListed({ key: `${10_000 + seq}`, body: '' }), size: 2 ** 37 }, seq, (name) => name, sealing),
  )
  const times = { startedAt: '2026-11-01T00:00:00.000Z', finishedAt: '2026-11-01T00:00:00.000Z' }
  const end = { kind: 'end' as const, complete: true, nextSeq: entries.length, mounts: [], marked: false, ...times }
  await evidence.put(partKey(ref, 'opening', 0), formatPart({ entries, end }))
  expect(await planSegment({ evidence: evidence as Evidence }, ref)).toEqual({ batches: 1500 * 128 })
  const last = documents.get(segmentKey(ref, 'batches.jsonl'))!.trimEnd().split('\n').at(-1)!
  expect(JSON.parse(last)).toMatchObject({ batch: 1500 * 128 - 1, from: 1499, slice: { index: 127, of: 128 } })
})
