import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { odv, startOdv } from '../support/odv.ts'
import { scratchDirectory } from '../support/scratch.ts'

/** Throws as soon as the program says who catches it; otherwise never. */
const thrower = `data:text/javascript,const timer = setInterval(() => {
  if (process.listenerCount('uncaughtException') === 0) return
  clearInterval(timer)
  throw new Error('bob' + '@example.org')
}, 1)`.replaceAll('\n', '%0A')

it('what nobody catches ends with the code of a fault, not with that of a finding, and quotes nothing', async () => {
  const env = { NODE_OPTIONS: `--import="${thrower.replaceAll('\\', '\\\\')}"` }
  const { code, stdout, stderr } = await startOdv(scratchDirectory(), ['formats'], env).ended
  expect(stderr).toMatch(/^odv: internal fault: Error\n {4}at /)
  expect(stderr + stdout).not.toContain('bob@example.org')
  expect(code).toBe(70)
})

it('a log of handlers that cannot be written stops nobody', async () => {
  const cwd = scratchDirectory()
  await odv(cwd, 'keys', 'init', '--record', 'ceremony.md')
  rmSync(join(cwd, '.odv/log.jsonl'), { force: true })
  mkdirSync(join(cwd, '.odv/log.jsonl'))
  expect(await odv(cwd, 'status')).toMatchObject({ code: 0, stdout: 'no runs yet\n', stderr: '' })
})

it('a state directory that cannot be made is named, with how to name another one', async () => {
  const cwd = scratchDirectory()
  writeFileSync(join(cwd, 'ids.csv'), '12345678\n')
  mkdirSync(join(cwd, 'store'))
  const { code, stderr } = await odv(cwd, 'run', '--manifest', 'ids.csv', '--store', 'a=store', '--state', 'ids.csv')
  expect(stderr).toBe(
    `odv: state directory ${join(cwd, 'ids.csv')}: expected one that can be made and written, got one that is there; --state DIR names another one\n`,
  )
  expect(code).toBe(64)
})
