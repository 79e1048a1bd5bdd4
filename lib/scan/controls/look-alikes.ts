import type { SubjectIndex } from '../../subject-index/open-subject-index.ts'
import { base64Length, hexLength, isBase64Digest } from '../finders/digest-finders.ts'
import { endsEscape } from '../finders/escapes.ts'

/** `length` bytes from `offset`. */
export type Span = { offset: number; length: number }

/**
 * What has the shape of the manifest's decimal numbers (and one of their lengths), UUIDs or e-mail addresses (of any
 * length), or of digests where identifiers are looked for in hashed forms, whoever's it is: a name may hold the identifier of somebody who
 * has not been transferred. Handles have no shape of their own: any word would be one.
 */
export function findLookAlikes(bytes: Buffer, index: SubjectIndex): Span[] {
  // One character for each byte, so that places in the text are places in the name.
  const text = bytes.toString('latin1')
  const hexLengths = index.hashed?.lengths.map(hexLength) ?? []
  const digests =
    hexLengths.length === 0 ? [] : spansOf(text, /[0-9a-f]+/gi).flatMap((run) => alike(bytes, run, hexLengths))
  const grouped16 = index.hashed?.lengths.includes(16) ? spansOf(text, grouped) : []
  return [...digests, ...grouped16, ...base64Digests(bytes, text, index), ...alikesOf(bytes, text, index)]
}

/**
 * Digests in base64 as they are found in content, of whomever. Words of a path that happen to be as long are left where no digest would look
 * like them: one has capitals and small letters (of 16 bytes all but one in 100,000, of longer ones fewer lack either) and is of one alphabet.
 */
function base64Digests(bytes: Buffer, text: string, { hashed }: SubjectIndex): Span[] {
  const lengths = hashed?.lengths.map(base64Length) ?? []
  if (lengths.length === 0) return []
  return spansOf(text, /[A-Za-z0-9+/_-]+/g).flatMap((run) => {
    const found: Span[] = []
    const end = run.offset + run.length
    for (let offset = run.offset; offset < end; offset++)
      for (const length of lengths)
        if (offset + length <= end && isBase64Digest(bytes, { offset, length, from: run.offset })) {
          const written = text.slice(offset, offset + length)
          const isMixed = /[A-Z]/.test(written) && /[a-z]/.test(written)
          if (/^[A-Za-z0-9]+$/.test(written) || (isMixed && !/[+/].*[-_]|[-_].*[+/]/.test(written)))
            found.push({ offset, length })
        }
    return found
  })
}

function alikesOf(bytes: Buffer, text: string, index: SubjectIndex): Span[] {
  return index.shapes.flatMap(({ shape, lengths }) => {
    switch (shape) {
      case 'decimal':
        return spansOf(text, /[0-9]+/g).flatMap((run) => alike(bytes, run, lengths))
      case 'uuid':
        return [...spansOf(text, grouped), ...spansOf(text, /[0-9a-f]+/gi).flatMap((run) => alike(bytes, run, [32]))]
      case 'email':
        return atSign.test(text) ? spansOf(text, address) : []
      case 'handle':
      case 'dotted':
        return []
      default:
        return shape satisfies never
    }
  })
}

/** What of a run, itself or behind an escape that it begins with, has one of these lengths. */
function alike(bytes: Buffer, { offset, length }: Span, lengths: readonly number[]): Span[] {
  return lengths
    .filter((each) => each === length || (each < length && endsEscape(bytes, offset + length - each)))
    .map((each) => ({ offset: offset + length - each, length: each }))
}

const grouped = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi
const atSign = /@|%(?:25){0,8}40/
/** Also percent-encoded, once or again, as in names of files. A local part does not reach over what separates the parts of a path and of a query. */
const address = /[A-Za-z0-9._%+\-!#$'*^`{|}~]+(?:@|%(?:25){0,8}40)[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?/g

function spansOf(text: string, pattern: RegExp): Span[] {
  return Array.from(text.matchAll(pattern), (match) => ({ offset: match.index, length: match[0].length }))
}
