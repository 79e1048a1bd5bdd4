import { ManifestInvalid } from '../../lib/errors.ts'
import { canonicalOf } from '../../lib/manifest/identifier.ts'
import { type ManifestReport, readManifest } from '../../lib/manifest/read-manifest.ts'
import { inPieces } from '../decode/collect.ts'

const now = new Date('2026-11-23T12:00:00Z')

/** Reads a manifest and collects its confirmed rows as `line:identifier`. */
export async function read(
  content: string | Uint8Array,
  lengths: readonly number[] = [1e6],
): Promise<{ report: ManifestReport; rows: string[] }> {
  const rows: string[] = []
  const report = await readManifest(inPieces(Buffer.from(content), lengths), { now, name: 'ids' }, (line, id) => {
    const canonical = canonicalOf(id.revealText(), 'exact')
    if ('problem' in canonical) return canonical.problem
    rows.push(`${line}:${id.revealText()}`)
    return undefined
  })
  return { report, rows }
}

/** The refusal of a manifest that must be refused. */
export async function refusal(content: string | Uint8Array, lengths?: readonly number[]): Promise<ManifestInvalid> {
  const outcome = await read(content, lengths).catch((error: unknown) => error)
  if (outcome instanceof ManifestInvalid) return outcome
  throw new Error('expected the manifest to be refused', { cause: outcome })
}
