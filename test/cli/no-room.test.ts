import { DatabaseSync } from 'node:sqlite'
import { expect, it } from 'vitest'
import { noRoomIn } from '../../lib/cli/no-room.ts'

/** What a call throws. */
function thrownBy(call: () => unknown): unknown {
  try {
    call()
  } catch (error) {
    return error
  }
  throw new Error('expected a call that throws')
}

it('names what a disk or a database on it says that is full, however deep that is, and nothing else', () => {
  const full = Object.assign(new Error('write'), { code: 'ENOSPC' })
  expect(noRoomIn(new Error('batch', { cause: new Error('evidence', { cause: full }) }))).toBe('ENOSPC')
  expect(noRoomIn(Object.assign(new Error('mkdtemp'), { code: 'EACCES' }))).toBe('EACCES')
  for (const error of [undefined, 'ENOSPC', new Error('ENOSPC'), Object.assign(new Error('open'), { code: 'ENOENT' })])
    expect(noRoomIn(error)).toBeUndefined()
})

it('knows what SQLite throws where a database may grow no more', () => {
  const database = new DatabaseSync(':memory:')
  database.exec('create table rows (bytes blob); pragma max_page_count = 2')
  const error = thrownBy(() => database.exec('insert into rows values (zeroblob(100000))'))
  database.close()
  expect(noRoomIn(error)).toBe('SQLITE_FULL')
})
