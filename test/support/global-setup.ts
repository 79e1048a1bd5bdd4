import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the test files of one `vitest run` leave the bundles of the functions for one another. */
    bundles: string
  }
}

export default function setup({ provide }: TestProject): () => void {
  const bundles = mkdtempSync(join(tmpdir(), 'odv-bundles-'))
  provide('bundles', bundles)
  return () => rmSync(bundles, { recursive: true, force: true })
}
