import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openDatabase } from '../../lib/local/sqlite-database.ts'
import { sqliteJournal } from '../../lib/local/sqlite-journal.ts'
import { sqliteRunState } from '../../lib/local/sqlite-run-state.ts'
import { sqliteTaskTokens } from '../../lib/local/sqlite-task-tokens.ts'
import { runStateContract } from '../contracts/run-state.ts'
import { temporaryDirectory } from './temporary-directory.ts'

const newDatabase = () => openDatabase(join(temporaryDirectory(), 'odv.sqlite'))

runStateContract('SQLite', async () => sqliteRunState(newDatabase()))

describe('task tokens in SQLite', () => {
  it('have no answer until they have one', async () => {
    expect(await sqliteTaskTokens(newDatabase()).read('token')).toBeUndefined()
  })

  for (const output of [{ requestId: 'q', deleted: [1, 2] }, 'text', 0, false, null, ''])
    it(`keep the answer ${JSON.stringify(output)}`, async () => {
      const tokens = sqliteTaskTokens(newDatabase())
      await tokens.succeed('token', output)
      expect(await tokens.read('token')).toEqual(output)
      expect(await tokens.read('another token')).toBeUndefined()
    })

  it('take an answer without a value as null, which is an answer', async () => {
    const tokens = sqliteTaskTokens(newDatabase())
    await tokens.succeed('token', undefined)
    expect(await tokens.read('token')).toBeNull()
  })

  it('let the first answer count', async () => {
    const tokens = sqliteTaskTokens(newDatabase())
    await tokens.succeed('token', 'first')
    await tokens.succeed('token', 'second')
    expect(await tokens.read('token')).toBe('first')
  })

  it('see an answer that another process gave', async () => {
    const path = join(temporaryDirectory(), 'odv.sqlite')
    const [waiting, answering] = [sqliteTaskTokens(openDatabase(path)), sqliteTaskTokens(openDatabase(path))]
    expect(await waiting.read('token')).toBeUndefined()
    await answering.succeed('token', 'done')
    expect(await waiting.read('token')).toBe('done')
  })
})

describe('the journal in SQLite', () => {
  it('keeps the first result of a step, by execution', async () => {
    const journal = sqliteJournal(newDatabase())
    expect(await journal.read('run', 'step')).toBeUndefined()
    await journal.write('run', 'step', '{"a":1}')
    await journal.write('run', 'step', '{"a":2}')
    await journal.write('another run', 'step', 'null')
    expect(await journal.read('run', 'step')).toBe('{"a":1}')
    expect(await journal.read('another run', 'step')).toBe('null')
    expect(await journal.read('run', 'another step')).toBeUndefined()
  })
})
