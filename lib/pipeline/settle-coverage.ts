import type { Coverage } from '../inventory/coverage.ts'
import type { Evidence, Ports } from '../ports.ts'
import { mergeCoverage } from '../verdict/merge-coverage.ts'
import { listedOpenVersions } from '../verdict/settle-coverage.ts'
import type { OpenVersion } from '../verdict/store-report.ts'
import { formatDocument, readDocument, readRunConfig } from './evidence/documents.ts'
import { type PassRef, passKey, segmentKey } from './evidence/evidence-keys.ts'
import { readSettled, type SettledSegment } from './evidence/segments.ts'
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
  const segments: SettledSegment[] = []
  const subjects: Uint8Array[] = []
  const open: OpenVersion[] = []
  for await (const { ref: segment, settled } of readSettled(ports.evidence, ref)) {
    segments.push(settled)
    subjects.push(await ports.evidence.get(segmentKey(segment, 'subjects')))
    const own = await readDocument<OpenVersion[]>(ports, segmentKey(segment, 'open.json'))
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

/**
 * A file system that any listing entered before, or the opening one of this pass, and that either listing of this pass did not enter is gone;
 * what lies in a directory that has something mounted on it since is not seen any more.
 */
async function settleMounts(evidence: Evidence, ref: PassRef, segments: readonly SettledSegment[]) {
  const before: SettledSegment[][] = []
  for (let pass = 0; pass < ref.pass; pass++)
    before.push((await Array.fromAsync(readSettled(evidence, { ...ref, pass }))).map(({ settled }) => settled))
  const first = before[0] ?? segments
  const all = (documents: readonly SettledSegment[], listing: 'opening' | 'closing') =>
    new Set(documents.flatMap(({ mounts }) => mounts[listing]))
  const [due, opening, closing] = [all(first, 'opening'), all(segments, 'opening'), all(segments, 'closing')]
  const isGone = (mount: string) => !opening.has(mount) || !closing.has(mount)
  const earlier = before.flat()
  const known = new Set([...all(earlier, 'opening'), ...all(earlier, 'closing'), ...opening])
  const vanished = [...known].filter((mount) => !due.has(mount) && isGone(mount)).length
  const covered = (documents: readonly SettledSegment[], listing: 'opening' | 'closing') =>
    documents.flatMap(({ covered }) => covered?.[listing] ?? [])
  const coveredFirst = new Set(covered(first, 'opening'))
  const later = new Set([...covered(segments, 'opening'), ...covered(segments, 'closing')])
  const covers = [...later].filter((each) => !coveredFirst.has(each)).length
  return {
    seen: opening.size,
    gone: [...due].filter(isGone).length,
    ...(vanished > 0 && { vanished }),
    ...(covers > 0 && { covers }),
  }
}
