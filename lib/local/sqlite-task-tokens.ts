import type { TaskTokens } from '../ports.ts'
import type { Database } from './sqlite-database.ts'

/** Task tokens and their answers. A waiting state polls `read`; the answer may come from another process. */
export interface ReadableTaskTokens extends TaskTokens {
  /** The answer; `undefined` while there is none. An answer without a value reads as `null`. */
  read(token: string): Promise<unknown | undefined>
}

/** Answers in the state database. The first answer to a token is the one that counts. */
export function sqliteTaskTokens(database: Database): ReadableTaskTokens {
  const put = database.prepare('INSERT INTO task_token (token, output) VALUES (?, ?) ON CONFLICT DO NOTHING')
  const get = database.prepare('SELECT output FROM task_token WHERE token = ?')
  return {
    succeed: async (token, output) => void put.run(token, JSON.stringify(output ?? null)),
    async read(token) {
      const row = get.get(token)
      return row && JSON.parse(String(row.output))
    },
  }
}
