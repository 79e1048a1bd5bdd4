import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'

/**
 * Directories for the tests of one file, which may run at once: they live as long as the file's tests. Every user may
 * enter them.
 */
const root = mkdtempSync(join(tmpdir(), 'odv-test-'))
chmodSync(root, 0o777)
afterAll(() => rmSync(root, { recursive: true, force: true }))

/** Where child processes keep what they compiled, which is half of what a small command takes. */
export const compileCache = join(root, 'compile-cache')

export function scratchDirectory(): string {
  const directory = mkdtempSync(join(root, 'x-'))
  chmodSync(directory, 0o777)
  return directory
}
