import { openModule } from '../../web-assembly.ts'
import type { Alphabet } from '../finders/alphabets.ts'
import { kernelBytes } from './kernel-bytes.ts'
import { layOutMemory, newBytes } from './lay-out-memory.ts'
import type { Exports } from './open-kernel.ts'
import { allColumnsOf, writeConstants } from './write-constants.ts'

/** Runs in bytes that are anywhere: see `Runs`. */
type Spans = { count: number; readonly starts: Int32Array; readonly ends: Int32Array }

/** The shortest runs that the kernel collects. */
export const leastSpan = 3

/**
 * Collects the maximal runs of at least `minLength` (3 or more) bytes of an alphabet before `to`, behind those that `spans`
 * counts already. Returns from where on the rest is to be looked at otherwise: `to`, unless a run is too long for the kernel's
 * memory, or there is no kernel.
 */
export function collectSpans(
  spans: Spans,
  bytes: Uint8Array,
  to: number,
  alphabet: Alphabet,
  minLength: number,
): number {
  memory ??= open() ?? 'none'
  if (memory === 'none') return 0
  const { kernel, block, columns, starts, ends, columnsAt } = memory
  const known = columnsByAlphabet.get(alphabet) ?? allColumnsOf(alphabet)
  columnsByAlphabet.set(alphabet, known)
  columns.set(known)
  let from = 0
  while (from < to) {
    const size = Math.min(to - from, newBytes)
    const isLast = from + size === to
    block.set(bytes.subarray(from, from + size))
    const count = kernel.scanSpans(columnsAt, minLength, size, isLast ? 1 : 0)
    for (let span = 0; span < count; span++) {
      spans.starts[spans.count + span] = from + starts[span]!
      spans.ends[spans.count + span] = from + ends[span]!
    }
    spans.count += count
    const resume = kernel.spansResumeAt()
    if (resume === 0 && !isLast) break
    from += resume
  }
  return from
}

/** Alphabets never change. */
const columnsByAlphabet = new WeakMap<Alphabet, Uint8Array>()
let memory: ReturnType<typeof open> | 'none'

/** A kernel without a filter, the same for all. */
function open() {
  const layout = layOutMemory([{ lengths: [leastSpan] }], [])
  if (layout === undefined) return undefined
  const opened = openModule<Exports>(kernelBytes, layout.pages)
  if (opened === undefined) return undefined
  const { buffer, exports: kernel } = opened
  writeConstants(buffer, layout)
  kernel.setUp(layout.lists, layout.filterRecords, 0, 0, 0)
  const most = (layout.ends - layout.starts) / 4
  return {
    kernel,
    columnsAt: layout.shapes,
    columns: new Uint8Array(buffer, layout.shapes, 32),
    block: new Uint8Array(buffer, layout.block, layout.blockBytes),
    starts: new Int32Array(buffer, layout.starts, most),
    ends: new Int32Array(buffer, layout.ends, most),
  }
}
