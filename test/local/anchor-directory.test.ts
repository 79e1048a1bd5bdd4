import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { anchorDirectory } from '../../lib/local/anchor-directory.ts'
import { anchorContract } from '../contracts/anchor.ts'
import { temporaryDirectory } from './temporary-directory.ts'

anchorContract('a directory', async () => anchorDirectory(join(temporaryDirectory(), 'anchor')))

describe('an anchor in a directory', () => {
  it('does not take an unfinished or foreign file for a checkpoint', async () => {
    const directory = temporaryDirectory()
    const anchor = anchorDirectory(directory)
    await anchor.add(1, 'note')
    for (const name of ['.tmp-00', 'zzz', '0000000000000009.checkpoint.bak', '9.checkpoint'])
      writeFileSync(join(directory, name), 'foreign')
    expect(await anchor.latest()).toBe('note')
  })
})
