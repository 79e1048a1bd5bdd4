import { EvidenceConflict, EvidenceMissing } from '../../errors.ts'
import { type BatchReport, parseBatchReport } from '../../finding/batch-report.ts'
import { createOrdinalSet } from '../../finding/ordinal-set.ts'
import type { InventoryPart } from '../../inventory/inventory-part.ts'
import type { InventoryEntry } from '../../inventory/object-version.ts'
import type { Batch } from '../../inventory/plan-batches.ts'
import { areSlicesOf } from '../../inventory/slice.ts'
import type { Evidence } from '../../ports.ts'
import { joinSlices, type PlannedSlice, takeSubjects } from '../../verdict/join-slices.ts'
import { readBatches } from './batches.ts'
import { batchKey, type PassRef, type SegmentRef, scanLegKey } from './evidence-keys.ts'
import { readSegmentParts, readSegments } from './segments.ts'

/**
 * A batch, or a leg of one, with its entries and, where one was made, its report. The slices of a version come as one, joined; `made`
 * counts the batches and reports that it consists of, and the time that they took.
 */
export type Reported = {
  entries: InventoryEntry[]
  report: BatchReport | undefined
  made: { planned: number; reported: number; milliseconds: number }
}

/** Reports that are on their way together: one after another, a long plan would take longer than a function lives. */
const readAtOnce = 16

/** The planned batches of a whole pass: every entry of its inventory once. */
export async function* readReported(evidence: Evidence, ref: PassRef): AsyncGenerator<Reported> {
  for (const segment of (await readSegments(evidence, ref)).keys())
    for await (const { reported } of readReportedParts(evidence, { ...ref, segment })) yield* reported
}

/**
 * The parts of a segment's opening listing, each with its batches.
 * @throws EvidenceConflict when the plan leaves an entry or a slice out or repeats one, since sums alone would not tell.
 */
export async function* readReportedParts(
  evidence: Evidence,
  ref: SegmentRef,
): AsyncGenerator<{ part: InventoryPart; reported: AsyncIterable<Reported> }> {
  const own: Batch[] = []
  for (const batch of await readBatches(evidence, ref)) if (batch.segment === ref.segment) own.push(batch)
  const byPart = Map.groupBy(own, (batch) => batch.part)
  let place = 0
  for await (const part of readSegmentParts(evidence, ref, 'opening')) {
    const planned = groupSlices(byPart.get(place++) ?? [])
    checkPlan(ref, planned, part.entries)
    yield { part, reported: readGroups(evidence, ref, planned, part.entries) }
  }
  if (own.some(({ part }) => part >= place))
    throw new EvidenceConflict(`store ${ref.storeId}: batches: expected none beyond the listing`)
}

async function* readGroups(
  evidence: Evidence,
  ref: PassRef,
  planned: readonly Batch[][],
  part: readonly InventoryEntry[],
): AsyncGenerator<Reported> {
  for (let from = 0; from < planned.length; from += readAtOnce) {
    const groups = planned.slice(from, from + readAtOnce)
    const read = await Promise.all(groups.map((group) => readGroup(evidence, ref, group, part)))
    yield* read.flat()
  }
}

/** Batches that are slices of one version, or a single one that is none. */
function groupSlices(batches: readonly Batch[]): Batch[][] {
  const groups: Batch[][] = []
  for (const batch of batches) {
    const open = groups.at(-1)
    if (open?.[0]?.slice && batch.slice && batch.slice.index > 0) open.push(batch)
    else groups.push([batch])
  }
  return groups
}

async function readGroup(
  evidence: Evidence,
  ref: PassRef,
  group: readonly Batch[],
  part: readonly InventoryEntry[],
): Promise<Reported[]> {
  const entries = part.slice(group[0]!.from, group[0]!.to)
  const slices: PlannedSlice[] = []
  const subjects = createOrdinalSet()
  for (const batch of group) {
    if (batch.slice === undefined) return readLegs(evidence, ref, batch, part)
    const report = await readReport(evidence, batchKey(ref, batch.batch))
    slices.push({ slice: batch.slice, report: report && takeSubjects(report, subjects) })
  }
  const made = madeOf(slices.map(({ report }) => report))
  return [{ entries, report: joinSlices(entries[0]!, slices, subjects), made }]
}

/** The legs of a batch, and what was to be read behind those that there are. Most batches have one. */
async function readLegs(
  evidence: Evidence,
  ref: PassRef,
  { batch, from: first, to }: Batch,
  part: readonly InventoryEntry[],
): Promise<Reported[]> {
  const last = await readReport(evidence, batchKey(ref, batch))
  const legs: Reported[] = []
  let from = first
  if (last === undefined || last.head.leg !== undefined)
    for (let index = 0; index !== last?.head.leg?.index; index++) {
      const report = await readReport(evidence, scanLegKey(ref, batch, index))
      if (report === undefined) break
      const { leg } = report.head
      if (leg?.index !== index || leg.from !== from || leg.to <= from || leg.to >= to)
        throw new EvidenceConflict(
          `store ${ref.storeId}: batch ${batch}: leg ${index}: expected what follows in the batch`,
        )
      legs.push({ entries: part.slice(from, leg.to), report, made: madeOf([report]) })
      from = leg.to
    }
  return [...legs, { entries: part.slice(from, to), report: last, made: madeOf([last]) }]
}

function madeOf(batches: readonly (BatchReport | undefined)[]): Reported['made'] {
  const times = batches.flatMap((report) =>
    report ? Date.parse(report.head.finishedAt) - Date.parse(report.head.startedAt) : [],
  )
  return {
    planned: batches.length,
    reported: times.length,
    milliseconds: times.reduce((sum, each) => sum + each, 0),
  }
}

async function readReport(evidence: Evidence, key: string): Promise<BatchReport | undefined> {
  return evidence.get(key).then(
    (bytes) => parseBatchReport(bytes, key),
    (error: unknown) => {
      if (error instanceof EvidenceMissing) return undefined
      throw error
    },
  )
}

function checkPlan({ storeId }: PassRef, groups: readonly Batch[][], entries: readonly InventoryEntry[]): void {
  const ends = [0, ...groups.map((group) => group[0]!.to)]
  const wrong = groups.some((group, index) => {
    const { from, to } = group[0]!
    const slices = group.flatMap(({ slice }) => slice ?? [])
    const isCut = slices.length > 0
    return (
      from !== ends[index] ||
      to <= from ||
      group.some((batch) => batch.from !== from || batch.to !== to) ||
      (isCut && !(to === from + 1 && to <= entries.length && areSlicesOf(slices, entries[from]!.size)))
    )
  })
  if (ends.at(-1) !== entries.length || wrong)
    throw new EvidenceConflict(`store ${storeId}: batches: expected every listed object version in exactly one`)
}
