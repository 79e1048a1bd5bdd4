import { hash } from 'node:crypto'
import { FormatInvalid } from '../errors.ts'
import { bundlePaths } from './bundle-paths.ts'

/** `MANIFEST.sha256` in the form of `sha256sum`: every other file, in byte order of the paths. */
export function formatManifestFile(files: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const paths = [...files.keys()].filter((path) => path !== bundlePaths.manifest).sort()
  return new TextEncoder().encode(paths.map((path) => `${hash('sha256', files.get(path)!, 'hex')}  ${path}\n`).join(''))
}

/** Digests (hex) by path. @throws FormatInvalid for anything that `formatManifestFile` does not write */
export function parseManifestFile(bytes: Uint8Array): Map<string, string> {
  const digests = new Map<string, string>()
  const lines = Buffer.from(bytes).toString('latin1').split('\n')
  if (lines.pop() !== '') throw new FormatInvalid(`${bundlePaths.manifest}: expected a line feed at its end`)
  let before = ''
  for (const line of lines) {
    const [, digest, path] =
      /^([0-9a-f]{64}) {2}((?:[A-Za-z0-9_-][A-Za-z0-9._-]*\/)*[A-Za-z0-9_-][A-Za-z0-9._-]*)$/.exec(line) ?? []
    if (digest === undefined || path === undefined || path <= before)
      throw new FormatInvalid(`${bundlePaths.manifest}: expected a digest and a path a line, in order`)
    digests.set(path, digest)
    before = path
  }
  return digests
}
