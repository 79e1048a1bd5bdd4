import type { IndexPart } from '../../subject-index/open-subject-index.ts'
import type { Workspace } from '../workspace.ts'
import { openKernel } from './open-kernel.ts'

/** A thread needs one for each part of an index: it has a copy of the part's filter. */
const kernels = new WeakMap<IndexPart, Workspace | 'none'>()

/** The workspace in the kernel for a part of an index, one in this thread; undefined where there can be none. */
export function kernelOf(index: IndexPart): Workspace | undefined {
  let kernel = kernels.get(index)
  if (kernel === undefined) {
    kernel = openKernel(index) ?? 'none'
    kernels.set(index, kernel)
  }
  return kernel === 'none' ? undefined : kernel
}
