import type { PlaceOfRow } from '../../database/row-writer.ts'
import { DecodingStopped } from '../../decoding.ts'
import type { Step } from '../../format-place.ts'
import { readDocument } from './read-document.ts'

/** Bytes of documents that are kept in mind: more than what is in the rows that somebody asks about, unless they hold long values. */
const mostKept = 2 ** 23

/** Tells which field of a document a cell of its row is, by reading the document once more, which is kept for a while. */
export type DocumentPlaces = {
  /** Keeps a document; returns its row's mark. */
  add(document: Buffer): number
  readonly placeOf: PlaceOfRow
}

export function documentPlaces(): DocumentPlaces {
  let kept: Buffer[] = []
  /** Of `kept`, those before are forgotten; and the mark of the first one. */
  let oldest = 0
  let firstMark = 1
  let keptBytes = 0

  return {
    add(document) {
      kept.push(document)
      keptBytes += document.length
      while (keptBytes > mostKept) keptBytes -= kept[oldest++]!.length
      if (oldest * 2 > kept.length) {
        kept = kept.slice(oldest)
        firstMark += oldest
        oldest = 0
      }
      return firstMark + kept.length - 1
    },
    placeOf(mark, cell) {
      const at = mark - firstMark
      const document = at >= oldest ? kept[at] : undefined
      const field = document === undefined || cell === undefined ? undefined : fieldOf(document, cell)
      return field && { field }
    },
  }
}

/** The field that cell `wanted` of a document's row has the value of. */
function fieldOf(document: Buffer, wanted: number): readonly Step[] | undefined {
  const trail: Step[] = []
  let count = 0
  let field: readonly Step[] | undefined
  const see = () => {
    if (count++ === wanted) field = [...trail]
  }
  // It was read before: nothing is wrong with it.
  const stop = () => new DecodingStopped('corrupt', [], 0, 'bson: expected a document')
  readDocument(document, { values: { ascii: see, text: see, binary: see, lossy() {} }, trail, stop })
  return field
}
