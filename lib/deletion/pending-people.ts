import type { Sink } from '../decode/sink.ts'
import { createFormMatcher, type FormMatcher } from '../scan/forms/form-matcher.ts'
import { defaultForms } from '../scan/forms/form-names.ts'
import { createNameMatcher } from '../scan/names/name-matcher.ts'
import type { Occurrence } from '../scan/occurrence.ts'
import type { SubjectIndex } from '../subject-index/open-subject-index.ts'
import { pendingNumber } from '../subject-index/pending-index.ts'
import { unescaped } from './nested-owner.ts'

/**
 * Calls `onFound`, which may throw, where a content, or a name of a file, has somebody of a `pendingIndexOf` in any form that subjects are found in. A plain
 * number is none in records, for `pendingPeople` to say: digests and tokens have a short one by chance between their letters.
 */
export function watchForPending(pending: SubjectIndex, kind: 'records' | 'file-name', onFound: () => void): Sink {
  let isFound = false
  const note = ({ ordinal, form }: Pick<Occurrence, 'ordinal' | 'form'>) => {
    isFound ||= kind === 'file-name' || form !== undefined || ordinal !== pendingNumber
  }
  const create = (report: (found: Occurrence) => void): FormMatcher => createFormMatcher(pending, defaultForms, report)
  const matcher = kind === 'records' ? create(note) : createNameMatcher(pending, create, note)
  // No matcher is left in the middle of its work: it shares memory with the next ones.
  const tell = () => {
    if (isFound) onFound()
  }
  return {
    write(bytes) {
      matcher.write(bytes)
      tell()
    },
    end() {
      matcher.end()
      tell()
    },
  }
}

/**
 * Whether text of a record names somebody of the manifest whose transfer is not confirmed, as a word or a part of one (`user20001`, `to_20001`): a message, a payment or a journey of two
 * is a record of both, and one of them may have it nowhere else. Escapes are resolved.
 */
export function pendingPeople(isPending: (text: string) => boolean): (text: string) => boolean {
  return (text) => {
    const plain = unescaped(text)
    if (plain === undefined) return true
    const spaced = plain.includes('\\') ? plain.replace(/(?<!\\)\\+[bfnrt]/g, ' ') : plain
    for (const [each] of spaced.matchAll(word))
      if (isPending(each) || (parted.test(each) && partsOf(each).some(isPending))) return true
    return spaced.includes('@') && (spaced.match(address) ?? []).some(isPending)
  }
}

const word = /[A-Za-z0-9_.@%+-]{3,}/g
const parted = /[^A-Za-z0-9]|^[A-Za-z]+[0-9]+$/
const address = /[\w.%+!#$&'*/=?^`{|}~-]{1,254}@[A-Za-z0-9.-]+/g
const ends = /^[._+-]+|(?<![._+-])[._+-]+$/g

const partsOf = (each: string): string[] => [
  each.replace(ends, ''),
  ...each.split(/[.@%+-]/),
  ...each.split(/[.@%+_-]/),
  each.replace(/^[A-Za-z]+(?=[0-9]+$)/, ''),
]
