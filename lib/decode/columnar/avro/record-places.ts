import type { FormatPlace, Step } from '../../format-place.ts'
import { rowText } from '../row-text.ts'
import { avroBytes } from './avro-bytes.ts'
import type { AvroType } from './avro-values.ts'

/**
 * Which field of a record a cell of its row is, by reading the record once more. Records are kept for a while: nobody asks when more than
 * `asked` bytes of rows were written behind one.
 */
export type RecordPlaces = {
  /** Records of a block, from its first one on; `bytes` are copied. */
  begin(bytes: Uint8Array): void
  /** A record begins at `at` in the block. */
  add(at: number): void
  /** So many bytes of rows were delivered. */
  delivered(length: number): void
  tell(record: number, cell?: { index: number; count: number }): FormatPlace | undefined
}

/** `first`: its first record, from 1 on; `end`: the bytes of rows that were delivered when it was last added to. */
type Kept = { first: number; bytes: Uint8Array | undefined; starts: number[]; end: number }

/** More than what is still in one buffer of rows, and in the window in which forms are looked for. */
const asked = 2 ** 20
/** Of a larger block nothing is kept. */
const mostBlock = 2 ** 24
const mostKept = 2 ** 26

export function recordPlaces(type: AvroType): RecordPlaces {
  let blocks: Kept[] = []
  /** Blocks before it in the list are forgotten. */
  let oldest = 0
  let keptBytes = 0
  let records = 0
  let written = 0

  function forget(): void {
    while (oldest < blocks.length && (blocks[oldest]!.end + asked <= written || keptBytes > mostKept)) {
      const block = blocks[oldest++]!
      keptBytes -= block.bytes?.length ?? 0
      block.bytes = undefined
      block.starts = []
    }
    if (oldest * 2 <= blocks.length) return
    blocks = blocks.slice(oldest)
    oldest = 0
  }

  return {
    begin(bytes) {
      const kept = bytes.length <= mostBlock ? Uint8Array.from(bytes) : undefined
      keptBytes += kept?.length ?? 0
      blocks.push({ first: records + 1, bytes: kept, starts: [], end: written })
      forget()
    },
    add(at) {
      const block = blocks.at(-1)!
      records += 1
      block.starts.push(at)
      block.end = written
    },
    delivered(length) {
      written += length
    },
    tell(record, cell) {
      const block = blocks.findLast(({ first }) => first <= record)
      const start = block?.starts[record - block.first]
      if (block?.bytes === undefined || start === undefined || cell === undefined) return undefined
      const found = readAgain(type, block.bytes, start, cell.index)
      // With a tab in a value cells cannot be told apart.
      return found.count === cell.count && found.field !== undefined ? { field: found.field } : undefined
    },
  }
}

function readAgain(type: AvroType, bytes: Uint8Array, start: number, wanted: number) {
  const trail: Step[] = []
  const rows = rowText(2 ** 26)
  let count = 0
  let field: Step[] | undefined
  const see = () => {
    if (count === wanted) field = [...trail]
    count += 1
  }
  const input = avroBytes(bytes)
  input.at = start
  const seen = {
    ...rows,
    cell(length: number) {
      see()
      rows.cell(length)
    },
    bytesCell() {
      see()
    },
    asciiCell() {
      see()
    },
  }
  try {
    type.read({ input, rows: seen, depth: 0, trail, onLossy() {}, isContent: () => false })
  } catch {
    // A record that is damaged was a gap when it was read first.
    return { count: -1, field: undefined }
  }
  return { count, field }
}
