import { DatabaseSync } from 'node:sqlite'
import { setTimeout } from 'node:timers/promises'

/** Holds a new SQLite file as one does that is about to make a log of writes for it, tells its parent, and lets go after a while. */
const database = new DatabaseSync(process.argv[2]!)
database.exec('BEGIN IMMEDIATE')
process.send?.('held')
await setTimeout(500)
database.exec('COMMIT')
database.close()
process.disconnect()
