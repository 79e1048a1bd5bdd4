import type { ByteRange } from '../../decode/format.ts'
import type { Means } from '../../decode/means.ts'
import { decodeFrames, type FramedText } from '../../decode/parts/decode-frames.ts'
import type { ObjectBytes } from '../../decode/parts/decode-parts.ts'
import { findFrame } from '../../decode/parts/find-frames.ts'
import { createPieceDigest, pinned } from '../../decode/parts/piece-digest.ts'
import type { SubjectIndex } from '../../subject-index/open-subject-index.ts'
import { gapsOf } from '../matcher-gaps.ts'
import type { OnOccurrence } from '../scan-object.ts'
import { cutFrames } from './cut-frames.ts'
import { endSlice, orGap } from './end-slice.ts'
import { createPartMatcher } from './part-matcher.ts'
import { createPartSink } from './part-sink.ts'
import type { SliceScan } from './scan-slice.ts'

/**
 * Scans the text of a compressed object that belongs to one slice. Occurrences have their offset and their `record` from where this
 * text begins: what is before it is only known to the slices before.
 */
export async function scanFrames(
  object: ObjectBytes,
  text: FramedText,
  slice: ByteRange,
  {
    index,
    forms,
    context,
    hiding,
    means,
  }: { index: SubjectIndex; forms: readonly string[]; context: number; hiding: number; means: Means },
  onOccurrence: OnOccurrence,
): Promise<SliceScan> {
  const start = await orGap(findFrame(object, text, slice))
  if (typeof start === 'object') return { kind: 'unread', gap: start }
  if (start === undefined)
    return { kind: 'frames', start: slice.from, end: slice.from, decodedBytes: 0, records: 0, gaps: [] }
  const cut = cutFrames({ isFirst: start === 0, to: slice.to }, object.size, context, hiding)
  const path = [text.framing.name]
  const sink = createPartSink(() => {
    const part = { start: 0, before: cut.before(), head: text.head }
    return createPartMatcher({ index, forms, path }, part, onOccurrence)
  })
  const range = { from: start, to: Math.max(start, slice.to) }
  const digest = createPieceDigest(range.to - range.from)
  const { decodedBytes, gaps } = await decodeFrames(object, { text, range, own: cut.own }, () => sink, {
    means,
    digest,
  })
  const missing = await endSlice(sink, { ...cut, isEnd: cut.isEndOfAll }, { end: decodedBytes })
  const { matcher, isOpen } = sink
  const end = cut.end() ?? start
  return {
    kind: 'frames',
    start,
    end,
    ...pinned(digest, end - start),
    decodedBytes,
    records: (matcher?.records() ?? 0) - (isOpen && !cut.isEndOfText() ? 1 : 0),
    gaps: [...gaps, ...(missing === undefined ? [] : [{ ...missing, path }]), ...gapsOf(matcher, path)],
  }
}
