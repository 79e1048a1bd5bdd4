import type { Ports } from '../ports.ts'
import { caseKeysOf } from '../subject-index/case-keys.ts'
import type { IndexSource } from '../subject-index/index-source.ts'
import { openSubjectIndex } from '../subject-index/open-subject-index.ts'
import { formatDocument, type ManifestDocument } from './documents.ts'
import { runKey } from './evidence-keys.ts'

const pieceBytes = 4 << 20

/**
 * Makes an index that was built before the subject index of a run that looks and attests nothing, instead of building one.
 * All of it is checked first. @throws IndexInvalid when it is damaged, or was built with another case key
 */
export async function adoptIndex(
  ports: Pick<Ports, 'evidence' | 'largeEvidence' | 'caseKey'>,
  { runId, source }: { runId: string; source: IndexSource },
): Promise<{ subjects: number }> {
  const index = openSubjectIndex(source, caseKeysOf(await ports.caseKey.read()))
  index.check()
  const draft = await ports.largeEvidence.draft()
  try {
    for (let at = 0; at < source.size; at += pieceBytes)
      draft.write(source.read(at, Math.min(source.size, at + pieceBytes)))
    const { sha256 } = await draft.publish(runKey(runId, 'subject-index'))
    const document: ManifestDocument = {
      schemaVersion: 1,
      report: index.report,
      index: { ...index.summary, sha256 },
    }
    await ports.evidence.put(runKey(runId, 'manifest.json'), formatDocument(document))
  } finally {
    await draft.discard()
  }
  return { subjects: index.subjects }
}
