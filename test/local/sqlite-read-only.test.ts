import { chmodSync, copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { statusCommand } from '../../lib/cli/commands/status-command.ts'
import { openDatabase } from '../../lib/local/sqlite-database.ts'
import { sqliteRunState } from '../../lib/local/sqlite-run-state.ts'
import type { RunRecord } from '../../lib/ports.ts'
import { asUnprivileged } from './as-unprivileged.ts'
import { temporaryDirectory } from './temporary-directory.ts'

const run: RunRecord = {
  runId: 'run-1',
  trigger: 'nightly',
  state: 'finished',
  startedAt: 'a',
  finishedAt: 'b',
  stores: [],
}

/** A state directory that others may read, and nobody write. */
async function readOnlyState(): Promise<string> {
  const state = temporaryDirectory()
  const database = openDatabase(join(state, 'odv.sqlite'))
  await sqliteRunState(database).putRun(run)
  database.close()
  chmodSync(join(state, 'odv.sqlite'), 0o444)
  chmodSync(state, 0o555)
  return state
}

it('a database that may not be written is read, and refuses to be written', async () => {
  const state = await readOnlyState()
  await asUnprivileged(async () => {
    const runs = sqliteRunState(openDatabase(join(state, 'odv.sqlite')))
    expect(await runs.listRuns()).toEqual([run])
    await expect(runs.putRun({ ...run, runId: 'run-2' })).rejects.toThrow('readonly')
  })
})

it('what is only in the log of a database is read as well', async () => {
  const [from, state] = [temporaryDirectory(), temporaryDirectory()]
  const database = openDatabase(join(from, 'odv.sqlite'))
  await sqliteRunState(database).putRun(run)
  for (const end of ['', '-wal', '-shm']) {
    copyFileSync(join(from, `odv.sqlite${end}`), join(state, `odv.sqlite${end}`))
    chmodSync(join(state, `odv.sqlite${end}`), 0o444)
  }
  database.close()
  chmodSync(state, 0o555)
  await asUnprivileged(async () => {
    expect(await sqliteRunState(openDatabase(join(state, 'odv.sqlite'))).listRuns()).toEqual([run])
  })
})

it('odv status shows the runs of a state directory that may not be written', async () => {
  const state = await readOnlyState()
  const emitted: unknown[] = []
  const terminal = {
    json: true,
    print() {},
    emit: (line: unknown) => void emitted.push(line),
    progress() {},
    warn() {},
  }
  await asUnprivileged(async () => {
    expect(await statusCommand({ cwd: '/', place: { kind: 'machine', state, cwd: '/' } }, terminal)).toBe(0)
  })
  expect(emitted).toMatchObject([{ kind: 'run', run: 'run-1', state: 'finished' }])
})
