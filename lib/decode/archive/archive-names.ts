import { isUtf8 } from 'node:buffer'
import { firstControlByte } from '../checks/control-bytes.ts'
import { encodedCheck } from '../checks/encoded-check.ts'
import { addGap, type Decoding } from '../decoding.ts'
import type { Sink } from '../sink.ts'

/**
 * The names and other short texts of an archive: one content `[...path, 'names']` with a row (LF) for each member, cells
 * separated by tabs; one sink for all of them, since an archive may have millions.
 */
export type ArchiveNames = {
  /** Adds a text. A line feed in it is written as CR, so that rows stay in step with members. */
  cell(bytes: Uint8Array): void
  /** The same of a field of fixed length that a NUL ends: what stands behind the NUL is a cell of its own. */
  field(bytes: Uint8Array): void
  /** Ends the row of a member. */
  row(): Promise<void>
  /** The same, unless the row is empty. */
  rowIfAny(): Promise<void>
  /** Pushes what was added, also of a row that has no end. */
  flush(): Promise<void>
  /** The archive is complete. */
  end(): Promise<void>
}

/** Longer values, and those that are no text, are better contents of their own than cells. */
const longestCell = 64 * 1024

export function isCell(bytes: Uint8Array): boolean {
  return bytes.length <= longestCell && firstControlByte(bytes) < 0 && isUtf8(bytes)
}

const tab = 9
const lineFeed = 10
const carriageReturn = 13

/** Rows are pushed together, about so many bytes at a time. */
const pushedBytes = 32 * 1024

export function archiveNames(path: readonly string[], decoding: Decoding, name = 'names'): ArchiveNames {
  const namesPath = [...path, name]
  const encoded = encodedCheck({ rows: true })
  let isEncodedTold = false
  let sink: Sink | undefined
  let buffer = Buffer.alloc(1024)
  let length = 0
  let pushed = 0
  let isBinary = false
  let isRowOpen = false

  function append(bytes: Uint8Array, end: number): void {
    if (length + bytes.length + 1 > buffer.length) {
      const larger = Buffer.alloc(2 * (length + bytes.length + 1))
      buffer.copy(larger, 0, 0, length)
      buffer = larger
    }
    buffer.set(bytes, length)
    for (let at = bytes.indexOf(lineFeed); at >= 0; at = bytes.indexOf(lineFeed, at + 1))
      buffer[length + at] = carriageReturn
    length += bytes.length
    buffer[length++] = end
  }

  function cell(bytes: Uint8Array): void {
    if (bytes.length === 0) return
    if (!isBinary && firstControlByte(bytes) >= 0) {
      isBinary = true
      addGap(decoding, {
        reason: 'not-text',
        path: namesPath,
        offset: pushed + length,
        detail: 'expected no control bytes in the names of an archive',
      })
    }
    isRowOpen = true
    append(bytes, tab)
    if (!isUtf8(bytes)) append(withoutTrailBytes(bytes), tab)
  }

  function tellEncoded(): void {
    const problem = encoded.problem()
    if (problem === undefined || isEncodedTold) return
    isEncodedTold = true
    addGap(decoding, { ...problem, path: namesPath })
  }

  async function flush(): Promise<void> {
    if (length === 0) return
    sink ??= decoding.open(namesPath)
    const bytes = buffer.subarray(0, length)
    decoding.deliveredBytes += length
    pushed += length
    length = 0
    encoded.write(bytes)
    tellEncoded()
    await sink.write(bytes)
  }

  async function row(): Promise<void> {
    append(new Uint8Array(0), lineFeed)
    isRowOpen = false
    if (length >= pushedBytes) await flush()
  }

  return {
    cell,
    field(bytes) {
      const end = bytes.indexOf(0)
      if (end < 0) return cell(bytes)
      cell(bytes.subarray(0, end))
      let [from, to] = [end, bytes.length]
      while (from < to && bytes[from] === 0) from++
      while (to > from && bytes[to - 1] === 0) to--
      cell(bytes.subarray(from, to))
    },
    row,
    async rowIfAny() {
      if (isRowOpen) await row()
    },
    flush,
    async end() {
      await flush()
      encoded.end()
      tellEncoded()
      await sink?.end()
    },
  }
}

/** Reads an archive with its names, of which what was added is pushed also where it stops. */
export async function withNames(
  path: readonly string[],
  decoding: Decoding,
  read: (names: ArchiveNames) => Promise<void>,
): Promise<void> {
  const names = archiveNames(path, decoding)
  try {
    await read(names)
  } finally {
    await names.flush()
  }
  await names.end()
}

/**
 * A name that is not UTF-8 may be of an encoding in which the second byte of a character can be an ASCII letter or digit
 * (Shift JIS, GB 18030, Big5), which would lengthen the run behind it: the name is read a second time without those.
 */
function withoutTrailBytes(bytes: Uint8Array): Uint8Array {
  return Uint8Array.from(bytes, (byte, at) => (at > 0 && bytes[at - 1]! >= 0x80 && byte < 0x80 ? tab : byte))
}
