import type { Coverage } from '../inventory/coverage.ts'
import type { Evidence, Ports } from '../ports.ts'
import { mergeCoverage } from '../verdict/merge-coverage.ts'
import { listedOpenVersions } from '../verdict/settle-coverage.ts'
import type { OpenVersion } from '../verdict/store-report.ts'
import { formatDocument, readDocument, readRunConfig } from './evidence/documents.ts'
import { type PassRef, passKey, segmentKey } from './evidence/evidence-keys.ts'
import { readSegments } from './plan-listing.ts'
import type { SegmentDocument } from './settle-segment.ts'
import { parseInput, passInput } from './task-input.ts'

/**
 * Joins what the segments of a pass came to. All of them: one that is missing is an error.
 * @throws EvidenceMissing
 */
export async function settleCoverage(
  ports: Pick<Ports, 'evidence'>,
  input: unknown,
): Promise<{ found: number; unverified: number; versions: number; bytesRead: number; passesLeft: number }> {
  const ref = parseInput('settle-coverage', passInput, input)
  const segments = await readSettled(ports.evidence, ref)
  const subjects: Uint8Array[] = []
  const open: OpenVersion[] = []
  for (const segment of segments.keys()) {
    subjects.push(await ports.evidence.get(segmentKey({ ...ref, segment }, 'subjects')))
    const own = await readDocument<OpenVersion[]>(ports, segmentKey({ ...ref, segment }, 'open.json'))
    open.push(...own.slice(0, listedOpenVersions - open.length))
  }
  const joined = mergeCoverage(
    segments.map(({ coverage }, index) => ({ coverage, subjects: subjects[index]! })),
    await settleMounts(ports.evidence, ref, segments),
  )
  await ports.evidence.put(passKey(ref, 'open.json'), formatDocument(open))
  await ports.evidence.put(passKey(ref, 'coverage.json'), formatDocument(joined))
  // What is attested is what was stored first.
  const settled = await readDocument<Coverage>(ports, passKey(ref, 'coverage.json'))

  const { passes } = await readRunConfig(ports, ref.runId)
  return {
    found: settled.found.versions,
    unverified: settled.unverified.reduce((sum, { versions }) => sum + versions, 0),
    versions: settled.inventory.versions,
    bytesRead: settled.bytesRead,
    passesLeft: passes - ref.pass - 1,
  }
}

async function readSettled(evidence: Evidence, ref: PassRef): Promise<SegmentDocument[]> {
  const documents: SegmentDocument[] = []
  for (const segment of (await readSegments(evidence, ref)).keys())
    documents.push(await readDocument({ evidence }, segmentKey({ ...ref, segment }, 'coverage.json')))
  return documents
}

/** A file system of pass 0 that either listing of this pass did not enter is gone. */
async function settleMounts(evidence: Evidence, ref: PassRef, segments: readonly SegmentDocument[]) {
  const first = ref.pass === 0 ? segments : await readSettled(evidence, { ...ref, pass: 0 })
  const all = (documents: readonly SegmentDocument[], listing: 'opening' | 'closing') =>
    new Set(documents.flatMap(({ mounts }) => mounts[listing]))
  const [due, opening, closing] = [all(first, 'opening'), all(segments, 'opening'), all(segments, 'closing')]
  return {
    seen: opening.size,
    gone: [...due].filter((mount) => !opening.has(mount) || !closing.has(mount)).length,
  }
}
