import { mostNumbers } from '../../decode/whole-numbers.ts'
import type { CaseRule, Shape } from '../../manifest/identifier.ts'
import { passesAll } from '../../subject-index/filter.ts'
import type { SubjectIndex } from '../../subject-index/open-subject-index.ts'
import { shapeCodes } from '../../subject-index/shape-code.ts'
import { openModule } from '../../web-assembly.ts'
import { lengthTable } from '../finders/alphabets.ts'
import type { Block } from '../finders/finder.ts'
import type { NumberPlace } from '../finders/number-lookup.ts'
import { type IndexedShape, runAlphabets, shortestRun } from '../finders/sources.ts'
import type { NumberSource, Sieve, Workspace } from '../workspace.ts'
import { kernelBytes } from './kernel-bytes.ts'
import {
  filterRecordBytes,
  layOutMemory,
  type MemoryLayout,
  mostSpots,
  shapeRecord,
  sieveBytes,
  spotLists,
} from './lay-out-memory.ts'
import { columnsOf, writeConstants } from './write-constants.ts'

/** What `assembly/index.ts` exports. Places are of the block, from 0. */
export type Exports = {
  setUp(memory: number, filters: number, count: number, seedA: number, seedB: number): void
  scanRuns(shape: number, from: number, to: number, final: number): number
  scanSigns(shape: number, from: number, to: number, final: number): number
  resumeAt(): number
  scanSpans(columns: number, minLength: number, size: number, final: number): number
  spansResumeAt(): number
  countNewlines(from: number, to: number): number
  beginSift(from: number, to: number, known: number): number
  sift(numbers: number, uuids: number): void
  scanNumbers(shape: number, count: number, width: number, isSigned: number, shortestHex: number, pairs: number): number
  linesOfNumbers(): number
  doubtfulNumbers(): number
}

/** What is done with the runs of a shape, as `assembly/runs.ts` has it; addresses are not found by runs. */
const kinds = { decimal: 0, handle: 1, dotted: 2, uuid: 3, email: 4 } as const

/**
 * The same search in WebAssembly: a workspace whose sources leave out what the filters of all parts deny, in memory that
 * holds a copy of each filter. Undefined where that cannot be: no SIMD, filters of nearly 4 GiB, too little memory; and for a filter that denies
 * nothing, which would leave nothing out.
 */
export function openKernel(index: SubjectIndex): Workspace | undefined {
  const filters = index.parts.map(({ filter }) => filter)
  if (filters.includes(passesAll)) return undefined
  const layout = layOutMemory(index.shapes, filters)
  if (layout === undefined) return undefined
  const opened = openModule<Exports>(kernelBytes, layout.pages)
  if (opened === undefined) return undefined
  const { buffer, exports: kernel } = opened
  writeDescriptions(buffer, layout, index)
  kernel.setUp(layout.lists, layout.filterRecords, filters.length, ...index.seed)

  const bytes = new Uint8Array(buffer, layout.block, layout.blockBytes)
  const block: Block = {
    bytes,
    view: new DataView(buffer, layout.block, layout.blockBytes),
    buffer: Buffer.from(buffer, layout.block, layout.blockBytes),
  }
  const most = (layout.ends - layout.starts) / 4
  const starts = new Int32Array(buffer, layout.starts, most)
  const ends = new Int32Array(buffer, layout.ends, most)
  return {
    block,
    sources: {
      filters: filters.map((filter, at) => ({
        ...filter,
        first: new Uint8Array(buffer, layout.filters[at]!.first, filter.first.length),
        second: new Uint8Array(buffer, layout.filters[at]!.second, filter.second.length),
      })),
      runsOf: (indexed) => {
        const record = recordOf(layout, index.shapes, indexed.shape)
        return {
          starts,
          ends,
          count: 0,
          resume: 0,
          collect(from, to, final) {
            this.count = kernel.scanRuns(record, from, to, final ? 1 : 0)
            this.resume = kernel.resumeAt()
          },
        }
      },
      signsOf: (indexed) => {
        const record = recordOf(layout, index.shapes, indexed.shape)
        return {
          places: starts,
          count: 0,
          collect(from, to, final) {
            this.count = kernel.scanSigns(record, from, to, final ? 1 : 0)
          },
        }
      },
    },
    countNewlines: kernel.countNewlines,
    sieve: openSieve(buffer, layout, kernel, index),
    numbers: openNumbers(buffer, layout, kernel, index),
    holder: undefined,
  }
}

function openNumbers(
  buffer: ArrayBuffer,
  layout: MemoryLayout,
  kernel: Exports,
  { shapes }: SubjectIndex,
): NumberSource {
  const most = (layout.ends - layout.starts) / 4
  const [starts, ends] = [layout.starts, layout.ends].map((at) => new Int32Array(buffer, at, most))
  const doubtful = new Int32Array(buffer, layout.stops, 2 * mostNumbers)
  const record = recordOf(layout, shapes, 'decimal')
  const placesIn = (count: number, indexes: Int32Array, places: Int32Array, step: number): NumberPlace[] =>
    Array.from({ length: count }, (_, at) => ({ index: indexes[at * step]!, start: places[at * step]! }))
  return {
    lookUp({ count, width, isSigned }, { shortest, pairs }) {
      const some = kernel.scanNumbers(record, count, width, isSigned ? 1 : 0, shortest, pairs)
      return {
        candidates: placesIn(some, starts!, ends!, 1).sort((one, other) => one.index - other.index),
        doubtful: placesIn(kernel.doubtfulNumbers(), doubtful, doubtful.subarray(1), 2),
        lineBytes: kernel.linesOfNumbers(),
      }
    },
  }
}

/** Where the description of a shape is: behind those of the index is one that nothing has. */
function recordOf(layout: MemoryLayout, shapes: SubjectIndex['shapes'], shape: Shape): number {
  const at = shapes.findIndex((each) => each.shape === shape)
  return layout.shapes + (at === -1 ? shapes.length : at) * shapeRecord.bytes
}

function openSieve(buffer: ArrayBuffer, layout: MemoryLayout, kernel: Exports, { shapes }: SubjectIndex): Sieve {
  const [numbers, uuids] = [recordOf(layout, shapes, 'decimal'), recordOf(layout, shapes, 'uuid')]
  const room = new Uint8Array(buffer, layout.sieve, sieveBytes)
  const counts = new Uint32Array(buffer, layout.spotCounts, spotLists)
  const lists = Array.from(
    { length: spotLists },
    (_, list) => new Int32Array(buffer, layout.spots + list * mostSpots * 4, mostSpots),
  )
  let current: Uint8Array | undefined
  return {
    begin(tables, from, to, known) {
      if (current !== tables) room.set(tables)
      current = tables
      return kernel.beginSift(from, to, known)
    },
    sift: () => kernel.sift(numbers, uuids),
    sifted(list) {
      const count = counts[list]!
      if (count === 0) return nowhere
      return count < mostSpots ? lists[list]!.subarray(0, count) : undefined
    },
  }
}

const nowhere = new Int32Array(0)

/** Writes what the kernel reads: what is the same for all, the filters and the shapes. */
function writeDescriptions(buffer: ArrayBuffer, layout: MemoryLayout, index: SubjectIndex): void {
  writeConstants(buffer, layout)
  const bytes = new Uint8Array(buffer)
  const words = (at: number, ...values: number[]) => new Uint32Array(buffer, at, values.length).set(values)
  index.parts.forEach(({ filter }, part) => {
    const { first, second, seeds, segments, segmentBits } = filter
    const at = layout.filters[part]!
    bytes.set(first, at.first)
    bytes.set(second, at.second)
    new Int32Array(buffer, at.seeds, seeds.length).set(seeds)
    const record = layout.filterRecords + part * filterRecordBytes
    words(record, at.first, at.second, at.seeds, seeds.length, segments, segmentBits)
  })
  const hasDecimalUuids = index.shapes.some(({ shape, lengths }) => shape === 'decimal' && lengths.includes(32))
  index.shapes.forEach((indexed, at) => {
    const record = layout.shapes + at * shapeRecord.bytes
    const { shape, lengths } = indexed
    words(record, kinds[shape], shortestRun(indexed), Math.max(...lengths), shapeCodes[shape])
    words(record + 16, foldBitsOf(index.caseRule, shape), hasDecimalUuids ? 1 : 0)
    bytes.set(columnsOf(runAlphabets[shape]), record + shapeRecord.columnsAt)
    bytes.set(lengthTable(lengths), record + shapeRecord.allowedAt)
  })
}

/** The top bit of each byte, where letters of either case are the same. */
function foldBitsOf(caseRule: CaseRule, shape: IndexedShape['shape']): number {
  return shape === 'uuid' || (caseRule === 'fold' && shape !== 'decimal') ? 0x80808080 : 0
}
