import { lstat, readdir, readFile, realpath } from 'node:fs/promises'
import { join, relative, resolve, sep } from 'node:path'
import { BundleInvalid, UsageInvalid } from '../errors.ts'
import type { VerifyOptions } from '../export/verify-bundle.ts'
import { whatIsThere } from '../local/what-is-there.ts'
import { unreadable } from './unreadable.ts'

/** All files of a bundle, by path. @throws UsageInvalid when it is no directory, or may not be read @throws BundleInvalid */
export async function readBundle(bundle: string, cwd: string): Promise<Map<string, Uint8Array>> {
  const directory = resolve(cwd, bundle)
  const root = await lstat(directory).catch(() => undefined)
  if (!root?.isDirectory()) throw new UsageInvalid(`${bundle}: expected the directory of a bundle`)
  const files = new Map<string, Uint8Array>()
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true }).catch(refuse)) {
    const path = join(entry.parentPath, entry.name)
    const name = relative(directory, path).split(sep).join('/')
    if (entry.isFile()) files.set(name, await readFile(path).catch(refuse))
    else if (!entry.isDirectory()) throw new BundleInvalid('layout', 'expected files and directories only')
  }
  return files
}

const refuse = (cause: NodeJS.ErrnoException): never => {
  throw unreadable(cause)
}

/** What the reader has from another source than the bundle. */
export type PinOptions = { keys: string[]; authorities: string[]; since?: string; cwd: string }

/** @throws UsageInvalid also for a file of the bundle, which would vouch for itself and be said to hold */
export async function readPins({ keys, authorities, since, cwd }: PinOptions, bundle: string): Promise<VerifyOptions> {
  const inside = `${await realpath(resolve(cwd, bundle)).catch(() => resolve(cwd, bundle))}${sep}`
  const read = async (path: string, option: string) => {
    const text = await readText(resolve(cwd, path), option)
    if ((await realpath(resolve(cwd, path))).startsWith(inside))
      throw new UsageInvalid(
        `${option} ${path}: expected a copy that you have from another source, got the bundle's own, which proves nothing: anybody can make a bundle with keys of their own`,
      )
    return text
  }
  const readAll = (paths: readonly string[], option: string) => Promise.all(paths.map((path) => read(path, option)))
  return {
    ...(keys.length > 0 && { pinnedKeys: await readAll(keys, '--key') }),
    ...(authorities.length > 0 && { pinnedAuthorities: await readAll(authorities, '--authority') }),
    ...(since !== undefined && { since: await read(since, '--since') }),
  }
}

/** @throws UsageInvalid */
export async function readText(path: string, option: string): Promise<string> {
  return readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw new UsageInvalid(`${option} ${path}: expected a readable file, got ${whatIsThere(cause)}`, { cause })
  })
}
