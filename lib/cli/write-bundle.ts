import { hash } from 'node:crypto'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { BundleInvalid } from '../errors.ts'
import { bundlePaths } from '../export/bundle-paths.ts'
import { parseManifestFile } from '../export/manifest-file.ts'
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
  try {
    for (const [path, sha256] of expected) {
      const body = await evidence.get(`${prefix}${path}`)
      if (hash('sha256', body, 'hex') !== sha256)
        throw new BundleInvalid('manifest', `${path}: expected the bytes that ${bundlePaths.manifest} names`)
      await write(join(directory, path), body)
    }
    await write(join(directory, bundlePaths.manifest), manifest)
  } catch (error) {
    // The directory was new or empty, and half of a bundle is in the way of the whole one.
    for (const path of new Set([...expected.keys()].map((path) => path.split('/')[0]!)))
      await rm(join(directory, path), { recursive: true, force: true })
    throw error
  }
  return expected.size + 1
}

async function write(path: string, body: Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, body, { flag: 'wx' })
}
