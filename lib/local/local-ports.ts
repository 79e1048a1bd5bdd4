import { randomBytes } from 'node:crypto'
import { stat } from 'node:fs/promises'
import type { Configuration, Meter, Ports, Stores } from '../ports.ts'
import { tool } from '../tool.ts'
import { anchorDirectory } from './anchor-directory.ts'
import { directoryDeletions } from './directory-deletion.ts'
import { directoryStores } from './directory-store.ts'
import { evidenceDirectory } from './evidence-directory.ts'
import { openFileStore } from './file-store.ts'
import type { Journal } from './journal.ts'
import { attestationKeyFile, caseKeyFile, logKeyFile } from './key-files.ts'
import { manifestFiles } from './manifest-file.ts'
import { type Database, openDatabase } from './sqlite-database.ts'
import { sqliteJournal } from './sqlite-journal.ts'
import { sqliteLedger } from './sqlite-ledger.ts'
import { sqliteRunState } from './sqlite-run-state.ts'
import { type ReadableTaskTokens, sqliteTaskTokens } from './sqlite-task-tokens.ts'
import type { StateDirectory } from './state-directory.ts'

/** Every port on one machine. `close` frees the database; nothing may be called after it. */
export type LocalPorts = Ports & { taskTokens: ReadableTaskTokens; journal: Journal; close(): void }

/** Directories, and for looking at it alone a single file. */
function fileOrDirectoryStores(): Stores {
  const directories = directoryStores()
  return {
    open: async (store) =>
      (await stat(store.root).catch(() => undefined))?.isFile() ? openFileStore(store.root) : directories.open(store),
  }
}

/** The adapters of one state directory. The database is opened by the first port that needs it. */
export function localPorts(
  paths: StateDirectory,
  { configuration, meter }: { configuration: Configuration; meter: Meter },
): LocalPorts {
  let opened: Database | undefined
  const database = () => {
    opened ??= openDatabase(paths.database)
    return opened
  }
  const once = <T>(make: () => T) => {
    let made: T | undefined
    return () => {
      made ??= make()
      return made
    }
  }
  const ledger = once(() => sqliteLedger(database()))
  const runState = once(() => sqliteRunState(database()))
  const taskTokens = once(() => sqliteTaskTokens(database()))
  const journal = once(() => sqliteJournal(database()))
  return {
    clock: () => new Date(),
    random: (bytes) => new Uint8Array(randomBytes(bytes)),
    meter,
    configuration,
    manifests: manifestFiles(),
    evidence: evidenceDirectory(paths.evidence),
    caseKey: caseKeyFile(paths.keys),
    stores: fileOrDirectoryStores(),
    storeDeletions: directoryDeletions(),
    get runState() {
      return runState()
    },
    get taskTokens() {
      return taskTokens()
    },
    get ledger() {
      return ledger()
    },
    get journal() {
      return journal()
    },
    anchor: anchorDirectory(paths.anchor),
    attestationSigner: attestationKeyFile(paths.keys),
    logSigner: logKeyFile(paths.keys),
    tool,
    close: () => opened?.close(),
  }
}
