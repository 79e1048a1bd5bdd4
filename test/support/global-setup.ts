import { chmodSync, mkdtempSync, rmSync, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { stopRadosgw } from './radosgw.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the test files of one `vitest run` leave the bundles of the functions for one another. */
    bundles: string
  }
}

/** All that the tests write goes into one directory, which is gone afterwards. */
export default function setup({ provide }: TestProject): () => void {
  const directory = mkdtempSync(join(memoryDirectory() ?? tmpdir(), 'odv-tests-'))
  // Some tests are another user for a while.
  chmodSync(directory, 0o755)
  process.env.TMPDIR = directory
  provide('bundles', mkdtempSync(join(directory, 'bundles-')))
  return () => {
    stopRadosgw(directory)
    rmSync(directory, { recursive: true, force: true })
  }
}

/**
 * Tests write thousands of small files that the product flushes one by one: on a disk they would wait for it most of the time. No test
 * pulls the plug, so memory says the same.
 */
function memoryDirectory(): string | undefined {
  const directory = '/dev/shm'
  try {
    const { bavail, bsize } = statfsSync(directory)
    return bavail * bsize > 4 * 2 ** 30 ? directory : undefined
  } catch {
    return undefined
  }
}
