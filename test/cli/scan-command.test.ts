import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { scanCommand } from '../../lib/cli/commands/scan-command.ts'
import { UsageInvalid } from '../../lib/errors.ts'
import { asUnprivileged } from '../local/as-unprivileged.ts'
import { manifestText, writeFiles } from '../support/sample-files.ts'
import { scratchDirectory } from '../support/scratch.ts'

const silent = { json: true, print() {}, progress() {}, warn() {}, emit() {} }

describe('odv scan', () => {
  it('names a directory that may not be listed, before anything is scanned', async () => {
    const cwd = scratchDirectory()
    writeFiles(cwd, { 'ids.csv': manifestText, 'open/a': '', 'closed/a': '' })
    chmodSync(join(cwd, 'closed'), 0o311)
    const options = { manifest: 'ids.csv', indexes: [], cwd, signal: new AbortController().signal }
    const scanning = asUnprivileged(() => scanCommand({ ...options, paths: ['open', 'closed'] }, silent))
    await expect(scanning).rejects.toThrow(
      new UsageInvalid('scan closed: expected a directory that can be listed, got EACCES'),
    )
  })
})
