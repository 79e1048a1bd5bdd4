import type { Opened } from '../../ports.ts'
import { findInKey } from '../../scan/names/redact-key.ts'
import type { PendingLabels } from '../../scan/outcome.ts'
import type { SubjectIndex } from '../../subject-index/open-subject-index.ts'
import { pendingIndexOf } from '../../subject-index/pending-index.ts'

type Labelled = Pick<Extract<Opened, { kind: 'opened' }>, 'labels' | 'gap'>

/** What keeps a version from being deleted of all that a store keeps beside its bytes; undefined: nothing, as far as it was read. */
export function pendingLabelsOf({ labels, gap }: Labelled, index: SubjectIndex): PendingLabels | undefined {
  const pending = pendingIndexOf(index)
  if (pending === undefined) return undefined
  if (labels.some(({ text }) => findInKey(text, pending).length > 0)) return 'named'
  return gap && 'unread'
}
