import { chmodSync, statSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import { FormatInvalid } from '../errors.ts'

/** The one SQLite file of a state directory, opened by `openDatabase`. Its calls block; its commits are on the disk. */
export type Database = DatabaseSync

const applicationId = 0x6f647631 // "odv1"
const schemaVersion = 1
/** How long a writer waits for another one. */
const patience = 10_000

const appendOnly = (table: string) => `
  CREATE TRIGGER ${table}_no_update BEFORE UPDATE ON ${table}
    BEGIN SELECT RAISE(ABORT, '${table} is append-only'); END;
  CREATE TRIGGER ${table}_no_delete BEFORE DELETE ON ${table}
    BEGIN SELECT RAISE(ABORT, '${table} is append-only'); END;`

/**
 * Everything of the log is append-only, the head included: a row of `head` is written with its entries and never moved.
 * The insert triggers close what update and delete triggers do not see: INSERT OR REPLACE, and gaps.
 */
const schema = `
  CREATE TABLE reservation (
    identity TEXT PRIMARY KEY, claim TEXT NOT NULL, envelope BLOB NOT NULL
  ) STRICT;
  CREATE TABLE entry (
    seq INTEGER PRIMARY KEY, identity TEXT NOT NULL UNIQUE REFERENCES reservation (identity),
    leaf BLOB NOT NULL, envelope BLOB NOT NULL
  ) STRICT;
  CREATE TABLE head (size INTEGER PRIMARY KEY, root BLOB NOT NULL, frontier TEXT NOT NULL) STRICT;
  CREATE TABLE checkpoint (size INTEGER PRIMARY KEY, note TEXT NOT NULL) STRICT;
  ${['reservation', 'entry', 'head', 'checkpoint'].map(appendOnly).join('')}
  CREATE TRIGGER reservation_once BEFORE INSERT ON reservation
    WHEN EXISTS (SELECT 1 FROM reservation WHERE identity = NEW.identity)
    BEGIN SELECT RAISE(ABORT, 'an identity is reserved once'); END;
  CREATE TRIGGER entry_next BEFORE INSERT ON entry
    WHEN NEW.seq IS NOT (SELECT coalesce(max(seq) + 1, 0) FROM entry)
      OR EXISTS (SELECT 1 FROM entry WHERE identity = NEW.identity)
    BEGIN SELECT RAISE(ABORT, 'entries follow one another'); END;
  CREATE TRIGGER head_next BEFORE INSERT ON head
    WHEN NEW.size <= (SELECT coalesce(max(size), 0) FROM head)
      OR NEW.size <> (SELECT count(*) FROM entry)
    BEGIN SELECT RAISE(ABORT, 'the head follows the entries'); END;
  CREATE TRIGGER checkpoint_once BEFORE INSERT ON checkpoint
    WHEN EXISTS (SELECT 1 FROM checkpoint WHERE size = NEW.size)
    BEGIN SELECT RAISE(ABORT, 'a size has one checkpoint'); END;

  CREATE TABLE run (run_id TEXT PRIMARY KEY, started_at TEXT NOT NULL, json TEXT NOT NULL) STRICT;
  CREATE TABLE request (request_id TEXT PRIMARY KEY, run_id TEXT NOT NULL, json TEXT NOT NULL) STRICT;
  CREATE INDEX request_of_run ON request (run_id);
  CREATE TABLE task_token (token TEXT PRIMARY KEY, output TEXT NOT NULL) STRICT;
  CREATE TABLE step (
    execution TEXT NOT NULL, step TEXT NOT NULL, json TEXT NOT NULL, PRIMARY KEY (execution, step)
  ) STRICT;

  PRAGMA application_id = ${applicationId};
  PRAGMA user_version = ${schemaVersion};`

/** Envelopes that took the place of reserved ones whose key went out of force: state directories made before have no such table. */
const renewals = `
  CREATE TABLE IF NOT EXISTS renewal (
    number INTEGER PRIMARY KEY, identity TEXT NOT NULL REFERENCES reservation (identity), envelope BLOB NOT NULL
  ) STRICT;
  ${appendOnly('renewal').replaceAll('CREATE TRIGGER', 'CREATE TRIGGER IF NOT EXISTS')}`

/**
 * Opens the state database, and makes it if it is not there. Several processes may hold it open; a writer waits up to
 * ten seconds for another one. While it is open, this process must not open and close the file by other means: on POSIX
 * that drops the locks of the whole process.
 *
 * Where it may not be written it is opened to be read, and every write is an error.
 * @throws FormatInvalid when the file is damaged, another database or another version of this one
 */
export function openDatabase(path: string): Database {
  try {
    return openWhenFree(path)
  } catch (error) {
    if (!isNotToBeWritten(error)) throw error
    return openToRead(path)
  }
}

/**
 * SQLite waits for whoever holds a lock, but not where two would turn a new file to a log of writes: it tells one of them at once
 * that it is locked (see `sqlite3_busy_handler`).
 */
function openWhenFree(path: string): Database {
  const until = Date.now() + patience
  for (;;) {
    try {
      return openToWrite(path)
    } catch (error) {
      if (!isBusy(error) || Date.now() >= until) throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10)
    }
  }
}

function openToWrite(path: string): Database {
  const database = new DatabaseSync(path, { timeout: patience, enableForeignKeyConstraints: true })
  try {
    chmodSync(path, 0o600)
    database.exec('PRAGMA synchronous = FULL')
    database.exec('PRAGMA journal_mode = WAL')
    inTransaction(database, () => {
      if (pragma(database, 'user_version') === 0 && isEmpty(database)) database.exec(schema)
    })
    requireVersion(database, path)
    if (!hasTable(database, 'renewal')) inTransaction(database, () => database.exec(renewals))
    return database
  } catch (error) {
    database.close()
    throw isDamaged(error)
      ? new FormatInvalid(
          `state database: ${path}: expected an undamaged SQLite database, got something else; ` +
            'bring back the whole state directory as it was after its last run (an older one forks the log), or begin another one (--state DIR)',
        )
      : error
  }
}

/**
 * With a log of writes beside it SQLite reads both. Without one the file is all there is, but SQLite would make the log's files
 * before it reads, which is not allowed here; `immutable` says that it need not.
 */
function openToRead(path: string): Database {
  const isLogged = (statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0
  const url = pathToFileURL(path)
  if (!isLogged) url.searchParams.set('immutable', '1')
  const database = new DatabaseSync(url, { readOnly: true, timeout: patience })
  try {
    requireVersion(database, path)
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

/** @throws FormatInvalid */
function requireVersion(database: Database, path: string): void {
  const [id, version] = [pragma(database, 'application_id'), pragma(database, 'user_version')]
  if (id !== applicationId || version !== schemaVersion)
    throw new FormatInvalid(
      `state database: ${path}: expected version ${schemaVersion} of the state database, got ` +
        (id === applicationId ? `version ${version}` : 'another database'),
    )
}

/** Runs `work` in one write transaction: all of it is on the disk afterwards, or nothing. */
export function inTransaction<T>(database: Database, work: () => T): T {
  database.exec('BEGIN IMMEDIATE')
  try {
    const result = work()
    database.exec('COMMIT')
    return result
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK')
    throw error
  }
}

function pragma(database: Database, name: 'user_version' | 'application_id'): unknown {
  return database.prepare(`PRAGMA ${name}`).get()?.[name]
}

function hasTable(database: Database, name: string): boolean {
  return database.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?").get(name) !== undefined
}

function isEmpty(database: Database): boolean {
  return database.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get() === undefined
}

/** SQLITE_BUSY and its extended codes. */
export const isBusy = (error: unknown) => ((error as { errcode?: number }).errcode ?? 0) % 256 === 5

/** SQLITE_CORRUPT, SQLITE_NOTADB */
const isDamaged = (error: unknown) => [11, 26].includes(((error as { errcode?: number }).errcode ?? 0) & 0xff)

/** What a file system says of a file that may not be written, and SQLite (SQLITE_READONLY, SQLITE_CANTOPEN) of it and of its log. */
function isNotToBeWritten(error: unknown): boolean {
  const { code, errcode = 0 } = error as { code?: string; errcode?: number }
  return ['EROFS', 'EACCES', 'EPERM'].includes(code ?? '') || [8, 14].includes(errcode & 0xff)
}
