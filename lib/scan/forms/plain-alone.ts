import type { SubjectIndex } from '../../subject-index/open-subject-index.ts'
import { longestTail } from '../finders/finder.ts'
import { createMatcher } from '../matcher.ts'
import type { Occurrence } from '../occurrence.ts'
import type { FormMatcher } from './form-matcher.ts'

/** The matcher where no form is looked for: a part needs nothing of what is around it. */
export function plainAlone(index: SubjectIndex, onOccurrence: (occurrence: Occurrence) => void): FormMatcher {
  const matcher = createMatcher(index, onOccurrence)
  let written = 0
  return {
    write(bytes) {
      written += bytes.length
      matcher.write(bytes)
    },
    writeNumbers(numbers) {
      const lineBytes = matcher.writeNumbers(numbers)
      written += lineBytes ?? 0
      return lineBytes
    },
    end: matcher.end,
    finish: () => matcher.end(),
    stop() {},
    lossy: () => undefined,
    glued: () => undefined,
    undecided: () => (index.shapes.length === 0 ? written : Math.max(0, written - longestTail(index.shapes))),
    records: matcher.records,
  }
}
