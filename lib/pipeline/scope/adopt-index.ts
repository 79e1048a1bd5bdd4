import type { Ports } from '../../ports.ts'
import { caseKeysOf } from '../../subject-index/case-keys.ts'
import type { IndexSource } from '../../subject-index/index-source.ts'
import { openPart } from '../../subject-index/open-part.ts'
import { uniteIndexes } from '../../subject-index/unite-indexes.ts'
import { formatDocument, type ManifestDocument } from '../evidence/documents.ts'
import { runKey } from '../evidence/evidence-keys.ts'
import { publish } from '../evidence/publish.ts'

const pieceBytes = 4 << 20

/**
 * Makes an index that was built before, with those that add to it, the subject index of a run that looks and attests nothing,
 * instead of building one. All of it is checked first.
 * @throws IndexInvalid when one is damaged, was built with another case key, or does not add to the one before it
 */
export async function adoptIndex(
  ports: Pick<Ports, 'evidence' | 'largeEvidence' | 'caseKey'>,
  { runId, sources }: { runId: string; sources: readonly IndexSource[] },
): Promise<{ subjects: number }> {
  const keys = caseKeysOf(await ports.caseKey.read())
  const parts = sources.map((source) => openPart(source, keys))
  const index = uniteIndexes(parts)
  index.check()
  const { stored } = await publish(ports.largeEvidence, runKey(runId, 'subject-index'), (sink) => {
    for (const source of sources)
      for (let at = 0; at < source.size; at += pieceBytes) sink(source.read(at, Math.min(source.size, at + pieceBytes)))
  })
  const described = parts.map(({ report, summary }, at) => ({ bytes: sources[at]!.size, report, index: summary }))
  const { report, index: summary } = described.pop()!
  const document: ManifestDocument = {
    schemaVersion: 1,
    report,
    index: { ...summary, sha256: stored.sha256 },
    ...(described.length > 0 && { before: described }),
  }
  await ports.evidence.put(runKey(runId, 'manifest.json'), formatDocument(document))
  return { subjects: index.subjects }
}
