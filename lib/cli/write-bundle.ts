import { hash } from 'node:crypto'
import { open, rm, rmdir } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { BundleInvalid } from '../errors.ts'
import { bundlePaths } from '../export/bundle-paths.ts'
import { parseManifestFile } from '../export/manifest-file.ts'
import { makeDirectory } from '../local/publish-file.ts'
import type { Evidence } from '../ports.ts'

/**
 * Writes an exported bundle to a new or empty directory, all of it or nothing, each file only when it is the one that the bundle's own manifest names.
 * Returns how many. @throws BundleInvalid when a file is missing, more, or another one
 */
export async function writeBundle(
  evidence: Pick<Evidence, 'get' | 'list'>,
  prefix: string,
  directory: string,
): Promise<number> {
  const manifest = await evidence.get(`${prefix}${bundlePaths.manifest}`)
  const expected = parseManifestFile(manifest)
  for await (const key of evidence.list(prefix)) {
    const path = key.slice(prefix.length)
    if (path !== bundlePaths.manifest && !expected.has(path))
      throw new BundleInvalid('manifest', `${path}: expected it in ${bundlePaths.manifest}`)
  }
  const own: string[] = []
  try {
    for (const [path, sha256] of expected) {
      const body = await evidence.get(`${prefix}${path}`)
      if (hash('sha256', body, 'hex') !== sha256)
        throw new BundleInvalid('manifest', `${path}: expected the bytes that ${bundlePaths.manifest} names`)
      await write(join(directory, path), body, own)
    }
    await write(join(directory, bundlePaths.manifest), manifest, own)
  } catch (error) {
    // Half of a bundle is in the way of the whole one; what somebody else has put there meanwhile is theirs.
    for (const path of own) await rm(path, { force: true })
    for (const path of own) await removeEmpty(dirname(path), directory)
    throw error
  }
  return expected.size + 1
}

/** `own` gets the path unless somebody else has a file there. */
async function write(path: string, body: Uint8Array, own: string[]): Promise<void> {
  await makeDirectory(dirname(path), 0o777)
  const file = await open(path, 'wx')
  own.push(path)
  try {
    await file.writeFile(body)
  } finally {
    await file.close()
  }
}

/** Removes a directory below `top`, and those around it, as far as nothing is in them. */
async function removeEmpty(directory: string, top: string): Promise<void> {
  for (let each = resolve(directory); each !== resolve(top); each = dirname(each))
    if (
      !(await rmdir(each).then(
        () => true,
        () => false,
      ))
    )
      return
}
