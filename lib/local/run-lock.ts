import { chmodSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { RunBusy } from '../errors.ts'
import { isBusy } from './sqlite-database.ts'

/** Held while a run works on a state directory; the operating system frees it when the process ends in any way. */
export type RunLock = { release(): void }

/** A lock that the garbage collector closes would let a second run in. */
const held = new Set<DatabaseSync>()

/**
 * Takes the one run lock of a state directory: an exclusive transaction, held open, on an SQLite file of its own.
 * The file must not be opened by other means in this process: closing it would drop the lock.
 * @throws RunBusy when another run holds it, in this process or another one
 */
export function acquireRunLock(lockFile: string, stateDirectory: string): RunLock {
  const database = new DatabaseSync(lockFile, { timeout: 0 })
  try {
    database.exec('BEGIN EXCLUSIVE')
    chmodSync(lockFile, 0o600)
  } catch (error) {
    database.close()
    if (isBusy(error))
      throw new RunBusy(`run lock: ${stateDirectory}: expected no other run on this state directory, got one under way`)
    throw error
  }
  held.add(database)
  return {
    release() {
      if (!held.delete(database)) return
      database.exec('ROLLBACK')
      database.close()
    },
  }
}
