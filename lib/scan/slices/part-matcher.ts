import type { SubjectIndex } from '../../subject-index/open-subject-index.ts'
import { openFixedWidth } from '../fixed-width/fixed-width.ts'
import { contextFor, createFormMatcher, type FormMatcher } from '../forms/form-matcher.ts'
import { showPlace } from '../open-matchers.ts'
import { createPlaceKeeper, type TextPart } from '../places/place-keeper.ts'
import type { OnOccurrence, PlacedOccurrence } from '../scan-object.ts'

/** Finds what is in a part of a text. `finish`: with what is behind the part, and whether the text ends with that. */
export type PartMatcher = Pick<FormMatcher, 'write' | 'stop' | 'records' | 'lossy' | 'glued'> & {
  finish(after: Uint8Array, isEnd: boolean): void
}

/** What is before the part (`TextPart`) has at least the bytes that decide what is found, and those of a line that reaches into it. */
export function createPartMatcher(
  { index, forms, path }: { index: SubjectIndex; forms: readonly string[]; path: readonly string[] },
  part: TextPart,
  onOccurrence: OnOccurrence,
): PartMatcher {
  const keeper = createPlaceKeeper(part)
  const fields = openFixedWidth(index, forms, part)
  const matcher = createFormMatcher(
    index,
    forms,
    (occurrence) => {
      if (index.isControl(occurrence.ordinal)) return
      const placed: PlacedOccurrence = { ...occurrence, offset: part.start + occurrence.offset, path, content: 0 }
      if (onOccurrence(placed) === true) keeper.want({ ...placed, tell: (place) => showPlace(placed, place, index) })
    },
    { before: part.before.subarray(Math.max(0, part.before.length - contextFor(index, forms))), fields },
  )
  return {
    write(bytes) {
      matcher.write(bytes)
      keeper.passed(bytes, part.start + matcher.undecided())
    },
    finish(after, isEnd) {
      matcher.finish(after)
      keeper.end(after, isEnd)
    },
    stop: matcher.stop,
    records: matcher.records,
    lossy: matcher.lossy,
    glued: matcher.glued,
  }
}
