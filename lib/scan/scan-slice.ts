import { decodePart, headLength, isReadAsIs } from '../decode/decode-part.ts'
import type { Gap } from '../decode/unverified.ts'
import { ReadFailed } from '../errors.ts'
import type { SubjectIndex } from '../subject-index/open-subject-index.ts'
import { cutSlice, type ReadRange } from './cut-slice.ts'
import { createMatcher } from './matcher.ts'
import type { PlacedOccurrence } from './scan-object.ts'

/**
 * What reading one slice of an object came to. `container`: the object has to be unwrapped from its beginning. `read`: the
 * bytes from `start` to before `end` were scanned; `records` are the lines that end in them (the last line of the object
 * needs no newline). Without `gaps`, what the slices of an object find is what a scan of the whole finds.
 */
export type SliceScan =
  | { kind: 'container' }
  | { kind: 'unread'; gap: Gap }
  | { kind: 'read'; start: number; end: number; decodedBytes: number; records: number; gaps: Gap[] }

/**
 * Scans one slice of an object of `size` bytes. Occurrences are where they are in the object, but their `record` counts
 * from the line that goes on or begins at `start`.
 */
export async function scanSlice(
  read: ReadRange,
  slice: { from: number; to: number },
  size: number,
  index: SubjectIndex,
  onOccurrence: (occurrence: PlacedOccurrence) => void,
): Promise<SliceScan> {
  const head = await readHead(read, Math.min(headLength, size))
  if (!(head instanceof Uint8Array)) return { kind: 'unread', gap: head }
  if (!isReadAsIs(head)) return { kind: 'container' }
  const { extent, chunks } = cutSlice(read, slice, size)
  let lastByte: number | undefined
  const matcher = createMatcher(index, (occurrence) => {
    if (index.isControl(occurrence.ordinal)) return
    onOccurrence({ ...occurrence, offset: extent.start + occurrence.offset, path: [] })
  })
  const { decodedBytes, gaps } = await decodePart(chunks, { head, startOf: () => extent.start }, () => ({
    write(bytes) {
      lastByte = bytes.at(-1) ?? lastByte
      matcher.write(bytes)
    },
    end: () => matcher.end(),
  }))
  const goesOn = lastByte !== undefined && lastByte !== newline && extent.end < size
  return { kind: 'read', ...extent, decodedBytes, records: matcher.records - (goesOn ? 1 : 0), gaps }
}

const newline = 0x0a

async function readHead(read: ReadRange, length: number): Promise<Uint8Array | Gap> {
  const parts: Uint8Array[] = []
  try {
    for await (const chunk of read({ from: 0, to: length })) parts.push(Buffer.from(chunk))
  } catch (error) {
    if (!(error instanceof ReadFailed)) throw error
    return { reason: 'read-error', path: [], offset: 0, detail: 'expected its first bytes from the medium' }
  }
  return Buffer.concat(parts)
}
