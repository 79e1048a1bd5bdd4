import { canonicalOf, type Shape } from '../../manifest/identifier.ts'
import type { SubjectIndex } from '../../subject-index/open-subject-index.ts'
import type { Occurrence } from '../occurrence.ts'
import { spellings } from './spellings.ts'

type ReferencePlace = Omit<Occurrence, 'record'> & { length: number }

/**
 * The slow and obvious matcher: the whole content at once, one regular expression for each shape, no filter by length,
 * escapes told by looking back from every byte, nothing shared with the fast one. What the fast one finds must be this, in this order (offset, then ordinal).
 */
export function referenceMatches(index: SubjectIndex, content: Uint8Array): Occurrence[] {
  const text = textOf(content)
  return referencePlaces(index, content).map(({ ordinal, offset }) => ({
    ordinal,
    offset,
    record: text.slice(0, offset).split('\n').length,
  }))
}

/** The same without lines, and with how many bytes each has. */
export function referencePlaces(index: SubjectIndex, content: Uint8Array): ReferencePlace[] {
  const text = textOf(content)
  const found: ReferencePlace[] = []
  for (const { shape, lengths } of index.shapes) {
    const longest = Math.max(...lengths)
    /** Words come again and again. */
    const known = new Map<string, number>()
    for (const [offset, spelling] of spellings[shape](text, longest)) {
      const ordinal =
        known.get(spelling) ?? (shape === 'uuid' ? uuidOrdinal(index, spelling) : ordinalOf(index, shape, spelling))
      known.set(spelling, ordinal)
      if (ordinal !== -1) found.push({ ordinal, offset, length: spelling.length })
    }
  }
  return found.sort((x, y) => x.offset - y.offset || x.ordinal - y.ordinal)
}

/** Numbers with zeros on the left, each without one to all of them, as the form `padded` is. */
export function paddedPlaces(index: SubjectIndex, content: Uint8Array): Pick<Occurrence, 'ordinal' | 'offset'>[] {
  return spellings.decimal(textOf(content), 0).flatMap(([offset, digits]) =>
    Array.from({ length: /^0*/.exec(digits)![0].length }, (_, zero) => ({
      ordinal: ordinalOf(index, 'decimal', digits.slice(zero + 1)),
      offset: offset + zero + 1,
    })).filter(({ ordinal }) => ordinal !== -1),
  )
}

/** One character for each byte, so that places in the text are places in the content. */
function textOf(content: Uint8Array): string {
  return Buffer.from(content.buffer, content.byteOffset, content.byteLength).toString('latin1')
}

/** Lines, counted like the fast matcher counts them: a last one needs no newline. */
export function referenceRecords(content: Uint8Array): number {
  const lines = Buffer.from(content).toString('latin1').split('\n')
  return lines.length - (lines.at(-1) === '' ? 1 : 0)
}

function ordinalOf(index: SubjectIndex, shape: Shape, spelling: string): number {
  const result = canonicalOf(spelling, index.caseRule)
  return 'problem' in result || result.shape !== shape ? -1 : index.ordinalOf(shape, result.canonical)
}

/** One of decimal digits only may be a decimal number in the manifest, since it was written there without hyphens. */
function uuidOrdinal(index: SubjectIndex, spelling: string): number {
  const plain = spelling.replace(/[-_]/g, '').toLowerCase()
  const ordinal = index.ordinalOf('uuid', plain)
  return ordinal === -1 && spelling !== plain && /^[0-9]+$/.test(plain) ? index.ordinalOf('decimal', plain) : ordinal
}
