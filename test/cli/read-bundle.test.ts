import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { readPins } from '../../lib/cli/read-bundle.ts'
import { writeFiles } from '../support/sample-files.ts'
import { scratchDirectory } from '../support/scratch.ts'

const pins = (given: { keys?: string[]; authorities?: string[]; since?: string }) => {
  const cwd = scratchDirectory()
  writeFiles(cwd, { 'bundle/keys/log.pem': 'of the bundle', 'bundle-keys/log.pem': 'own' })
  symlinkSync('bundle', join(cwd, 'link'))
  return readPins({ keys: [], authorities: [], ...given, cwd }, 'link')
}

it('takes keys, authorities and checkpoints from beside a bundle', async () => {
  const own = 'bundle-keys/log.pem'
  expect(await pins({ keys: [own], authorities: [own], since: own })).toEqual({
    pinnedKeys: ['own'],
    pinnedAuthorities: ['own'],
    since: 'own',
  })
})

it('refuses those of the bundle itself, which would be said to hold', async () => {
  for (const path of ['bundle/keys/log.pem', 'link/keys/log.pem'])
    for (const given of [{ keys: [path] }, { authorities: [path] }, { since: path }])
      await expect(pins(given)).rejects.toThrow('expected a copy that you have from another source')
})
