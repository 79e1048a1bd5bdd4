import type { SubjectIndex } from '../../subject-index/open-subject-index.ts'
import type { Workspace } from '../workspace.ts'
import { openKernel } from './open-kernel.ts'

/** A thread needs one for each index: it has a copy of the index's filter. */
const kernels = new WeakMap<SubjectIndex, Workspace | 'none'>()

/** The workspace in the kernel that all matchers of an index share in this thread; undefined where there can be none. */
export function kernelOf(index: SubjectIndex): Workspace | undefined {
  let kernel = kernels.get(index)
  if (kernel === undefined) {
    kernel = openKernel(index) ?? 'none'
    kernels.set(index, kernel)
  }
  return kernel === 'none' ? undefined : kernel
}
