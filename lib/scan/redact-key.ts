import type { SubjectIndex } from '../subject-index/open-subject-index.ts'
import { createTokenMatcher, type Occurrence, type Token } from './matcher.ts'

export const redacted = '[identifier]'

/**
 * An object key with every subject's identifier replaced by `[identifier]`, and where they are (bytes of the key in
 * UTF-8; controls are nobody's and stay). A key without any comes back as it is.
 */
export function redactKey(key: string, index: SubjectIndex): { shownKey: string; occurrences: Occurrence[] } {
  const tokens = tokensOf(Buffer.from(key, 'utf8'), index)
  return {
    shownKey: tokens.length === 0 ? key : shown(Buffer.from(key, 'utf8'), tokens, index),
    occurrences: tokens.map(({ ordinal, record, offset }) => ({ ordinal, record, offset })),
  }
}

function tokensOf(bytes: Uint8Array, index: SubjectIndex): Token[] {
  const tokens: Token[] = []
  const keep = (token: Token) => {
    if (!index.isControl(token.ordinal)) tokens.push(token)
  }
  // There are many keys and they are short: no more memory than one needs.
  const matcher = createTokenMatcher(index, keep, Math.max(1, bytes.length))
  matcher.write(bytes)
  matcher.end()
  return tokens.sort((x, y) => x.offset - y.offset)
}

/** Overlapping identifiers (an address and the name in it) are shown as one. */
function shown(bytes: Buffer, tokens: readonly Token[], index: SubjectIndex): string {
  let text = ''
  let to = 0
  for (const { offset, length } of tokens) {
    if (offset >= to) text += shownRest(bytes.subarray(to, offset), index) + redacted
    to = Math.max(to, offset + length)
  }
  return text + shownRest(bytes.subarray(to), index)
}

/** What stood beside an identifier was part of a longer run; without that it may read as one itself. */
function shownRest(bytes: Buffer, index: SubjectIndex): string {
  const tokens = tokensOf(bytes, index)
  return tokens.length === 0 ? bytes.toString('utf8') : shown(bytes, tokens, index)
}
