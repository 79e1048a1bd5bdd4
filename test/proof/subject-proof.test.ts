import { describe, expect, it } from 'vitest'
import { inclusionProof, leafHash, rootAt, treeOf } from '../../lib/log/merkle.ts'
import { describeSubject } from '../../lib/proof/describe-subject.ts'
import { openSubject, resultLeafOf, scopeLeafOf } from '../../lib/proof/subject-leaf.ts'
import {
  formatPath,
  formatSubjectProof,
  parseSubjectProof,
  proofFormat,
  type SubjectProof,
  type SubjectRoots,
  verifySubjectProof,
} from '../../lib/proof/subject-proof.ts'
import { testKeys } from '../subject-index/make-index.ts'

const ids = Array.from({ length: 11 }, (_, n) => `71000000${n}`)
const opened = ids.map((id) => openSubject(testKeys, 'decimal', id))
const scope = opened.map(scopeLeafOf)
const deleted = { status: 'deleted', before: 3, after: 0 } as const
const results = scope.map((leaf) => resultLeafOf(leaf, deleted))
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
const [scopeTree, resultTree] = [treeOf(scope), treeOf(results)]
const roots: SubjectRoots = {
  population: ids.length,
  scopeRoot: hex(rootAt(scopeTree)),
  resultRoot: hex(rootAt(resultTree)),
  run: 'verified',
}
const proofOf = (index: number, change: Partial<SubjectProof> = {}): SubjectProof => ({
  format: proofFormat,
  runId: 'run-1',
  scopeEnvelope: 'a'.repeat(64),
  summaryEnvelope: 'b'.repeat(64),
  shape: 'decimal',
  identifier: ids[index]!,
  salt: hex(opened[index]!.salt),
  index,
  subjects: ids.length,
  ...deleted,
  scopePath: formatPath(inclusionProof(scopeTree, index)),
  resultPath: formatPath(inclusionProof(resultTree, index)),
  ...change,
})

describe('a proof of one subject', () => {
  it.each(ids.map((_, index) => index))('holds for subject %i, and comes back as it was written', (index) => {
    const proof = parseSubjectProof(Buffer.from(formatSubjectProof(proofOf(index))))
    expect(proof).toEqual(proofOf(index))
    expect(() => verifySubjectProof(proof, roots)).not.toThrow()
  })

  const wrong: { name: string; proof: SubjectProof; roots?: Partial<SubjectRoots>; why: RegExp }[] = [
    { name: 'another status', proof: proofOf(4, { status: 'never-found' }), why: /^result tree: .*root/ },
    { name: 'another number before', proof: proofOf(4, { before: 2 }), why: /^result tree/ },
    { name: 'another number after', proof: proofOf(4, { after: 1 }), why: /^result tree/ },
    { name: 'another person', proof: proofOf(4, { identifier: ids[5]! }), why: /^scope tree: .*root/ },
    { name: 'another person at their place', proof: proofOf(4, { identifier: ids[5]!, index: 5 }), why: /^scope tree/ },
    {
      name: 'the result of another person',
      proof: proofOf(4, { resultPath: proofOf(5).resultPath }),
      why: /^result tree/,
    },
    { name: 'another salt', proof: proofOf(4, { salt: hex(opened[5]!.salt) }), why: /^scope tree/ },
    { name: 'a place behind the last', proof: proofOf(4, { index: 11 }), why: /^scope tree: .*index/ },
    { name: 'another number of subjects', proof: proofOf(4, { subjects: 12 }), why: /^subjects: expected 11/ },
    {
      name: 'a path that is too long',
      proof: proofOf(4, { scopePath: formatPath([...inclusionProof(scopeTree, 4), scope[0]!]) }),
      why: /length/,
    },
    { name: 'a path of half a hash', proof: proofOf(4, { scopePath: 'AAAA' }), why: /^scope tree: path|^path/ },
    { name: 'an identifier that is not canonical', proof: proofOf(4, { identifier: 'null' }), why: /^identifier/ },
    { name: 'another shape', proof: proofOf(4, { shape: 'handle' }), why: /^identifier/ },
    { name: 'another scope', proof: proofOf(4), roots: { scopeRoot: roots.resultRoot }, why: /^scope tree/ },
    { name: 'another result', proof: proofOf(4), roots: { resultRoot: roots.scopeRoot }, why: /^result tree/ },
    { name: 'a run that is not verified', proof: proofOf(4), roots: { run: 'incomplete' }, why: /^status/ },
  ]
  it.each(wrong)('is refused with $name', ({ proof, roots: change, why }) => {
    const parsed = parseSubjectProof(Buffer.from(formatSubjectProof(proof)))
    expect(() => verifySubjectProof(parsed, { ...roots, ...change })).toThrow(why)
  })

  it.each([
    ['white space', (text: string) => text.replace('"index": 4', '"index":  4')],
    [
      'its fields in another order',
      (text: string) => JSON.stringify(Object.fromEntries(Object.entries(JSON.parse(text)).reverse()), null, 1),
    ],
    ['a field twice', (text: string) => text.replace('"index": 4', '"index": 3,\n "index": 4')],
    ['one more field', (text: string) => text.replace('"index": 4', '"index": 4,\n "more": 1')],
    ['another version', (text: string) => text.replace(proofFormat, 'odv-subject-proof 2')],
  ])('is refused with %s, and the refusal quotes nothing', (_what, change) => {
    const text = change(formatSubjectProof(proofOf(4)))
    let refusal = ''
    try {
      parseSubjectProof(Buffer.from(text))
    } catch (error) {
      refusal = (error as Error).message
    }
    expect(refusal).toMatch(/^subject proof: /)
    expect(refusal).not.toContain(ids[4])
  })

  it('names nobody else: of others it holds hashes of salted leaves alone', () => {
    const proof = proofOf(4)
    const text = formatSubjectProof(proof)
    for (const [index, { salt }] of opened.entries())
      if (index !== 4)
        for (const secret of [ids[index]!, hex(salt), Buffer.from(salt).toString('base64')])
          expect(text).not.toContain(secret)
    // The sibling is a leaf: without its salt, trying all identifiers on its hash comes to nothing.
    const sibling = Buffer.from(proof.scopePath, 'base64').subarray(0, 32)
    expect(sibling).toEqual(Buffer.from(scope[5]!))
    for (const id of ids)
      for (const salt of [new Uint8Array(16), opened[4]!.salt])
        expect(sibling).not.toEqual(
          Buffer.from(leafHash(Buffer.concat([Buffer.from('odv scope 1'), salt, Buffer.of(1), Buffer.from(id)]))),
        )
  })

  it('has less than 3 KB among ten million, and among two hundred million', () => {
    const hashes = (count: number) => formatPath(Array.from({ length: count }, () => new Uint8Array(32).fill(255)))
    const size = (levels: number, change: Partial<SubjectProof>) =>
      formatSubjectProof(proofOf(4, { scopePath: hashes(levels), resultPath: hashes(levels), ...change })).length
    const large = { runId: 'r'.repeat(45), index: 9_999_999, subjects: 10_000_000, before: 100_000 }
    expect(size(24, { ...large, identifier: '7'.repeat(19) })).toBeLessThan(3000)
    expect(size(28, { ...large, index: 199_999_999, subjects: 200_000_000, identifier: '7'.repeat(32) })).toBeLessThan(
      3072,
    )
  })

  it.each([
    [
      { status: 'deleted', before: 3, after: 0 },
      'found in 3 object versions in offshore backups before; gone, as the last inventories, taken between 2026-11-01 17:00:00 UTC and 2026-11-26 18:00:00 UTC, show',
    ],
    [
      { status: 'never-found', before: 0, after: 0 },
      'in scope, and not found in any offshore backup by this run, whatever an earlier one found; looked for in everything that the last inventories, taken between 2026-11-01 17:00:00 UTC and 2026-11-26 18:00:00 UTC, list',
    ],
    [
      { status: 'residual', before: 3, after: 1 },
      'still there: found in 1 object version in offshore backups by the last scan (3 object versions before)',
    ],
    [
      { status: 'undetermined', before: 1, after: 0 },
      'found in 1 object version in offshore backups before; whether it is gone is not shown, since not everything could be verified',
    ],
    [
      { status: 'undetermined', before: 0, after: 0 },
      'not found so far; whether it is nowhere is not shown, since not everything could be verified',
    ],
  ] as const)('says in words: %o', (result, words) => {
    expect(describeSubject(result, { from: '2026-11-01T17:00:00.000Z', to: '2026-11-26T18:00:00.000Z' })).toBe(words)
  })
})
