import { hash } from 'node:crypto'
import { bundlePaths } from './bundle-paths.ts'

/** `MANIFEST.sha256` in the form of `sha256sum`: every other file, in byte order of the paths. */
export function formatManifestFile(files: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const paths = [...files.keys()].filter((path) => path !== bundlePaths.manifest).sort()
  return new TextEncoder().encode(paths.map((path) => `${hash('sha256', files.get(path)!, 'hex')}  ${path}\n`).join(''))
}
