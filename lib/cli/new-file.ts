import { lstat, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { UsageInvalid } from '../errors.ts'

/** Before something is done that is told in a file: nothing of that name may be there. @throws UsageInvalid */
export async function requireNewFile(cwd: string, path: string, option: string): Promise<void> {
  const isThere = await lstat(resolve(cwd, path)).then(
    () => true,
    () => false,
  )
  if (isThere) throw new UsageInvalid(`${option} ${path}: expected a new file, got one that is there`)
}

/** Returns when it is on the disk. @throws UsageInvalid */
export async function writeNewFile(cwd: string, path: string, text: string, option: string): Promise<void> {
  await writeFile(resolve(cwd, path), text, { flag: 'wx', flush: true }).catch((cause: NodeJS.ErrnoException) => {
    throw new UsageInvalid(`${option} ${path}: expected a new file, got ${cause.code}`, { cause })
  })
}
