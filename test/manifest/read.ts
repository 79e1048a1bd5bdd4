import { ManifestInvalid } from '../../lib/errors.ts'
import { canonicalOf, type Identifier } from '../../lib/manifest/identifier.ts'
import { type ManifestReport, readManifest } from '../../lib/manifest/read-manifest.ts'
import { inPieces } from '../decode/collect.ts'

const now = new Date('2026-11-23T12:00:00Z')

/** Reads a manifest and collects its rows as `line:identifier`. `again`: what is there when it is opened again. */
export async function read(
  content: string | Uint8Array,
  lengths: readonly number[] = [1e6],
  again = content,
): Promise<{ report: ManifestReport; rows: string[]; pending: string[] }> {
  const rows: string[] = []
  const pending: string[] = []
  const into = (list: string[]) => (line: number, id: Identifier) => {
    const canonical = canonicalOf(id.revealText(), 'exact')
    if ('problem' in canonical) return canonical.problem
    list.push(`${line}:${id.revealText()}`)
    return undefined
  }
  const readers = { confirmed: into(rows), pending: into(pending) }
  const contents = [content]
  const open = async () => inPieces(Buffer.from(contents.pop() ?? again), lengths)
  const report = await readManifest(open, { now, name: 'ids' }, readers)
  return { report, rows, pending }
}

/** The refusal of a manifest that must be refused. */
export async function refusal(content: string | Uint8Array, lengths?: readonly number[]): Promise<ManifestInvalid> {
  const outcome = await read(content, lengths).catch((error: unknown) => error)
  if (outcome instanceof ManifestInvalid) return outcome
  throw new Error('expected the manifest to be refused', { cause: outcome })
}
