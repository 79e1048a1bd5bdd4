import { readdir, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { CheckpointRefused, UsageInvalid } from '../errors.ts'
import { neverAttested } from '../pipeline/log/require-whole-log.ts'
import { anchorDirectory } from './anchor-directory.ts'
import { makeKeyFiles } from './key-files.ts'
import { makeDirectory } from './publish-file.ts'

/** Where everything of one deployment lies that runs on one machine. Holds no identifier in clear. */
export type StateDirectory = {
  root: string
  evidence: string
  keys: string
  anchor: string
  database: string
  events: string
  lock: string
  /** The change of a key whose record is not written yet. */
  keyChange: string
}

/** The paths below a state directory; touches nothing. */
export function stateDirectory(root: string): StateDirectory {
  return {
    root,
    evidence: join(root, 'evidence'),
    keys: join(root, 'keys'),
    anchor: join(root, 'anchor'),
    database: join(root, 'odv.sqlite'),
    events: join(root, 'events.jsonl'),
    lock: join(root, 'run.lock'),
    keyChange: join(root, 'key-change.json'),
  }
}

/** Whether there is a state directory to read from. */
export async function isStateDirectory(paths: StateDirectory): Promise<boolean> {
  return exists(paths.database)
}

/**
 * Makes what is missing of a state directory (mode 0700) and its keys, in a directory that has nothing else: in one of backups, keys would be
 * scanned as such. Keys come before the database, so once there is a
 * database a missing key is a loss and is never made anew: it would sign another history and hide the first one.
 * @throws UsageInvalid when files of others are there @throws KeyUnsafe when a key of a state directory in use is missing @throws CheckpointRefused when its log is
 */
export async function makeStateDirectory(paths: StateDirectory): Promise<void> {
  await refuseOthers(paths)
  // Keys come first: they tell one that is being made.
  for (const directory of [paths.root, paths.keys, paths.evidence, paths.anchor]) await makeDirectory(directory)
  if (await exists(paths.database)) return
  if ((await anchorDirectory(paths.anchor).latest()) !== undefined)
    throw new CheckpointRefused(
      `log: ${paths.database}: expected it beside the checkpoints of its log, got none; ${bringBack}`,
    )
  await makeKeyFiles(paths.keys)
}

/** What volumes and desktops put into a directory by themselves is nobody's. */
const nobodys = /^(?:\.|lost\+found$)/

async function refuseOthers({ root, ...paths }: StateDirectory): Promise<void> {
  const own = [paths.keys, paths.anchor, paths.database].map((path) => basename(path))
  const names = await readdir(root).catch(() => [])
  if (!names.some((name) => own.includes(name)) && names.some((name) => !nobodys.test(name)))
    throw new UsageInvalid(
      `state directory ${root}: expected a new or empty one, or one of earlier runs, got one with other files; --state DIR names another one`,
    )
}

export const bringBack = `bring back the whole state directory as it was after its last run (an older one forks the log), or begin another one (--state DIR): ${neverAttested}`

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return false
      throw error
    },
  )
}
