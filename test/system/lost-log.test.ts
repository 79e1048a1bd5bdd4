import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { runCommand } from '../../lib/cli/commands/run-command.ts'
import { scratchDirectory } from '../support/scratch.ts'

/** What a deletion is attested in has to be there before anything is deleted. */

const terminal = { json: true, print() {}, progress() {}, warn() {}, emit() {} }

function place() {
  const cwd = scratchDirectory()
  mkdirSync(join(cwd, 'sg'))
  writeFileSync(join(cwd, 'sg/other.txt'), 'nothing of anybody\n')
  writeFileSync(join(cwd, 'ids.csv'), 'userId,transferredAt\n12345678,2026-01-02\n')
  const channel = { kind: 'delete-files', owner: 'userId' }
  const stores = [{ id: 'sg', root: 'sg', country: 'SG', channel }]
  writeFileSync(join(cwd, 'odv.json'), JSON.stringify({ manifest: 'ids.csv', stores }))
  const run = () =>
    runCommand(
      {
        place: { kind: 'machine', state: '.odv', cwd },
        stores: [],
        trigger: 'on-demand',
        dryRun: false,
        wait: true,
        cwd,
        signal: new AbortController().signal,
      },
      terminal,
    )
  const database = join(cwd, '.odv/odv.sqlite')
  const add = () => writeFileSync(join(cwd, 'sg/theirs.csv'), 'userId\n12345678\n')
  const isThere = () => existsSync(join(cwd, 'sg/theirs.csv'))
  return { cwd, run, database, add, isThere }
}

it('nothing is scanned or deleted where the log is lost, and no key is made', async () => {
  const { cwd, run, database, add, isThere } = place()
  add()
  expect(await run()).toBe(0)
  expect(isThere()).toBe(false)
  add()
  rmSync(database)
  rmSync(join(cwd, '.odv/keys'), { recursive: true })
  await expect(run()).rejects.toThrow(
    /odv\.sqlite: expected it beside the checkpoints of its log, got none; bring back/,
  )
  expect(isThere()).toBe(true)
  expect(readdirSync(join(cwd, '.odv/keys'))).toEqual([])
})

it('nothing is scanned or deleted on a log that is shorter than its last checkpoint', async () => {
  const { cwd, run, database, add, isThere } = place()
  expect(await run()).toBe(0)
  copyFileSync(database, join(cwd, 'backup'))
  expect(await run()).toBe(0)
  add()
  copyFileSync(join(cwd, 'backup'), database)
  await expect(run()).rejects.toThrow(/log: expected the 8 entries of its last checkpoint, got 4; bring back/)
  expect(isThere()).toBe(true)
})
