import { inMemory } from '../../decode/byte-source.ts'
import { headLength } from '../../decode/checks/known-formats.ts'
import { longRun } from '../../decode/checks/run-judge.ts'
import type { ByteRange } from '../../decode/format.ts'
import { framedText } from '../../decode/parts/decode-frames.ts'
import { decodePart, isReadAsIs } from '../../decode/parts/decode-part.ts'
import { cuttableFormat, decodeParts } from '../../decode/parts/decode-parts.ts'
import { createPieceDigest, type PieceDigest, pinned } from '../../decode/parts/piece-digest.ts'
import type { Gap } from '../../decode/unverified.ts'
import { ReadFailed } from '../../errors.ts'
import type { SubjectIndex } from '../../subject-index/open-subject-index.ts'
import { contextFor } from '../forms/form-matcher.ts'
import { defaultForms } from '../forms/form-names.ts'
import { gapsOf } from '../matcher-gaps.ts'
import { openMatchers } from '../open-matchers.ts'
import { longestLine, placeHead } from '../places/place-keeper.ts'
import type { OnOccurrence, ScanOptions } from '../scan-object.ts'
import { cutSlice, type ReadRange } from './cut-slice.ts'
import { endSlice, orGap } from './end-slice.ts'
import { createPartMatcher } from './part-matcher.ts'
import { createPartSink } from './part-sink.ts'
import { scanFrames } from './scan-frames.ts'

/**
 * What reading one slice of an object came to. `container`: the object has to be unwrapped from its beginning. `parts`: its format says
 * where parts of it begin, and those from `start` to before `end` were scanned.
 * `frames`: so it is with the frames of a compressed text. `read`: the
 * bytes from `start` to before `end` were scanned; `records` are the lines that end in them (the last line of the object
 * needs no newline). `sha256` (hex) is of exactly these bytes, digested on their way to the scanner. Without `gaps`, what the slices of an object find
 * is what a scan of the whole finds.
 */
export type SliceScan =
  | { kind: 'container' }
  | { kind: 'unread'; gap: Gap }
  | {
      kind: 'read' | 'parts' | 'frames'
      start: number
      end: number
      sha256?: string
      decodedBytes: number
      records: number
      gaps: Gap[]
      /** As in `ObjectScan`; absent where one content cannot have many. */
      moreGaps?: number
    }

/** `line`: how long a line may be to tell where in it a finding is; all that it changes is how much is read around a slice. */
export type SliceOptions = Pick<ScanOptions, 'forms' | 'declared' | 'means' | 'picturesMayBeClean'> & { line?: number }

/**
 * Scans one slice of an object of `size` bytes. Occurrences are where they are in the object, but their `record` counts
 * from the line that goes on or begins at `start`. One that is written in a form may reach over the edges: it belongs to the
 * slice that it begins in.
 */
export async function scanSlice(
  read: ReadRange,
  slice: ByteRange,
  size: number,
  index: SubjectIndex,
  onOccurrence: OnOccurrence,
  { forms = defaultForms, declared, line = longestLine, means = 'fast', picturesMayBeClean }: SliceOptions = {},
): Promise<SliceScan> {
  if (declared !== undefined) return { kind: 'container' }
  const beginning = await readHead(read, Math.min(placeHead, size))
  if (!(beginning instanceof Uint8Array)) return { kind: 'unread', gap: beginning }
  const head = beginning.subarray(0, headLength)
  const format = cuttableFormat(head)
  if (format !== undefined) {
    const matchers = openMatchers(index, forms, 'subjects', onOccurrence)
    const digest = createPieceDigest()
    const how = { means, digest, picturesMayBeClean }
    const parts = await decodeParts({ size, read }, { format, slice }, matchers.open, how)
    const { records, gaps, moreGaps } = matchers.stop()
    if (parts === undefined) return { kind: 'container' }
    const sha256 = pinned(digest, parts.end - parts.start)
    const all = { gaps: [...parts.gaps, ...gaps], moreGaps: parts.moreGaps + moreGaps }
    return { kind: 'parts', ...parts, ...sha256, records, ...all }
  }
  const { hiding, context } = contextsOf(index, forms, line)
  const text = await orGap(framedText({ size, read }, head, placeHead))
  if (text !== undefined)
    return 'reason' in text
      ? { kind: 'unread', gap: text }
      : scanFrames({ size, read }, text, slice, { index, forms, context, hiding, means }, onOccurrence)
  if (!isReadAsIs(head)) return { kind: 'container' }
  const { extent, chunks, before, last, after } = cutSlice(read, slice, size, context, hiding)
  const sink = createPartSink(() => {
    const part = { start: extent.start, before: before(), head: beginning }
    return createPartMatcher({ index, forms, path: [] }, part, onOccurrence)
  })
  const digest = createPieceDigest()
  const place = { head, startOf: () => extent.start }
  const { decodedBytes, gaps } = await decodePart(digested(chunks, digest), place, () => sink)
  const ends = { last, after, isEnd: (bytes: Uint8Array) => extent.end + bytes.length === size }
  const missing = await endSlice(sink, ends, extent)
  const { matcher, isOpen } = sink
  const records = (matcher?.records() ?? 0) - (isOpen && extent.end < size ? 1 : 0)
  return {
    kind: 'read',
    ...extent,
    ...pinned(digest, extent.end - extent.start),
    decodedBytes,
    records,
    gaps: [...gaps, ...(missing === undefined ? [] : [missing]), ...gapsOf(matcher, [], extent.start)],
  }
}

async function* digested(chunks: AsyncIterable<Uint8Array>, digest: PieceDigest): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    digest.add(chunk)
    yield chunk
  }
}

/** How much around a slice tells what is hidden or found at its edges, and how much more where in its line that is. */
export function contextsOf(index: SubjectIndex, forms: readonly string[], line: number) {
  const hiding = Math.max(contextFor(index, forms), 2 * longRun)
  return { hiding, context: Math.max(hiding, line) }
}

export async function readHead(read: ReadRange, length: number): Promise<Uint8Array | Gap> {
  try {
    return await inMemory(read({ from: 0, to: length }))
  } catch (error) {
    if (!(error instanceof ReadFailed)) throw error
    return { reason: 'read-error', path: [], offset: 0, detail: 'expected its first bytes from the medium' }
  }
}
