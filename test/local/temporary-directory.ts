import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** A directory that lives as long as the test. Every user may enter it, so that a test can step down from root. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'odv-test-'))
  chmodSync(directory, 0o777)
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}
