import { Identifier } from '../../lib/manifest/identifier.ts'
import { createIndexBuilder } from '../../lib/subject-index/build-subject-index.ts'
import { caseKeysOf } from '../../lib/subject-index/case-keys.ts'
import { seededRandom, testReport } from '../subject-index/make-index.ts'
import { digest } from './sample-run.ts'

export const sampleCaseKey = new Uint8Array(32).fill(7)

/** The subject index of `sampleRun`, which has three subjects, with these. */
export function sampleIndex(texts: Iterable<string>): Uint8Array {
  const random = seededRandom('sample')
  const builder = createIndexBuilder({ caseRule: 'fold', keys: caseKeysOf(sampleCaseKey), random })
  let line = 0
  for (const text of texts) {
    const problem = builder.add(++line, new Identifier(text))
    if (problem !== undefined) throw new Error(`line ${line}: ${problem}`)
  }
  const parts: Uint8Array[] = []
  builder.finish({ ...testReport, sha256: digest('a'), rows: line, confirmed: line }, (bytes) =>
    parts.push(bytes.slice()),
  )
  return new Uint8Array(Buffer.concat(parts))
}
