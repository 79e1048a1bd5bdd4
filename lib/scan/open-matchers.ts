import { isNames } from '../decode/content-path.ts'
import type { OpenSink } from '../decode/sink.ts'
import type { SubjectIndex } from '../subject-index/open-subject-index.ts'
import { createFormMatcher, type FormMatcher, type FormOccurrence } from './forms/form-matcher.ts'
import { multibyte } from './forms/multibyte-form.ts'
import { createNameMatcher } from './name-matcher.ts'
import type { PlacedOccurrence, Sought } from './scan-object.ts'

/** Sinks that look for every identifier, plain and in these forms. `stop` ends those whose content has no end, and counts lines. */
export function openMatchers(
  index: SubjectIndex,
  forms: readonly string[],
  sought: Sought,
  onOccurrence: (occurrence: PlacedOccurrence) => void,
): { open: OpenSink; stop(): { records: number } } {
  /** Contents that are not at their end; there may be many of them in one object, one after the other. */
  const unended = new Set<FormMatcher>()
  let records = 0
  let contents = 0
  const open: OpenSink = (path) => {
    const content = contents++
    const report = (occurrence: FormOccurrence) => {
      if (sought === 'subjects' && index.isControl(occurrence.ordinal)) return
      onOccurrence({ ...occurrence, path, content })
    }
    const create = (onFound: (occurrence: FormOccurrence) => void) => createFormMatcher(index, forms, onFound)
    const matcher = isNames(path) ? createNameMatcher(index, create, report) : create(report)
    unended.add(matcher)
    const close = () => {
      unended.delete(matcher)
      records += matcher.records
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
      for (const matcher of unended) {
        matcher.stop()
        records += matcher.records
      }
      unended.clear()
      return { records }
    },
  }
}
