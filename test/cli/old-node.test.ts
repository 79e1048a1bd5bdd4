import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { scratchDirectory } from '../support/scratch.ts'

const older = `data:text/javascript,Object.defineProperty(process.versions, 'node', { value: '18.20.8' })`

/** The program in a place of its own, so that no newer Node.js is beside it but the one that is put there. */
function placeProgram() {
  const place = scratchDirectory()
  mkdirSync(join(place, 'lib/cli'), { recursive: true })
  copyFileSync(fileURLToPath(new URL('../../lib/cli/odv.mjs', import.meta.url)), join(place, 'lib/cli/odv.mjs'))
  const run = () =>
    spawnSync(process.execPath, ['--import', older, join(place, 'lib/cli/odv.mjs'), 'status'], { encoding: 'utf8' })
  return { place, run }
}

it('a Node.js that is too old, with no newer one beside the program, is told what to do', () => {
  const ended = placeProgram().run()
  expect(ended.stderr).toBe(
    'odv: node: expected Node.js 24 or newer, got 18.20.8; npm ci (without --omit=optional) brings one, or install it\n',
  )
  expect(ended.status).toBe(64)
})

it('a signal that ends the newer Node.js ends the older one as well, and is no internal fault', () => {
  const { place, run } = placeProgram()
  mkdirSync(join(place, 'node_modules/.bin'), { recursive: true })
  writeFileSync(join(place, 'node_modules/.bin/node'), '#!/bin/sh\nkill -TERM $$\n', { mode: 0o755 })
  const { status, signal } = run()
  expect([status, signal]).toEqual([null, 'SIGTERM'])
})
