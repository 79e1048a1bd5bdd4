import type { SubjectIndex } from '../subject-index/open-subject-index.ts'
import { openKernel } from './kernel/open-kernel.ts'
import type { Workspace } from './workspace.ts'

/** A thread needs one for each index: it has a copy of its filters. */
const workspaces = new WeakMap<SubjectIndex, Workspace | 'none'>()

/** The workspace in the kernel that all matchers of an index share in this thread; undefined where there can be none. */
export function workspaceOf(index: SubjectIndex): Workspace | undefined {
  let workspace = workspaces.get(index)
  if (workspace === undefined) {
    workspace = openKernel(index) ?? 'none'
    workspaces.set(index, workspace)
  }
  return workspace === 'none' ? undefined : workspace
}
