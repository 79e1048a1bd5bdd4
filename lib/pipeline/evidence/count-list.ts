import { createHash } from 'node:crypto'
import { EvidenceConflict } from '../../errors.ts'
import { bytesOfCounts, countsOfBytes, createCountParts, type SubjectCounts } from '../../finding/subject-counts.ts'
import type { Evidence } from '../../ports.ts'
import { putSame } from './publish.ts'

/** Counts of subjects in documents of bounded size; `sha256` is over the bytes of all of them. */
export type CountList = { parts: number; sha256: string }

/** Writes counts as they come. Documents that an earlier try wrote have to be the same. @throws EvidenceConflict */
export function createCountList(evidence: Evidence, keyOf: (part: number) => string) {
  const all = createHash('sha256')
  let parts = 0
  const counts = createCountParts(async (pairs) => {
    const bytes = bytesOfCounts(pairs)
    await putSame(evidence, keyOf(parts++), bytes)
    all.update(bytes)
  })
  return {
    add: counts.add,
    async finish(): Promise<CountList> {
      await counts.finish()
      return { parts, sha256: all.digest('hex') }
    },
  }
}

/** The counts of a list, a document at a time. @throws EvidenceConflict at the end, when they are not those that were written */
export async function* readCountList(
  evidence: Evidence,
  keyOf: (part: number) => string,
  { parts, sha256 }: CountList,
): AsyncGenerator<SubjectCounts> {
  const all = createHash('sha256')
  for (let part = 0; part < parts; part++) {
    const bytes = await evidence.get(keyOf(part))
    all.update(bytes)
    yield countsOfBytes(bytes)
  }
  if (all.digest('hex') !== sha256)
    throw new EvidenceConflict(`${keyOf(0)}: expected the counts that were listed, got others`)
}
