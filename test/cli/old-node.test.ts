import { spawnSync } from 'node:child_process'
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { scratchDirectory } from '../support/scratch.ts'

it('a Node.js that is too old, with no newer one beside the program, is told what to do', () => {
  const place = scratchDirectory()
  copyFileSync(fileURLToPath(new URL('../../lib/cli/odv.mjs', import.meta.url)), join(place, 'odv.mjs'))
  const older = `data:text/javascript,Object.defineProperty(process.versions, 'node', { value: '18.20.8' })`
  const ended = spawnSync(process.execPath, ['--import', older, join(place, 'odv.mjs'), 'status'], { encoding: 'utf8' })
  expect(ended.stderr).toBe(
    'odv: node: expected Node.js 24 or newer, got 18.20.8; npm ci (without --omit=optional) brings one, or install it\n',
  )
  expect(ended.status).toBe(64)
})
