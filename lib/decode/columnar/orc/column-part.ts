import type { Decoding } from '../../decoding.ts'
import { countProduced } from '../../decoding.ts'
import type { PageKernel } from '../kernel/page-kernel.ts'
import { visitByteRun } from './byte-runs.ts'
import { type Compression, chunksOf } from './chunks.ts'
import type { ListLengths } from './list-items.ts'
import { type Numbers, numbersOf } from './numbers.ts'
import type { Column } from './schema.ts'
import { type StreamBytes, streamBytes } from './stream-bytes.ts'
import type { Encoding, StreamKind } from './stripe-footer.ts'

/**
 * What one stripe holds of a column. `count`: how many values its parent has for it; absent where the parent could not be read. `lengths`: of the lists that its values
 * are items of.
 */
export type ColumnPart = {
  readonly column: Column
  readonly encoding: Encoding
  readonly count: number | undefined
  readonly lengths: ListLengths | undefined
  /** A stream, the same one each time; absent where there is none. */
  stream(kind: StreamKind): StreamBytes | undefined
  /** Begins with it anew, beside the one that is read; also when the column was read. */
  again(kind: StreamKind): (() => StreamBytes) | undefined
  numbers(kind: StreamKind, isSigned: boolean): Numbers | undefined
  /** Streams that were not read to their end. */
  unread(): StreamBytes[]
}

/** `stored`: the streams as they are stored. */
export function columnPart(
  given: Pick<ColumnPart, 'column' | 'encoding' | 'count' | 'lengths'>,
  stored: ReadonlyMap<StreamKind, Uint8Array>,
  compression: Compression,
  path: readonly string[],
  decoding: Decoding,
  kernel: PageKernel | undefined,
): ColumnPart {
  const open = new Map<StreamKind, StreamBytes>()
  const onChunk = (bytes: number) => countProduced(decoding, bytes, path, 0)

  function again(kind: StreamKind): (() => StreamBytes) | undefined {
    const bytes = stored.get(kind)
    return bytes && (() => streamBytes(chunksOf(bytes, compression, onChunk, kernel), decoding.limits.heldBytes))
  }

  function stream(kind: StreamKind): StreamBytes | undefined {
    const opened = open.get(kind) ?? again(kind)?.()
    if (opened !== undefined) open.set(kind, opened)
    return opened
  }

  return {
    ...given,
    stream,
    again,
    numbers(kind, isSigned) {
      const found = stream(kind)
      return found && numbersOf(found, given.encoding.version, isSigned)
    },
    unread: () => [...stored.keys()].map((kind) => stream(kind)!).filter((each) => each.fill(1)),
  }
}

/** Signed bytes in runs, as numbers. */
export function byteNumbers(stream: StreamBytes): Numbers {
  const { run } = numbersOf(stream, 1, true)
  return {
    run,
    next() {
      run.count = 0
      visitByteRun(stream, (bytes, at, count, isRun) => {
        run.count = count
        run.isList = !isRun
        run.stepLow = 0
        run.stepHigh = 0
        for (let index = 0; index < (isRun ? 1 : count); index++) {
          const value = (bytes[at + index]! << 24) >> 24
          run.low[index] = value
          run.high[index] = value >> 31
        }
      })
      return run.count
    },
  }
}
