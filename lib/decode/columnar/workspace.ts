import type { Means } from '../means.ts'
import { type PageKernel, releasePageKernel, takePageKernel } from './kernel/page-kernel.ts'
import { createOut, type Out } from './text-content.ts'

/** What the columns of a file are read with, one after the other. `out`: the kernel's buffer where there is one. */
export type Workspace = { readonly out: Out; readonly kernel?: PageKernel }

/** Reads with a workspace that nobody else uses meanwhile. */
export async function withWorkspace(means: Means, read: (workspace: Workspace) => Promise<void>): Promise<void> {
  const kernel = means === 'plain' ? undefined : takePageKernel()
  try {
    await read(kernel === undefined ? { out: createOut() } : { out: kernel.out, kernel })
  } finally {
    if (kernel !== undefined) releasePageKernel(kernel)
  }
}
