import { ProofInvalid } from '../../errors.ts'
import { bundlePaths } from '../bundle-paths.ts'
import { formatManifestFile } from '../manifest-file.ts'
import type { Checked } from '../run-check.ts'

/** `MANIFEST.sha256` lists exactly these files with exactly these bytes. It is not signed: this finds damage, not fraud. */
export function checkManifest(files: ReadonlyMap<string, Uint8Array>): Checked<undefined> {
  const given = Buffer.from(files.get(bundlePaths.manifest)!).toString('latin1')
  const expected = Buffer.from(formatManifestFile(files)).toString('latin1')
  if (given !== expected) {
    const lines = new Set(given.split('\n'))
    const missing = expected.split('\n').find((line) => !lines.has(line))
    throw new ProofInvalid(
      missing === undefined
        ? 'MANIFEST.sha256: expected every file once, in order, and nothing else'
        : `${missing.slice(66)}: expected the digest in MANIFEST.sha256, got another`,
    )
  }
  return { count: files.size - 1, value: undefined }
}
