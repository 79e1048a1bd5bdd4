import { fork } from 'node:child_process'
import { once } from 'node:events'
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
