import { lstat, readdir, readFile } from 'node:fs/promises'
import { join, relative, resolve, sep } from 'node:path'
import { BundleInvalid, UsageInvalid } from '../errors.ts'

/** All files of a bundle, by path. @throws UsageInvalid when it is no directory @throws BundleInvalid */
export async function readBundle(bundle: string, cwd: string): Promise<Map<string, Uint8Array>> {
  const directory = resolve(cwd, bundle)
  const root = await lstat(directory).catch(() => undefined)
  if (!root?.isDirectory()) throw new UsageInvalid(`${bundle}: expected the directory of a bundle`)
  const files = new Map<string, Uint8Array>()
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    const name = relative(directory, path).split(sep).join('/')
    if (entry.isFile()) files.set(name, await readFile(path))
    else if (!entry.isDirectory()) throw new BundleInvalid('layout', `${name}: expected files and directories only`)
  }
  return files
}

/** Public keys that the reader has from another source. @throws UsageInvalid */
export function readKeys(keys: readonly string[], cwd: string): Promise<string[]> {
  return Promise.all(keys.map((key) => readText(resolve(cwd, key), '--key')))
}

/** @throws UsageInvalid */
export async function readText(path: string, option: string): Promise<string> {
  return readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw new UsageInvalid(`${option} ${path}: expected a readable file, got ${cause.code}`, { cause })
  })
}
