import type { createNotedLines, Lines } from '../manifest/lines.ts'
import type { FilterGeometry } from './build-filter.ts'
import type { CaseKeys } from './case-keys.ts'
import type { Contradictions } from './contradictions.ts'
import { createTableWriter, shardBitsFor } from './digest-table.ts'
import type { DigestedRows, SortedRows } from './digested-rows.ts'
import type { Filter } from './filter.ts'
import type { HashedRows } from './hashed-rows.ts'
import { formatFooter, formatHead, type IndexFooter, type IndexSummary } from './index-format.ts'
import type { IndexSink } from './index-source.ts'
import { digestBytes } from './keyed-digest.ts'
import { partitionCount } from './partitions.ts'
import type { PlantedControl } from './plant-controls.ts'
import { createScratch } from './scratch.ts'
import { shapeCodes } from './shape-code.ts'
import { compareAcross, compareDigests } from './sort-digests.ts'
import { writeFilter } from './write-filter.ts'

/** What the footer says that was known before. */
type Given = Pick<IndexFooter, 'report' | 'keyCommitment' | 'caseRule' | 'seed' | 'shapes' | 'highBytes' | 'base'> & {
  shapesOfSubjects: IndexFooter['shapes']
  pendingShapes: IndexFooter['shapes']
  short: Lines
}

/**
 * Writes an index, partition by partition: duplicates are left out, and pending rows held against confirmed ones. The rows
 * are given back on the way; what is left to be written of pending rows is in memory, 16 bytes each. `duplicates` and
 * `contradictions` may have some already.
 * @throws ManifestInvalid when an identifier is both
 */
export function writeIndex(
  { shapesOfSubjects, pendingShapes, short, ...given }: Given,
  parts: {
    filter: { geometry: FilterGeometry; shards(): Iterable<Filter> }
    entries: DigestedRows
    excluded: DigestedRows
    controls: readonly PlantedControl[]
    duplicates: ReturnType<typeof createNotedLines>
    contradictions: Contradictions
    hashed?: HashedRows | undefined
  },
  keys: CaseKeys,
  sink: IndexSink,
): IndexSummary {
  const { filter, entries, excluded, controls, duplicates, contradictions, hashed } = parts
  sink(formatHead())
  const filterSha256 = writeFilter(filter.shards(), sink)
  const table = createTableWriter(shardBitsFor(entries.rows), sink)
  const pendingBits = shardBitsFor(excluded.rows)
  const subjectsByShape = new Uint32Array(256)
  const pending: Uint8Array[] = []
  const ordinals = new Map<PlantedControl, number>()
  const scratch = createScratch((length) => new Uint8Array(length))
  let before = 0
  for (let partition = 0; partition < partitionCount; partition++) {
    const sorted = entries.takeSorted(partition)
    hashed?.settle(partition, ordinalsOf(sorted, before))
    const distinct = withoutRepeats(sorted, (row) => duplicates.note(sorted.lines[sorted.numbers[row]!]!))
    for (const row of distinct) subjectsByShape[sorted.shapes[sorted.numbers[row]!]!]!++
    for (const control of controls)
      if (control.digest[0]! >>> 24 === partition)
        ordinals.set(
          control,
          before + distinct.findIndex((row) => compareAcross(sorted.digests, row, control.digest, 0) === 0),
        )
    const theirs = excluded.takeSorted(partition)
    contradictions.look(sorted, distinct, theirs)
    pending.push(bytesOf(theirs, withoutRepeats(theirs), (length) => new Uint8Array(length)))
    table.write(bytesOf(sorted, distinct, scratch))
    before += distinct.length
  }
  for (const { shape } of controls) subjectsByShape[shapeCodes[shape]]!--
  contradictions.refuse()
  const entriesHeader = table.finish()
  const pendingTable = createTableWriter(pendingBits, sink)
  for (const bytes of pending) pendingTable.write(bytes)
  const pendingHeader = { ...pendingTable.finish(), shapes: pendingShapes }
  const hashedHeader = hashed?.write(sink)
  const summary: IndexSummary = {
    subjects: before - controls.length,
    duplicates: duplicates.lines(),
    short,
    shapes: shapesOfSubjects.map(({ shape, lengths }) => ({
      shape,
      subjects: subjectsByShape[shapeCodes[shape]]!,
      minLength: lengths[0]!,
      maxLength: lengths.at(-1)!,
    })),
    controls: controls.length,
    ...(hashedHeader && {
      hashed: { forms: hashedHeader.forms.map(({ name }) => name), digests: hashedHeader.entries.digests },
    }),
  }
  const footer: IndexFooter = {
    ...given,
    summary,
    filter: { ...filter.geometry, sha256: filterSha256 },
    entries: entriesHeader,
    controls: controls.map((control) => ({
      shape: control.shape,
      text: control.text,
      ordinal: ordinals.get(control)!,
    })),
    pending: pendingHeader,
    ...(hashedHeader && { hashed: hashedHeader }),
  }
  sink(formatFooter(footer, keys))
  return summary
}

/** The ordinals of the rows, by their numbers, where `before` entries come before them. */
function ordinalsOf({ digests, numbers, order }: SortedRows, before: number): Uint32Array {
  const ordinals = new Uint32Array(order.length)
  let ordinal = before
  for (let at = 0; at < order.length; at++) {
    if (at > 0 && compareDigests(digests, order[at - 1]!, order[at]!) !== 0) ordinal++
    ordinals[numbers[order[at]!]!] = ordinal
  }
  return ordinals
}

/** The first row of each digest, in order; the others are told of. */
function withoutRepeats({ digests, order }: SortedRows, onRepeat?: (row: number) => void): Uint32Array {
  let distinct = 0
  for (const row of order)
    if (distinct > 0 && compareDigests(digests, order[distinct - 1]!, row) === 0) onRepeat?.(row)
    else order[distinct++] = row
  return order.subarray(0, distinct)
}

function bytesOf({ digests }: SortedRows, rows: Uint32Array, allocate: (length: number) => Uint8Array): Uint8Array {
  const bytes = allocate(rows.length * digestBytes)
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  for (let place = 0; place < rows.length; place++)
    for (let word = 0; word < 4; word++)
      view.setUint32(place * digestBytes + word * 4, digests[rows[place]! * 4 + word]!)
  return bytes
}
