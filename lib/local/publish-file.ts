import { randomBytes } from 'node:crypto'
import { link, mkdir, open, stat, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { UsageInvalid } from '../errors.ts'

/**
 * Writes a file that is there whole or not at all, and only if its name is free: `true` when this call made it. The
 * first one wins, also among processes. Temporary files are called `.tmp-…` and lie beside the file. Mode 0600.
 *
 * 1. the temporary file is written and synced (a crash leaves a `.tmp-` file that nobody reads)
 * 2. it is linked to its name, which fails if the name is taken (a crash leaves both; the content is complete)
 * 3. the temporary name is removed, the directory synced (an answer is given only after the name is on the disk)
 */
export async function publishFile(path: string, body: Uint8Array): Promise<boolean> {
  const temporary = temporaryIn(dirname(path))
  try {
    const file = await open(temporary, 'wx', 0o600)
    try {
      await file.writeFile(body)
      await file.sync()
    } finally {
      await file.close()
    }
    return await linkOnce(temporary, path)
  } finally {
    await unlink(temporary).catch(() => {})
    // Also when the name was taken: whoever took it may have been killed before this step.
    await syncDirectory(dirname(path))
  }
}

export function temporaryIn(directory: string): string {
  return join(directory, `.tmp-${randomBytes(12).toString('hex')}`)
}

export const isTemporary = (name: string): boolean => /^\.tmp-[0-9a-f]{24}$/.test(name)

/** What `link` says on a file system that has none (exFAT, some shares). */
const withoutLinks = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'])

/** Gives a file a second name, unless that is taken: `true` when this call gave it. @throws UsageInvalid where no file can have two */
export function linkOnce(temporary: string, path: string): Promise<boolean> {
  return link(temporary, path).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'EEXIST') return false
      if (withoutLinks.has(error.code ?? ''))
        throw new UsageInvalid(
          `${path}: expected a file system with hard links, got ${error.code} (exFAT and some shares have none): write to another one`,
          { cause: error },
        )
      throw error
    },
  )
}

/**
 * Makes a directory and those above it, and brings their names to the disk. Not by `recursive` of Node, which asks for ever where a file
 * system says of every new name that there is no such directory, as `/proc` does.
 */
export async function makeDirectory(path: string, mode = 0o700): Promise<void> {
  for (let tries = 1; ; tries++)
    try {
      await mkdir(path, { mode })
      break
    } catch (error) {
      if (await isDirectory(path)) return
      // Somebody who makes one beside it may have made what is above them just now.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || tries === 3 || path === dirname(path)) throw error
      await makeDirectory(dirname(path), mode)
    }
  await syncDirectory(dirname(path))
}

const isDirectory = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )

/** Brings the names in a directory to the disk. */
export async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r')
  try {
    await directory.sync()
  } finally {
    await directory.close()
  }
}
