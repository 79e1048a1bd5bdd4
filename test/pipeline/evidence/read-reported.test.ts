import { describe, expect, it } from 'vitest'
import { EvidenceConflict } from '../../../lib/errors.ts'
import { type BatchReport, formatBatchReport } from '../../../lib/finding/batch-report.ts'
import { formatPart } from '../../../lib/inventory/inventory-part.ts'
import type { InventoryEntry } from '../../../lib/inventory/object-version.ts'
import { type Batch, planBatches } from '../../../lib/inventory/plan-batches.ts'
import { batchKey, partKey, passKey, scanLegKey } from '../../../lib/pipeline/evidence/evidence-keys.ts'
import { formatLines } from '../../../lib/pipeline/evidence/json-lines.ts'
import { readReportedParts } from '../../../lib/pipeline/evidence/read-reported.ts'
import { memoryEvidence } from '../../support/simulation/memory-ports.ts'

/** What a plan leaves out is in no sum of what was planned: it has to be refused, or nobody misses it. */

const ref = { runId: 'run-0', storeId: 'ie', pass: 0, segment: 0 }
const sizes = [10, 20, 250, 150, 30, 40]
const entries = sizes.map(
  (size, seq): InventoryEntry => ({
    seq,
    shownKey: `key-${seq}`,
    kind: 'object',
    versionId: `v${seq}`,
    current: true,
    size,
    modifiedAt: '2026-11-01T00:00:00.000Z',
  }),
)
const part = formatPart({
  entries,
  end: {
    kind: 'end',
    complete: true,
    nextSeq: entries.length,
    mounts: [],
    marked: false,
    startedAt: '2026-11-23T00:00:00.000Z',
    finishedAt: '2026-11-23T00:00:01.000Z',
  },
})
/** Two versions, three slices of one, two of another one, two versions. */
const plan = planBatches(entries, { segment: 0, part: 0 }, 0, { bytes: 1000, versions: 2, slice: 100 })

const report = (batch: number, leg?: BatchReport['head']['leg']): BatchReport => ({
  head: {
    kind: 'batch',
    batch,
    ...(leg && { leg }),
    startedAt: '2026-11-23T00:00:00.000Z',
    finishedAt: '2026-11-23T00:00:01.000Z',
    builds: ['7'.repeat(64)],
    subjects: '',
    positiveControls: { planted: 1, detected: 1, forms: [] },
    negativeControls: { planted: 1, falseAlarms: 0 },
    secondOpinion: { versions: 0, bytes: 0, mismatches: 0 },
  },
  reports: [],
  findings: [],
})

/** The entries that come with each report, or without one, of a plan. `reports` by their keys. */
async function read(batches: readonly Batch[], reports: Record<string, BatchReport> = {}) {
  const { evidence } = memoryEvidence()
  await evidence.put(partKey(ref, 'opening', 0), part)
  await evidence.put(passKey(ref, 'batches.jsonl'), formatLines(batches))
  for (const [key, each] of Object.entries(reports)) await evidence.put(key, formatBatchReport(each, key))
  const seqs: { seqs: number[]; reported: number }[] = []
  for await (const { reported } of readReportedParts(evidence, ref))
    for await (const { entries, made } of reported)
      seqs.push({ seqs: entries.map(({ seq }) => seq), reported: made.reported })
  return seqs
}

describe('a plan', () => {
  it('gives every listed version once, its slices together', async () => {
    expect(plan.map(({ from, to, slice }) => [from, to, slice?.index])).toEqual([
      [0, 2, undefined],
      [2, 3, 0],
      [2, 3, 1],
      [2, 3, 2],
      [3, 4, 0],
      [3, 4, 1],
      [4, 6, undefined],
    ])
    expect((await read(plan)).map(({ seqs }) => seqs)).toEqual([[0, 1], [2], [3], [4, 5]])
  })

  it.each([...plan.keys()])('is refused without batch %i, or with it twice', async (at) => {
    await expect(read(plan.toSpliced(at, 1))).rejects.toThrow(EvidenceConflict)
    await expect(read(plan.toSpliced(at, 0, plan[at]!))).rejects.toThrow(EvidenceConflict)
  })

  /** The plan with some of its batches changed. */
  const change = (changes: Record<number, Partial<Batch>>) => plan.map((batch, at) => ({ ...batch, ...changes[at] }))
  const cut = (at: number, slice: Partial<Batch['slice']>) =>
    change({ [at]: { slice: { ...plan[at]!.slice!, ...slice } } })
  const wrong: [string, Batch[]][] = [
    ['begins behind the first version', change({ 0: { from: 1 } })],
    ['ends before the last version', change({ 6: { to: 5 } })],
    ['ends behind the last version', change({ 6: { to: 7 } })],
    ['has batches that overlap', change({ 6: { from: 3 } })],
    ['has an empty batch', [...plan.slice(0, 6), { ...plan[6]!, to: 4 }, plan[6]!]],
    ['has slices of two versions', change({ 1: { to: 4 }, 2: { to: 4 }, 3: { to: 4 } }).toSpliced(4, 2)],
    ['has a slice that ends with another version', change({ 2: { to: 4 } })],
    ['has a slice that begins with another version', change({ 2: { from: 1 } })],
    ['has slices that leave bytes out', cut(2, { from: 101 })],
    ['has slices that overlap', cut(2, { from: 99 })],
    ['has slices that end before the version', cut(3, { to: 249 })],
    ['has slices in another order', [...plan.slice(0, 2), plan[3]!, plan[2]!, ...plan.slice(4)]],
    ['has a batch of a part that is not listed', [...plan, { ...plan[6]!, batch: 7, part: 1 }]],
  ]
  it.each(wrong)('is refused that %s', async (_, batches) => {
    await expect(read(batches)).rejects.toThrow(EvidenceConflict)
  })
})

describe('legs of a batch', () => {
  const { batch } = plan[6]!
  const [leg, end] = [scanLegKey(ref, batch, 0), batchKey(ref, batch)]
  const made = (index: number, from: number, to: number) => report(batch, { index, from, to })

  it('are read one behind the other, and what is behind the last of them was not reported', async () => {
    const [, , , ...whole] = await read(plan, { [leg]: made(0, 4, 5), [end]: made(1, 5, 6) })
    expect(whole).toEqual([
      { seqs: [4], reported: 1 },
      { seqs: [5], reported: 1 },
    ])
    const [, , , ...partly] = await read(plan, { [leg]: made(0, 4, 5) })
    expect(partly).toEqual([
      { seqs: [4], reported: 1 },
      { seqs: [5], reported: 0 },
    ])
  })

  it.each([
    { what: 'begin behind the batch', made: made(0, 5, 6) },
    { what: 'begin before the batch', made: made(0, 3, 5) },
    { what: 'end where they begin', made: made(0, 4, 4) },
    { what: 'are all of the batch', made: made(0, 4, 6) },
    { what: 'are another one', made: made(1, 4, 5) },
    { what: 'say nothing of it', made: report(batch) },
  ])('are refused that $what', async ({ made }) => {
    await expect(read(plan, { [leg]: made })).rejects.toThrow('expected what follows in the batch')
  })
})
