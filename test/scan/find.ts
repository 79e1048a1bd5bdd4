import { createTokenMatcher, type Occurrence } from '../../lib/scan/matcher.ts'
import type { SubjectIndex } from '../../lib/subject-index/open-subject-index.ts'

/** What the matcher finds in a content that is written in pieces of these sizes, over and over. */
export function find(
  index: SubjectIndex,
  content: Uint8Array | string,
  options: { sizes?: readonly number[]; blockBytes?: number; looking?: 'kernel' | 'plain' } = {},
): { occurrences: Occurrence[]; records: number } {
  const bytes = typeof content === 'string' ? Buffer.from(content, 'latin1') : content
  const { sizes = [Math.max(1, bytes.length)], blockBytes, looking } = options
  const occurrences: Occurrence[] = []
  const matcher = createTokenMatcher(
    index,
    ({ ordinal, record, offset }) => occurrences.push({ ordinal, record, offset }),
    { blockBytes, looking },
  )
  // The buffer is used again for every piece, as decoders do.
  const piece = new Uint8Array(Math.max(...sizes))
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const size = sizes[turn % sizes.length]!
    const part = bytes.subarray(at, at + size)
    piece.fill(0x39)
    piece.set(part)
    matcher.write(piece.subarray(0, part.length))
    at += size
  }
  piece.fill(0x39)
  matcher.end()
  return {
    occurrences: occurrences.sort((x, y) => x.offset - y.offset || x.ordinal - y.ordinal),
    records: matcher.records,
  }
}
