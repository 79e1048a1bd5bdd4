import { fork } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { openDatabase } from '../../lib/local/sqlite-database.ts'
import { sqliteRunState } from '../../lib/local/sqlite-run-state.ts'
import { temporaryDirectory } from './temporary-directory.ts'

it('whoever opens the state while another one makes it waits for that', async () => {
  const file = join(temporaryDirectory(), 'odv.sqlite')
  const child = fork(join(import.meta.dirname, 'children/hold-new-file.ts'), [file], { execArgv: [] })
  const gone = once(child, 'exit')
  expect((await once(child, 'message'))[0]).toBe('held')
  const database = openDatabase(file)
  expect(await sqliteRunState(database).listRuns()).toEqual([])
  database.close()
  expect((await gone)[0]).toBe(0)
})

for (const [what, at] of [
  ['is damaged', 100],
  ['is no database', 0],
] as const)
  it(`a state that ${what} is told to be brought back`, () => {
    const file = join(temporaryDirectory(), 'odv.sqlite')
    openDatabase(file).close()
    const opened = openSync(file, 'r+')
    writeSync(opened, Buffer.alloc(16, 0x5a), 0, 16, at)
    closeSync(opened)
    expect(() => openDatabase(file)).toThrow(/expected an undamaged SQLite database, got something else; bring back/)
  })
