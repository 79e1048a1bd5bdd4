import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'

/**
 * Directories for the tests of one file, which may run at once: they live as long as the file's tests. Every user may
 * enter them.
 */
let root = newRoot()
afterAll(() => rmSync(root, { recursive: true, force: true }))

function newRoot(): string {
  const directory = mkdtempSync(join(tmpdir(), 'odv-test-'))
  chmodSync(directory, 0o777)
  return directory
}

export function scratchDirectory(): string {
  // Of suites that follow one another in a process only the first one loads this; what the others write is gone with the run.
  if (!existsSync(root)) root = newRoot()
  const directory = mkdtempSync(join(root, 'x-'))
  chmodSync(directory, 0o777)
  return directory
}
