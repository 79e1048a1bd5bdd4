import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decideRun, runSummaryStatement, type StoreVerdict } from '../../lib/attestation/to-run-summary.ts'
import { context, digest, documentOf } from '../support/sample-run.ts'

const verified = (storeId: string): StoreVerdict => ({
  storeId,
  verdict: 'verified',
  reasons: [],
  envelopeSha256: digest('1'),
})
const residual = (storeId: string): StoreVerdict => ({
  ...verified(storeId),
  verdict: 'residual',
  reasons: ['found: 1'],
})
const incomplete = (storeId: string): StoreVerdict => ({
  ...verified(storeId),
  verdict: 'incomplete',
  reasons: ['encrypted: 1'],
})
const { envelopeSha256: _, ...unattested } = verified('a')

describe('the result of a run', () => {
  const cases = [
    {
      name: 'every store verified',
      planned: ['a', 'b'],
      verdicts: [verified('a'), verified('b')],
      expected: 'verified',
    },
    { name: 'one residual', planned: ['a', 'b'], verdicts: [verified('a'), residual('b')], expected: 'residual' },
    { name: 'one incomplete', planned: ['a', 'b'], verdicts: [incomplete('a'), verified('b')], expected: 'incomplete' },
    {
      name: 'residual before incomplete',
      planned: ['a', 'b'],
      verdicts: [incomplete('a'), residual('b')],
      expected: 'residual',
    },
    { name: 'a store that reports nothing', planned: ['a', 'b'], verdicts: [verified('a')], expected: 'incomplete' },
    {
      name: 'a store that was not planned',
      planned: ['a'],
      verdicts: [verified('a'), verified('b')],
      expected: 'incomplete',
    },
    {
      name: 'two verdicts on one store',
      planned: ['a'],
      verdicts: [verified('a'), verified('a')],
      expected: 'incomplete',
    },
    {
      name: 'two verdicts, one residual',
      planned: ['a'],
      verdicts: [verified('a'), residual('a')],
      expected: 'residual',
    },
    { name: 'a verdict that is not attested', planned: ['a'], verdicts: [unattested], expected: 'incomplete' },
    {
      name: 'a verified one with a reason against it',
      planned: ['a'],
      verdicts: [{ ...verified('a'), reasons: ['x'] }],
      expected: 'incomplete',
    },
    {
      name: 'a residual one that was not planned',
      planned: ['a'],
      verdicts: [verified('a'), residual('b')],
      expected: 'residual',
    },
    {
      name: 'an incomplete one that says no reason',
      planned: ['a'],
      verdicts: [{ ...incomplete('a'), reasons: [] }],
      expected: 'incomplete',
    },
    { name: 'no store at all', planned: [], verdicts: [], expected: 'incomplete' },
  ]
  for (const { name, planned, verdicts, expected } of cases)
    it(`is ${expected}: ${name}`, () => expect(decideRun({ planned, verdicts }).result).toBe(expected))

  it('is never verified when the run failed', () => {
    const failure = { state: 'BuildIndex', error: 'ManifestInvalid' }
    expect(decideRun({ planned: ['a'], verdicts: [verified('a')], failure })).toMatchObject({
      result: 'incomplete',
      reasons: ['failure: ManifestInvalid in BuildIndex'],
    })
  })

  it('is verified only when each planned store has exactly one attested verdict, and that is verified', () => {
    const storeId = fc.constantFrom('a', 'b', 'c')
    const verdict = fc.tuple(storeId, fc.constantFrom(verified, residual, incomplete)).map(([id, make]) => make(id))
    fc.assert(
      fc.property(fc.uniqueArray(storeId), fc.array(verdict, { maxLength: 5 }), (planned, verdicts) => {
        const earned =
          planned.length > 0 &&
          verdicts.length === planned.length &&
          planned.every((id) => verdicts.some((each) => each.storeId === id && each.verdict === 'verified'))
        expect(decideRun({ planned, verdicts }).result === 'verified').toBe(earned)
      }),
      { numRuns: 1000 },
    )
  })
})

describe('the summary of a run', () => {
  it('lists every planned store and the attestations of their verdicts', () => {
    const { predicate } = runSummaryStatement(context, {
      planned: ['a', 'b'],
      verdicts: [verified('a')],
      document: documentOf('summary.json', {}),
    })
    expect(predicate).toMatchObject({
      phase: 'run-summary',
      result: 'incomplete',
      inputs: [
        { name: 'a', predicateType: 'https://example.com/deletion-verification/v1', digest: { sha256: digest('1') } },
      ],
      stores: [
        { storeId: 'a', result: 'verified', reasons: [] },
        { storeId: 'b', result: 'incomplete' },
      ],
    })
  })

  it('can be made when no manifest could be read', () => {
    const { scope: _, ...bare } = context
    const failure = { state: 'BuildIndex', error: 'ManifestInvalid' }
    const summary = runSummaryStatement(bare, { planned: ['a'], verdicts: [], failure, document: documentOf('s', {}) })
    expect(summary.predicate).not.toHaveProperty('scope')
    expect(summary.predicate.result).toBe('incomplete')
  })
})
