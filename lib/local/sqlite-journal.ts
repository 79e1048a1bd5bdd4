import type { Journal } from './journal.ts'
import type { Database } from './sqlite-database.ts'

/** The journal in the state database. */
export function sqliteJournal(database: Database): Journal {
  const put = database.prepare('INSERT INTO step (execution, step, json) VALUES (?, ?, ?) ON CONFLICT DO NOTHING')
  const get = database.prepare('SELECT json FROM step WHERE execution = ? AND step = ?')
  return {
    async read(execution, step) {
      const row = get.get(execution, step)
      return row && String(row.json)
    },
    write: async (execution, step, json) => void put.run(execution, step, json),
  }
}
