import { spawnSync } from 'node:child_process'
import { closeSync, existsSync, openSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const program = fileURLToPath(new URL('../../lib/cli/odv.mjs', import.meta.url))
/** Of Linux: a file that is always full. */
const full = '/dev/full'

it.skipIf(!existsSync(full))(`output that could not be written whole is named, and is no success (${full})`, () => {
  const output = openSync(full, 'w')
  const { status, stderr } = spawnSync(process.execPath, [program, 'formats'], {
    stdio: ['ignore', output, 'pipe'],
    encoding: 'utf8',
  })
  closeSync(output)
  expect(stderr).toBe('odv: standard output: expected it to be written whole, got ENOSPC\n')
  expect(status).toBe(70)
})
