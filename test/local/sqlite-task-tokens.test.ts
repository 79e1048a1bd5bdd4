import { join } from 'node:path'
import { openDatabase } from '../../lib/local/sqlite-database.ts'
import { sqliteTaskTokens } from '../../lib/local/sqlite-task-tokens.ts'
import { taskTokensContract } from '../contracts/task-tokens.ts'
import { temporaryDirectory } from './temporary-directory.ts'

taskTokensContract('SQLite', async () => {
  const tokens = sqliteTaskTokens(openDatabase(join(temporaryDirectory(), 'odv.sqlite')))
  let waiting = 0
  return {
    tokens,
    async wait() {
      waiting += 1
      const token = `token ${waiting}`
      return { token, answer: () => tokens.read(token) }
    },
  }
})
