import { isNames } from '../decode/content-path.ts'
import type { OpenSink } from '../decode/sink.ts'
import type { Gap } from '../decode/unverified.ts'
import type { SubjectIndex } from '../subject-index/open-subject-index.ts'
import { createFormMatcher, type FormMatcher, type FormOccurrence } from './forms/form-matcher.ts'
import { multibyte } from './forms/multibyte-form.ts'
import { lossyGaps } from './lossy-gap.ts'
import { createNameMatcher } from './name-matcher.ts'
import type { PlacedOccurrence, Sought } from './scan-object.ts'

/** One is enough; a hostile object must not fill the memory with them. */
const mostGaps = 10

/** Sinks that look for every identifier, plain and in these forms. `stop` ends those whose content has no end, and counts lines.
 * `gaps`: contents with numbers that have lost digits. */
export function openMatchers(
  index: SubjectIndex,
  forms: readonly string[],
  sought: Sought,
  onOccurrence: (occurrence: PlacedOccurrence) => void,
): { open: OpenSink; stop(): { records: number; gaps: Gap[] } } {
  /** Contents that are not at their end; there may be many of them in one object, one after the other. */
  const unended = new Map<FormMatcher, readonly string[]>()
  const gaps: Gap[] = []
  let records = 0
  const count = (matcher: FormMatcher, path: readonly string[]): void => {
    records += matcher.records
    if (gaps.length < mostGaps) gaps.push(...lossyGaps(matcher, path))
  }
  let contents = 0
  const open: OpenSink = (path) => {
    const content = contents++
    const report = (occurrence: FormOccurrence) => {
      if (sought === 'subjects' && index.isControl(occurrence.ordinal)) return
      onOccurrence({ ...occurrence, path, content })
    }
    const create = (onFound: (occurrence: FormOccurrence) => void) => createFormMatcher(index, forms, onFound)
    const matcher = isNames(path) ? createNameMatcher(index, create, report) : create(report)
    unended.set(matcher, path)
    const close = () => {
      unended.delete(matcher)
      count(matcher, path)
    }
    return {
      readsEightBit: forms.includes(multibyte.name),
      write: matcher.write,
      end() {
        matcher.end()
        close()
      },
      stop() {
        matcher.stop()
        close()
      },
    }
  }
  return {
    open,
    stop() {
      for (const [matcher, path] of unended) {
        matcher.stop()
        count(matcher, path)
      }
      unended.clear()
      return { records, gaps }
    },
  }
}
