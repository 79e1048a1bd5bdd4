import type { SubjectIndex } from '../subject-index/open-subject-index.ts'
import { createTokenMatcher, type Occurrence, type Token } from './matcher.ts'

export const redacted = '[identifier]'

/**
 * An object key with every subject's identifier replaced by `[identifier]`, and where they are (bytes of the key in
 * UTF-8; controls are nobody's and stay). A key without any comes back as it is.
 */
export function redactKey(key: string, index: SubjectIndex): { shownKey: string; occurrences: Occurrence[] } {
  const bytes = Buffer.from(key, 'utf8')
  const tokens: Token[] = []
  const matcher = createTokenMatcher(index, (token) => {
    if (!index.isControl(token.ordinal)) tokens.push(token)
  })
  matcher.write(bytes)
  matcher.end()
  if (tokens.length === 0) return { shownKey: key, occurrences: [] }
  let shownKey = ''
  let shownTo = 0
  for (const { offset, length } of tokens.sort((x, y) => x.offset - y.offset)) {
    // Overlapping identifiers (an address and the name in it) are shown as one.
    if (offset >= shownTo) shownKey += bytes.toString('utf8', shownTo, offset) + redacted
    shownTo = Math.max(shownTo, offset + length)
  }
  return {
    shownKey: shownKey + bytes.toString('utf8', shownTo),
    occurrences: tokens.map(({ ordinal, record, offset }) => ({ ordinal, record, offset })),
  }
}
