import type { Label } from '../../ports.ts'
import { findInKey } from '../../scan/names/redact-key.ts'
import type { SubjectIndex } from '../../subject-index/open-subject-index.ts'
import { pendingIndexOf } from '../../subject-index/pending-index.ts'

/** Whether what a store keeps beside the bytes of a version names somebody of the manifest whose transfer is not confirmed. */
export function namesPending(labels: readonly Label[], index: SubjectIndex): boolean {
  const pending = labels.length === 0 ? undefined : pendingIndexOf(index)
  return pending !== undefined && labels.some(({ text }) => findInKey(text, pending).length > 0)
}
