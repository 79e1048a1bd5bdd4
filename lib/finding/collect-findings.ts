import type { Finding } from './finding.ts'

/** How many findings of one object version are listed; all are counted. */
export const listedFindings = 100

/** Gathers the findings of one object version: exact count, distinct subjects, and the first places. */
export function createCollector(seq: number, subjectOf: (ordinal: number) => { tag: string; control: boolean }) {
  const ordinals = new Set<number>()
  const listed: Finding[] = []
  let count = 0
  return {
    add(
      place: Finding['place'],
      occurrence: { ordinal: number; record: number; offset: number; path: readonly string[]; form?: string },
    ): void {
      const subject =
        listed.length < listedFindings || !ordinals.has(occurrence.ordinal) ? subjectOf(occurrence.ordinal) : undefined
      // A synthetic identifier outside the planted samples is chance, and nobody's data.
      if (subject?.control) return
      ordinals.add(occurrence.ordinal)
      count++
      if (subject && listed.length < listedFindings)
        listed.push({
          seq,
          place,
          path: occurrence.path,
          record: occurrence.record,
          offset: occurrence.offset,
          tag: subject.tag,
          ...(occurrence.form !== undefined && { form: occurrence.form }),
        })
    },
    ordinals: ordinals as ReadonlySet<number>,
    listed: listed as readonly Finding[],
    get count() {
      return count
    },
  }
}
