import type { SubjectIndex } from '../subject-index/open-subject-index.ts'
import { createTokenMatcher, type Occurrence, type Token } from './matcher.ts'

export const redacted = '[identifier]'

/** Where in an object key identifiers of subjects are: bytes of the key in UTF-8. Controls are nobody's. */
export function findInKey(key: string, index: SubjectIndex): Occurrence[] {
  return tokensOf(Buffer.from(key, 'utf8'), index).map(({ ordinal, record, offset }) => ({ ordinal, record, offset }))
}

/**
 * An object key with every identifier of the manifest replaced by `[identifier]`: those that the scan finds, those that
 * stand between other words (`jane.doe.csv`, `jane_doe_2026`), which the scan takes for other identifiers, and those
 * whose transfer is not confirmed. Controls stay. A key without any comes back as it is.
 */
export function redactKey(key: string, index: SubjectIndex): string {
  return shown(Buffer.from(key, 'utf8'), index) ?? key
}

type Place = { offset: number; length: number }

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

/** Absent when there is nothing to hide. Overlapping identifiers (an address and the name in it) are shown as one. */
function shown(bytes: Buffer, index: SubjectIndex): string | undefined {
  const places = [...tokensOf(bytes, index), ...listedBetween(bytes, index)].sort((x, y) => x.offset - y.offset)
  if (places.length === 0) return undefined
  // What stood beside an identifier was part of a longer run; without that it may read as one itself.
  const rest = (from: number, to?: number) => {
    const piece = bytes.subarray(from, to)
    return shown(piece, index) ?? piece.toString('utf8')
  }
  let text = ''
  let to = 0
  for (const { offset, length } of places) {
    if (offset >= to) text += rest(to, offset) + redacted
    to = Math.max(to, offset + length)
  }
  return text + rest(to)
}

const printable = /[!-.0-~]+/g
/** Between a letter or digit and anything else. */
const boundary = /(?<![A-Za-z0-9])(?=[A-Za-z0-9])|(?<=[A-Za-z0-9])(?![A-Za-z0-9])|(?<=_)|(?=_)/g

/** Texts from one boundary of words to another that the manifest lists, within a name of the path. */
function listedBetween(bytes: Buffer, index: SubjectIndex): Place[] {
  const places: Place[] = []
  for (const { 0: name, index: at } of bytes.toString('latin1').matchAll(printable)) {
    const cuts = [...new Set([...name.matchAll(boundary)].map((match) => match.index))]
    for (const [order, from] of cuts.entries())
      for (const to of cuts.slice(order + 1))
        if (to - from >= 3 && index.isListed(name.slice(from, to)))
          places.push({ offset: at + from, length: to - from })
  }
  return places
}
