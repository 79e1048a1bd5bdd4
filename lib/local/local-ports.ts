import { randomBytes } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { httpAuthorities } from '../ask-authority.ts'
import { isDirectory } from '../config.ts'
import { AdapterMissing } from '../errors.ts'
import type { Configuration, Executions, Ports, StoreDeletions, Stores } from '../ports.ts'
import { tool } from '../tool.ts'
import { anchorDirectory } from './anchor-directory.ts'
import { directoryDeletions } from './directory-deletion.ts'
import { directoryStores } from './directory-store.ts'
import { eventFile } from './event-file.ts'
import { evidenceDirectory } from './evidence-directory.ts'
import { openFileStore } from './file-store.ts'
import type { Journal } from './journal.ts'
import { attestationKeyFile, caseKeyFile, logKeyFile } from './key-files.ts'
import { largeEvidenceDirectory } from './large-evidence-directory.ts'
import { manifestFiles } from './manifest-file.ts'
import { type Database, openDatabase } from './sqlite-database.ts'
import { sqliteJournal } from './sqlite-journal.ts'
import { sqliteLedger } from './sqlite-ledger.ts'
import { sqliteRunState } from './sqlite-run-state.ts'
import { type ReadableTaskTokens, sqliteTaskTokens } from './sqlite-task-tokens.ts'
import type { StateDirectory } from './state-directory.ts'
import { timestampDirectory } from './timestamp-directory.ts'

/** Every port on one machine. `close` frees the database; nothing may be called after it. */
export type LocalPorts = Ports & { taskTokens: ReadableTaskTokens; journal: Journal; close(): void }

/** Stores that are no directories: their adapters talk to the network and are handed in. */
export type Buckets = { stores: Stores; storeDeletions: StoreDeletions }

/** Directories, for looking at it alone a single file, and buckets. */
export function storesOf(buckets: Stores): Stores {
  const directories = directoryStores()
  return {
    async open(store) {
      if (!isDirectory(store)) return buckets.open(store)
      const single = (await stat(store.root).catch(() => undefined))?.isFile()
      return single ? openFileStore(store.root) : directories.open(store)
    },
  }
}

function deletionsOf(buckets: StoreDeletions): StoreDeletions {
  const directories = directoryDeletions()
  return { open: (store, where) => (isDirectory(store) ? directories : buckets).open(store, where) }
}

/** The API is for deployments: on one machine, runs and exports are started by commands and live as long as these. */
const noExecutions: Executions = {
  start: async (machine, name) => refuse(machine, name),
  find: async (machine, name) => refuse(machine, name),
}

function refuse(machine: string, name: string): never {
  throw new AdapterMissing(`${machine} ${name}: expected a deployment: on one machine, \`odv run\` and \`odv export\``)
}

/** The adapters of one state directory. The database is opened by the first port that needs it. */
export function localPorts(
  paths: StateDirectory,
  {
    configuration,
    meter,
    hasSpareCore = () => false,
    buckets,
  }: { configuration: Configuration; buckets: Buckets } & Pick<Ports, 'meter'> & Partial<Pick<Ports, 'hasSpareCore'>>,
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
    callSeconds: Number.POSITIVE_INFINITY,
    scanMemory: Number.POSITIVE_INFINITY,
    handsOver: false,
    hasSpareCore,
    configuration,
    manifests: manifestFiles(),
    evidence: evidenceDirectory(paths.evidence),
    largeEvidence: largeEvidenceDirectory(paths.evidence),
    caseKey: caseKeyFile(paths.keys),
    stores: storesOf(buckets.stores),
    storeDeletions: deletionsOf(buckets.storeDeletions),
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
    executions: noExecutions,
    events: eventFile(paths.events),
    anchor: anchorDirectory(paths.anchor),
    timestamps: timestampDirectory(join(paths.anchor, 'timestamps')),
    authorities: httpAuthorities(),
    attestationSigner: attestationKeyFile(paths.keys),
    logSigner: logKeyFile(paths.keys),
    // A file that is gone does not come back: people decide when, and the record of the change asks them.
    keyRetirement: { retire: async () => 'left' },
    keyProtection: 'key-file',
    tool,
    region: '',
    close: () => opened?.close(),
  }
}
