import { chmodSync, writeFileSync } from 'node:fs'
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
      new UsageInvalid('scan closed: expected a directory that can be listed, got no right to it (EACCES)'),
    )
  })

  it.each([
    ['before it begins', 0],
    ['while it reads a long manifest', 500],
  ])('that is interrupted %s says so, and gives up the manifest', async (_, milliseconds) => {
    const cwd = scratchDirectory()
    writeFiles(cwd, { 'store/a': 'nobody' })
    writeFileSync(join(cwd, 'ids.txt'), Buffer.alloc(200_000_000, '83201571930264\n'))
    const interruption = new AbortController()
    const lines: object[] = []
    const said: string[] = []
    const terminal = {
      ...silent,
      emit: (line: object) => void lines.push(line),
      warn: (text: string) => void said.push(text),
    }
    const printed: string[] = []
    const scanning = scanCommand(
      { manifest: 'ids.txt', indexes: [], cwd, signal: interruption.signal, paths: ['store'] },
      { ...terminal, print: (text = '') => void printed.push(text) },
    )
    setTimeout(() => interruption.abort(), milliseconds)
    expect(await scanning).toBe(130)
    expect({ lines, said, printed }).toEqual({
      lines: [{ kind: 'interrupted' }],
      said: ['scan: interrupted; what it had not read to the end by then is not shown'],
      printed: [],
    })
  })
})
