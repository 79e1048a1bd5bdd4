import type { CaseRule } from '../../manifest/identifier.ts'
import type { SubjectIndex } from '../../subject-index/open-subject-index.ts'
import { shapeCodes } from '../../subject-index/shape-code.ts'
import {
  type Alphabet,
  domainCharacters,
  lengthTable,
  localCharacters,
  localEscapeSigns,
  localSpecials,
  localTrimmed,
  trimmedCharacters,
} from '../alphabets.ts'
import { mayGlue } from '../escapes.ts'
import type { Block } from '../finder.ts'
import { type IndexedShape, runAlphabets, shortestRun } from '../sources.ts'
import type { Workspace } from '../workspace.ts'
import { kernelModule } from './kernel-module.ts'
import { layOutMemory, type MemoryLayout, shapeRecord } from './lay-out-memory.ts'
import { type Memory, webAssembly } from './web-assembly.ts'

/** What `assembly/index.ts` exports. Places are of the block, from 0. */
type Exports = {
  setUp(memory: number, filter: number, seedA: number, seedB: number): void
  scanRuns(shape: number, from: number, to: number, final: number): number
  scanSigns(shape: number, from: number, to: number, final: number): number
  resumeAt(): number
  countNewlines(from: number, to: number): number
}

/** What is done with the runs of a shape, as `assembly/runs.ts` has it; addresses are not found by runs. */
const kinds = { decimal: 0, handle: 1, dotted: 2, uuid: 3, email: 4 } as const
/** Tables in the order of `assembly/memory.ts`. */
const tables: readonly Alphabet[] = [
  mayGlue,
  trimmedCharacters,
  localCharacters,
  domainCharacters,
  localSpecials,
  localEscapeSigns,
  localTrimmed,
]

/** Characters of a local part behind which no other one may begin. */
const plainLocal = localCharacters.map((belongs, byte) =>
  localSpecials[byte] === 0 && localEscapeSigns[byte] === 0 ? belongs : 0,
)
/** What the kernel computes with, 16 bytes each: the order is the kernel's. */
const constants: readonly Uint8Array[] = [
  ...[Uint8Array.of(1, 2, 4, 8, 16, 32, 64, 128, 0, 0, 0, 0, 0, 0, 0, 0), sixteen(0x0f), sixteen(0)],
  ...[sixteen(0x30 + 128), sixteen(10 + 128), sixteen(0x40)],
  ...[fourOf(0xcc9e2d51), fourOf(0x1b873593), fourOf(0x85ebca6b), fourOf(0xc2b2ae35)],
  ...[sixteen(0x80 - 0x41), sixteen(0x80 - 0x5b), fourOf(1), fourOf(3)],
  ...[columnsOf(localCharacters), columnsOf(plainLocal), columnsOf(domainCharacters)],
  ...[fourOf(0x9e3779b1), sixteen(0xff)],
]

/**
 * The same search in WebAssembly: a workspace whose sources leave out what the index's filter denies, in memory that
 * holds a copy of the filter. Undefined where that cannot be: no SIMD, a filter of nearly 4 GiB, too little memory.
 */
export function openKernel(index: SubjectIndex): Workspace | undefined {
  const module = kernelModule()
  const layout = module === undefined ? undefined : layOutMemory(index.shapes, index.filter)
  if (module === undefined || layout === undefined) return undefined
  const memory = allocate(layout.pages)
  if (memory === undefined) return undefined
  const { exports } = new webAssembly.Instance(module, { env: { memory } })
  const kernel = exports as Exports
  writeDescriptions(memory, layout, index)
  kernel.setUp(layout.lists, layout.lists + 64, ...index.seed)

  const bytes = new Uint8Array(memory.buffer, layout.block, layout.blockBytes)
  const block: Block = {
    bytes,
    view: new DataView(memory.buffer, layout.block, layout.blockBytes),
    buffer: Buffer.from(memory.buffer, layout.block, layout.blockBytes),
  }
  const most = (layout.ends - layout.starts) / 4
  const starts = new Int32Array(memory.buffer, layout.starts, most)
  const ends = new Int32Array(memory.buffer, layout.ends, most)
  const recordOf = ({ shape }: IndexedShape) =>
    layout.shapes + index.shapes.findIndex((each) => each.shape === shape) * shapeRecord.bytes
  return {
    block,
    sources: {
      filter: {
        ...index.filter,
        first: new Uint8Array(memory.buffer, layout.first, index.filter.first.length),
        second: new Uint8Array(memory.buffer, layout.second, index.filter.second.length),
      },
      runsOf: (indexed) => {
        const record = recordOf(indexed)
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
        const record = recordOf(indexed)
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
    holder: undefined,
  }
}

function allocate(pages: number): Memory | undefined {
  try {
    return new webAssembly.Memory({ initial: pages, maximum: pages })
  } catch (error) {
    // There is not so much memory, or not so much of it in one piece.
    if (error instanceof RangeError) return undefined
    throw error
  }
}

/** Writes what the kernel reads: the filter, tables, shapes and the lists of `setUp`. */
function writeDescriptions({ buffer }: Memory, layout: MemoryLayout, index: SubjectIndex): void {
  const bytes = new Uint8Array(buffer)
  const { first, second, seeds, segments, segmentBits } = index.filter
  bytes.set(first, layout.first)
  bytes.set(second, layout.second)
  new Int32Array(buffer, layout.seeds, seeds.length).set(seeds)
  tables.forEach((table, at) => {
    bytes.set(table, layout.tables + at * 256)
  })
  const words = (at: number, ...values: number[]) => new Uint32Array(buffer, at, values.length).set(values)
  words(layout.lists, layout.block, layout.tables, layout.masks, layout.tokens)
  words(layout.lists + 16, layout.starts, layout.ends, layout.stops, layout.plainDigits)
  words(layout.lists + 32, layout.constants)
  words(layout.lists + 64, layout.first, layout.second, layout.seeds, seeds.length, segments, segmentBits)
  constants.forEach((constant, at) => {
    bytes.set(constant, layout.constants + at * 16)
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

/** An alphabet of ASCII characters by the low halves of their codes: a bit for each high half. */
function columnsOf(alphabet: Alphabet): Uint8Array {
  const columns = new Uint8Array(16)
  alphabet.forEach((belongs, byte) => {
    if (belongs === 0) return
    if (byte >= 0x80) throw new Error('kernel: alphabet: expected ASCII characters only')
    columns[byte & 15]! |= 1 << (byte >> 4)
  })
  return columns
}

function sixteen(byte: number): Uint8Array {
  return new Uint8Array(16).fill(byte)
}

function fourOf(word: number): Uint8Array {
  return new Uint8Array(Uint32Array.of(word, word, word, word).buffer)
}
