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
    const changed = expected.split('\n').find((line) => !lines.has(line))
    throw new ProofInvalid(
      changed === undefined
        ? missingFrom(files, lines)
        : `${changed.slice(66)}: expected the digest in MANIFEST.sha256, got another`,
    )
  }
  return { count: files.size - 1, value: undefined }
}

/** A listed name may be anything: only one that a bundle has is shown. */
function missingFrom(files: ReadonlyMap<string, Uint8Array>, lines: ReadonlySet<string>): string {
  const missing = [...lines].map((line) => line.slice(66)).filter((path) => path !== '' && !files.has(path))
  const shown = missing.find((path) =>
    /^attestations\/\d{6}\.(?:dsse|document|store-report|sigstore)\.json(?:\.tlog-proof)?$/.test(path),
  )
  return missing.length === 0
    ? 'MANIFEST.sha256: expected every file once, in order, and nothing else'
    : `MANIFEST.sha256: expected every file that it lists, got ${missing.length} of them missing${shown === undefined ? '' : `, as ${shown}`}`
}
