import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { IndexInvalid } from '../../../lib/errors.ts'
import { evidenceDirectory } from '../../../lib/local/evidence-directory.ts'
import { largeEvidenceDirectory } from '../../../lib/local/large-evidence-directory.ts'
import { type ManifestDocument, openRunIndex, readManifestDocument } from '../../../lib/pipeline/evidence/documents.ts'
import { adoptIndex } from '../../../lib/pipeline/scope/adopt-index.ts'
import { buildScopeShard } from '../../../lib/pipeline/scope/build-scope-tree.ts'
import { sourceOfBytes } from '../../../lib/subject-index/index-source.ts'
import { isTransferred } from '../../../lib/subject-index/open-subject-index.ts'
import { buildParts } from '../../subject-index/make-index.ts'
import { scratchDirectory } from '../../support/scratch.ts'

const [base, more, last] = buildParts([['1234567', 'jane_doe'], ['bob@x.org'], ['jane.doe', '7654321']]).map(
  sourceOfBytes,
)
const runId = 'scan'

function place() {
  const root = scratchDirectory()
  return {
    root,
    evidence: evidenceDirectory(root),
    largeEvidence: largeEvidenceDirectory(root),
    caseKey: { read: async () => new Uint8Array(32).fill(7) },
  }
}

describe('an index that a run adopts', () => {
  it('is opened as what it is of all its parts, and says what each was built from', async () => {
    const ports = place()
    expect(await adoptIndex(ports, { runId, sources: [base!, more!, last!] })).toEqual({ subjects: 5 })
    const { index } = await openRunIndex(ports, runId)
    expect([index.subjects, index.parts.length]).toEqual([5, 3])
    for (const text of ['1234567', 'jane_doe', 'bob@x.org', 'jane.doe', '7654321'])
      expect(isTransferred(index, text)).toBe(true)
    index.check()
    const document = await readManifestDocument(ports, runId)
    expect(document).toMatchObject({
      index: { subjects: 2 },
      before: [
        { bytes: base!.size, index: { subjects: 2 } },
        { bytes: more!.size, index: { subjects: 1 } },
      ],
    })
  })

  it('is one alone where nothing was added', async () => {
    const ports = place()
    await adoptIndex(ports, { runId, sources: [base!] })
    expect((await openRunIndex(ports, runId)).index.subjects).toBe(2)
    expect(await readManifestDocument(ports, runId)).not.toHaveProperty('before')
  })

  it.each([
    { name: 'without the first', sources: [more!, last!] },
    { name: 'without the middle one', sources: [base!, last!] },
    { name: 'in another order', sources: [more!, base!] },
  ])('is refused $name, before anything is written', async ({ sources }) => {
    const ports = place()
    await expect(adoptIndex(ports, { runId, sources })).rejects.toThrow(IndexInvalid)
    await expect(readManifestDocument(ports, runId)).rejects.toThrow(/expected a document/)
  })

  const changes: { name: string; change(document: ManifestDocument): ManifestDocument }[] = [
    { name: 'says nothing of those before', change: ({ before: _, ...rest }) => rest },
    { name: 'leaves one out', change: (document) => ({ ...document, before: document.before!.slice(0, 1) }) },
    { name: 'has them elsewhere', change: (document) => ({ ...document, before: document.before!.toReversed() }) },
    {
      name: 'has more than there is',
      change: (document) => ({ ...document, before: [...document.before!, { ...document.before![0]!, bytes: 1e6 }] }),
    },
    {
      name: 'is of another manifest',
      change: (document) => ({ ...document, report: { ...document.report, sha256: 'cd'.repeat(32) } }),
    },
  ]
  it.each(changes)('is refused when the document beside it $name', async ({ change }) => {
    const ports = place()
    await adoptIndex(ports, { runId, sources: [base!, more!, last!] })
    const path = join(ports.root, 'runs', runId, 'manifest.json')
    const document = JSON.parse(readFileSync(path, 'utf8')) as ManifestDocument
    writeFileSync(path, JSON.stringify(change(document)))
    await expect(openRunIndex(ports, runId)).rejects.toThrow(IndexInvalid)
  })

  it('of several parts makes no scope that could be attested: that would be of a part alone', async () => {
    const ports = {
      ...place(),
      manifests: { open: () => Promise.reject(new Error('expected no manifest to be read')) },
    }
    await adoptIndex(ports, { runId, sources: [base!, more!] })
    const build = buildScopeShard(ports, { runId, at: '2026-01-01T00:00:00Z', shard: 0 })
    await expect(build).rejects.toThrow(IndexInvalid)
  })
})
