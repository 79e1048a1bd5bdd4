import type { PlacedOccurrence } from '../scan/scan-object.ts'
import type { SubjectIndex } from '../subject-index/open-subject-index.ts'
import { createDistinctOrdinals } from './distinct-ordinals.ts'
import { compareFindings, type Finding, type FindingPlace } from './finding.ts'

/** How many findings of one object version are listed; all are counted. */
export const listedFindings = 100

/** Gathers the findings of one object version: exact count, distinct subjects, and the first places, in whatever order they come. */
export function createCollector(seq: number, index: Pick<SubjectIndex, 'tagOf' | 'isControl'>) {
  const ordinals = createDistinctOrdinals()
  let kept: Kept[] = []
  let count = 0

  return {
    /** Answers whether it is among the first so far: what is known of its place when the scan has ended is listed. */
    add(place: FindingPlace, occurrence: Occurrence): boolean {
      // A synthetic identifier outside the planted samples is chance, and nobody's data.
      if (index.isControl(occurrence.ordinal)) return false
      ordinals.add(occurrence.ordinal)
      count++
      const found: Kept = { place, path: occurrence.path, offset: occurrence.offset, occurrence }
      const last = kept.at(-1)
      if (kept.length === listedFindings && compareKept(found, last!) >= 0) return false
      const at = kept.findLastIndex((each) => compareKept(each, found) <= 0) + 1
      kept.splice(at, 0, found)
      if (kept.length > listedFindings) kept = kept.slice(0, listedFindings)
      return true
    },
    /** Who was found: each once, ascending. */
    ordinals: ordinals.sorted,
    get listed(): readonly Finding[] {
      return kept.map(({ place, occurrence: { path, record, offset, ordinal, form, where } }) => ({
        seq,
        place,
        path,
        record,
        offset,
        tag: index.tagOf(ordinal),
        ...(form !== undefined && { form }),
        ...(where !== undefined && { where }),
      }))
    },
    get count() {
      return count
    },
  }
}

type Occurrence = Omit<PlacedOccurrence, 'content'>
type Kept = Pick<Finding, 'place' | 'path' | 'offset'> & { readonly occurrence: Occurrence }

const compareKept = (a: Kept, b: Kept) => compareFindings(a, b) || a.occurrence.ordinal - b.occurrence.ordinal
