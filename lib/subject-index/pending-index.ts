import { passesAll } from './filter.ts'
import { isPending, type SubjectIndex } from './open-subject-index.ts'
import { shapeCodes, shapesInOrder } from './shape-code.ts'

const none = -1
/** Which ones these numbers have is not known. */
const anyByte = Array.from({ length: 256 }, (_, byte) => byte)

/** What stands for all numbers of such an index. */
export const pendingNumber = shapeCodes.decimal

/**
 * The same index with its parts exchanged: the entries, told by their shape alone, are the identifiers whose transfer is not confirmed, so that whoever
 * searches it finds these in every form that a subject is found in, but for digests. It has no filter that says of most runs that they are none, so
 * each one of a length that occurs is looked up. Undefined: there are none.
 */
export function pendingIndexOf(index: SubjectIndex): SubjectIndex | undefined {
  if (index.pending === 0) return undefined
  const find = (shapeCode: number, bytes: Uint8Array, start: number, length: number): number => {
    if (!index.hasPending(shapeCode, bytes, start, length)) return none
    const shape = shapesInOrder[shapeCode - shapeCodes.decimal]!
    const ordinal = index.ordinalOf(shape, bytes.subarray(start, start + length))
    return ordinal === -1 || index.isControl(ordinal) ? shapeCode : none
  }
  return {
    ...index,
    subjects: index.pending,
    entries: shapesInOrder.length + 1,
    shapes: index.pendingShapes,
    highBytes: anyByte,
    controls: [],
    hashed: undefined,
    parts: [{ filter: passesAll, confirm: find }],
    ordinalOf(shape, canonical) {
      const bytes = Uint8Array.from(typeof canonical === 'string' ? Buffer.from(canonical) : canonical)
      return find(shapeCodes[shape], bytes, 0, bytes.length)
    },
    isControl: () => false,
    isListed: (text) => isPending(index, text),
  }
}
