import { createHash } from 'node:crypto'
import { type CaseRule, Identifier } from '../../lib/manifest/identifier.ts'
import type { ManifestReport } from '../../lib/manifest/read-manifest.ts'
import { createIndexBuilder } from '../../lib/subject-index/build-subject-index.ts'
import { type CaseKeys, caseKeysOf } from '../../lib/subject-index/case-keys.ts'
import type { HashedForm } from '../../lib/subject-index/hashed-forms.ts'
import type { IndexSummary } from '../../lib/subject-index/index-format.ts'
import type { IndexSource } from '../../lib/subject-index/index-source.ts'
import { openPart } from '../../lib/subject-index/open-part.ts'
import { openSubjectIndex, type SubjectIndex } from '../../lib/subject-index/open-subject-index.ts'

export const testKeys: CaseKeys = caseKeysOf(Buffer.alloc(32, 7))
const testManifestSha256 = 'ab'.repeat(32)
export const testReport: ManifestReport = {
  sha256: testManifestSha256,
  bytes: 100,
  format: 'lines',
  rows: 10,
  confirmed: 10,
  empty: { count: 0, first: [] },
  notYetTransferred: { count: 0, first: [] },
  transferColumn: false,
}

/** The same bytes for the same seed. */
export function seededRandom(seed: string): (bytes: number) => Uint8Array {
  let counter = 0
  return (bytes) => {
    const blocks: Buffer[] = []
    for (let got = 0; got < bytes; got += 32) {
      blocks.push(createHash('sha256').update(`${seed} ${counter++}`).digest())
    }
    return Uint8Array.from(Buffer.concat(blocks).subarray(0, bytes))
  }
}

type Options = {
  caseRule?: CaseRule
  seed?: string
  pending?: readonly string[]
  /** What is added to, in order. */
  bases?: readonly (Uint8Array | IndexSource)[]
  mostHeld?: number
  hashedForms?: readonly HashedForm[]
  nobody?: readonly { text: string; where: string }[]
}

export function buildIndex(texts: Iterable<string>, options: Options = {}): ReturnType<typeof finishInMemory> {
  const { caseRule = 'fold', seed = 'seed', pending = [], bases = [], ...others } = options
  const parts = bases.map((base) => openPart(base, testKeys))
  const random = seededRandom(seed)
  const builder = createIndexBuilder({ caseRule, keys: testKeys, random, bases: parts, ...others })
  let line = 0
  for (const text of texts) {
    const problem = builder.add(++line, new Identifier(text))
    if (problem !== undefined) throw new Error(`line ${line}: ${problem}`)
  }
  for (const text of pending) builder.exclude(++line, new Identifier(text))
  return finishInMemory(builder)
}

/** What the builder writes, in memory. */
export function finishInMemory(builder: ReturnType<typeof createIndexBuilder>): {
  bytes: Uint8Array
  summary: IndexSummary
} {
  const parts: Uint8Array[] = []
  const summary = builder.finish(testReport, (bytes) => parts.push(bytes.slice()))
  return { bytes: new Uint8Array(Buffer.concat(parts)), summary }
}

export function makeIndex(texts: Iterable<string>, options: Options = {}): SubjectIndex {
  return openSubjectIndex(buildIndex(texts, options).bytes, testKeys)
}

/** An index of several manifests, of which each one after the first adds to those before. */
export function buildParts(manifests: readonly (readonly string[])[], options: Options = {}): Uint8Array[] {
  const parts: Uint8Array[] = []
  for (const [at, texts] of manifests.entries())
    parts.push(buildIndex(texts, { ...options, seed: `${options.seed ?? 'seed'} ${at}`, bases: parts }).bytes)
  return parts
}
