import { access, constants, lstat, open, rm } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { UsageInvalid } from '../errors.ts'
import { whatIsThere } from '../local/what-is-there.ts'

/** Before something is done that is told in a file: nothing of that name may be there, and it can be made. @throws UsageInvalid */
export async function requireNewFile(cwd: string, path: string, option: string): Promise<void> {
  const isThere = await lstat(resolve(cwd, path)).then(
    () => true,
    () => false,
  )
  if (isThere) throw new UsageInvalid(`${option} ${path}: expected a new file, got one that is there`)
  // With a point behind it, a file is no directory.
  await access(`${dirname(resolve(cwd, path))}/.`, constants.W_OK).catch((cause: NodeJS.ErrnoException) => {
    throw new UsageInvalid(
      `${option} ${path}: expected a directory for it that may be written, got ${whatIsThere(cause)}`,
      {
        cause,
      },
    )
  })
}

/** Before something is done that fills a directory: it may be written, or be made. @throws UsageInvalid */
export async function requireDirectory(cwd: string, path: string, option: string): Promise<void> {
  for (let each = resolve(cwd, path); ; each = dirname(each)) {
    const refused = await access(`${each}/.`, constants.W_OK).then(
      () => undefined,
      ({ code }: NodeJS.ErrnoException) => code,
    )
    if (refused === undefined) return
    if (refused !== 'ENOENT' || each === dirname(each))
      throw new UsageInvalid(`${option} ${path}: expected a directory that may be written, or be made, got ${refused}`)
  }
}

/**
 * Returns when all of it is on the disk. Where that fails nothing is left of it: a beginning looks like the whole to who is handed it, and is
 * in the way of the next try. @throws UsageInvalid when it cannot be made; what `content` and the disk throw as it is
 */
export async function writeNewFile(
  cwd: string,
  path: string,
  content: string | AsyncIterable<string>,
  option: string,
  mode = 0o666,
): Promise<void> {
  const at = resolve(cwd, path)
  const file = await open(at, 'wx', mode).catch((cause: NodeJS.ErrnoException) => {
    throw new UsageInvalid(`${option} ${path}: expected a new file, got ${whatIsThere(cause)}`, { cause })
  })
  try {
    await file.writeFile(content)
    await file.sync()
  } catch (error) {
    await rm(at, { force: true })
    throw error
  } finally {
    await file.close()
  }
}
