import { createTokenMatcher } from '../../lib/scan/matcher.ts'
import type { Occurrence } from '../../lib/scan/occurrence.ts'
import type { SubjectIndex } from '../../lib/subject-index/open-subject-index.ts'
import { writePieces } from './write-pieces.ts'

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
  writePieces(bytes, sizes, matcher.write)
  matcher.end()
  return {
    occurrences: occurrences.sort((x, y) => x.offset - y.offset || x.ordinal - y.ordinal),
    records: matcher.records(),
  }
}
