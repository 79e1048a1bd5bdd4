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

export function scratchDirectory(): string {
  const directory = mkdtempSync(join(root, 'x-'))
  chmodSync(directory, 0o777)
  return directory
}
