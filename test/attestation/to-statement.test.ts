import { hash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { formatStatement } from '../../lib/attestation/statement.ts'
import {
  acknowledgementStatement,
  requestStatement,
  scanStatement,
  scopeStatement,
  verificationStatement,
} from '../../lib/attestation/to-statement.ts'
import { EvidenceConflict } from '../../lib/errors.ts'
import { decideVerdict } from '../../lib/verdict/decide-verdict.ts'
import type { StoreReport } from '../../lib/verdict/store-report.ts'
import {
  acknowledgement,
  cleanCoverage,
  context,
  digest,
  documentOf,
  foundCoverage,
  report,
  request,
  store,
} from '../support/sample-run.ts'
import { statements } from '../support/sample-statements.ts'

const document = documentOf('report.json', report)
const judge = (each: StoreReport) =>
  verificationStatement(context, {
    report: each,
    decision: decideVerdict(each),
    document: documentOf('report.json', each),
  }).predicate

describe('a statement', () => {
  it('vouches for the exact bytes of one document', () => {
    const statement = verificationStatement(context, { report, decision: decideVerdict(report), document })
    expect(statement.subject).toEqual([
      { name: 'report.json', digest: { sha256: hash('sha256', document.body, 'hex') } },
    ])
    expect(statement.predicateType).toBe('https://example.com/deletion-verification/v1')
  })

  it('says in every phase whose data, under which key, by which tool, and what is not proven', () => {
    const ofRuns = statements.filter(({ statement }) => statement.predicate.phase !== 'key-transition')
    expect(ofRuns).toHaveLength(7)
    for (const { statement } of ofRuns)
      expect(statement.predicate).toMatchObject({
        runId: 'run-1',
        scope: { population: 3, scopeRoot: digest('5'), keyCommitment: digest('b'), manifest: { sha256: digest('a') } },
        tool: { name: 'odv', version: '0.1.0', configSha256: digest('c') },
        limitations: statement.predicate.phase === 'correction' ? [expect.any(String)] : context.limitations,
      })
  })

  it('cannot be made without saying what is not proven', () => {
    const silent = scopeStatement({ ...context, limitations: [] }, { stores: [{ storeId: 'sg' }], document })
    expect(() => formatStatement(silent)).toThrow('limitations')
  })

  it('is not made about another document than the one that is stored', () => {
    const decision = decideVerdict(report)
    const coverage = cleanCoverage
    for (const make of [
      () => scanStatement(context, { store, pass: 0, coverage, document: documentOf('c', foundCoverage) }),
      () => scanStatement(context, { store, pass: 0, coverage, document: { name: 'c', body: Buffer.from('{') } }),
      () => requestStatement(context, { store, request, document: documentOf('r', { ...request, versions: 2 }) }),
      () => acknowledgementStatement(context, { store, request, acknowledgement, document: documentOf('a', request) }),
      () => verificationStatement(context, { report, decision, document: documentOf('r', { ...report, passes: [] }) }),
    ])
      expect(make).toThrow(EvidenceConflict)
  })

  it('is not made from a request or acknowledgement of another run, store or request', () => {
    const foreign = [
      { ...request, runId: 'run-2' },
      { ...request, storeId: 'ie' },
    ]
    for (const each of foreign) {
      const about = { store, request: each }
      expect(() => requestStatement(context, { ...about, document: documentOf('r', each) })).toThrow(EvidenceConflict)
      const answered = { ...about, acknowledgement, document: documentOf('a', acknowledgement) }
      expect(() => acknowledgementStatement(context, answered)).toThrow(EvidenceConflict)
    }
    const other = { ...acknowledgement, requestId: 'run-1.sg.1' }
    expect(() =>
      acknowledgementStatement(context, { store, request, acknowledgement: other, document: documentOf('a', other) }),
    ).toThrow(EvidenceConflict)
  })

  it('writes an obligation’s date, which a person wrote, as every other time', () => {
    expect(judge(report)).toMatchObject({
      obligation: { instrument: 'NSA', clause: '3.2', dueAt: '2026-12-01T00:00:00.000Z' },
    })
  })

  it('about a scan or a request is not made without the manifest that is in scope', () => {
    const { scope: _, ...bare } = context
    const coverage = { store, pass: 0, coverage: cleanCoverage, document: documentOf('c', cleanCoverage) }
    expect(() => scanStatement(bare, coverage)).toThrow(EvidenceConflict)
    expect(() => requestStatement(bare, { store, request, document: documentOf('r', request) })).toThrow(
      EvidenceConflict,
    )
  })
})

describe('the statement of a pass', () => {
  it('accounts for every object version of the inventory', () => {
    const { predicate } = scanStatement(context, {
      store,
      pass: 0,
      coverage: foundCoverage,
      document: documentOf('c', foundCoverage),
    })
    expect(predicate).toMatchObject({
      pass: 0,
      result: 'not-applicable',
      inventory: { versions: 4, bytes: 400, deleteMarkers: 1, inventorySha256: digest('d') },
      scan: {
        clean: { versions: 2, bytes: 200 },
        found: { versions: 1, bytes: 100 },
        unverified: [{ reason: 'encrypted', versions: 1, bytes: 100 }],
        findings: 5,
        foundSubjects: 2,
        outcomesSha256: digest('e'),
      },
      validation: { positiveControls: { planted: 3, detected: 3 }, negativeControls: { falseAlarms: 0 } },
    })
  })
})

describe('the statement of a verdict', () => {
  it('says verified with all that it follows from', () => {
    expect(judge(report)).toMatchObject({
      result: 'verified',
      reasons: [],
      verification: {
        passes: 2,
        requests: 1,
        freshInventory: true,
        secondsAfterAck: 2,
        residualVersions: 0,
        residualFindings: 0,
        residualSubjects: 0,
        coveragePpm: 1_000_000,
      },
    })
  })

  it('calls an inventory fresh from the moment of the answer on', () => {
    const atOnce = { ...acknowledgement, acknowledgedAt: cleanCoverage.inventory.startedAt }
    expect(judge({ ...report, requests: [{ request, acknowledgement: atOnce }] })).toMatchObject({
      result: 'verified',
      verification: { freshInventory: true, secondsAfterAck: 0 },
    })
  })

  it('gives no figures of a pass when none was settled', () => {
    const failed: StoreReport = {
      ...report,
      passes: [],
      requests: [],
      failure: { state: 'TakeInventory', error: 'StoreUnavailable' },
    }
    const predicate = judge(failed)
    expect(predicate).toMatchObject({
      result: 'incomplete',
      verification: { coveragePpm: 0, freshInventory: false, failure: failed.failure },
    })
    for (const key of ['inventory', 'scan', 'validation']) expect(predicate).not.toHaveProperty(key)
    expect(predicate).not.toHaveProperty('verification.residualVersions')
  })

  const early = { ...acknowledgement, acknowledgedAt: '2026-11-23T19:30:00.501Z' }
  const freshness = [
    { name: 'no answer', requests: [{ request }], expected: { freshInventory: false } },
    {
      name: 'an answer after the inventory',
      requests: [{ request, acknowledgement: early }],
      expected: { freshInventory: false },
    },
    {
      name: 'one of two answers after the inventory',
      requests: [
        { request, acknowledgement: early },
        { request, acknowledgement },
      ],
      expected: { freshInventory: false },
    },
    {
      name: 'a request to nobody',
      requests: [{ request: { ...request, channel: 'none' as const } }],
      expected: { freshInventory: true },
    },
    { name: 'no request', requests: [], expected: { freshInventory: true } },
  ]
  for (const { name, requests, expected } of freshness)
    it(`says whether the inventory is fresh: ${name}`, () => {
      const predicate = judge({ ...report, requests })
      expect(predicate).toMatchObject({ verification: expected })
      expect(predicate).not.toHaveProperty('verification.secondsAfterAck')
    })

  const read = [
    {
      name: 'one of a hundred million unread',
      inventory: 100_000_000,
      clean: 99_999_999,
      partly: 0,
      expected: 999_999,
    },
    { name: 'three of four', inventory: 4, clean: 3, partly: 0, expected: 750_000 },
    { name: 'a found one read partly', inventory: 4, clean: 4, partly: 1, expected: 750_000 },
    { name: 'more than there are', inventory: 4, clean: 5, partly: 0, expected: 999_999 },
    { name: 'one where there is none', inventory: 0, clean: 1, partly: 0, expected: 999_999 },
    { name: 'none where there is none', inventory: 0, clean: 0, partly: 0, expected: 1_000_000 },
  ]
  for (const { name, inventory, clean, partly, expected } of read)
    it(`says a million only when all were read: ${name}`, () => {
      const last = {
        ...cleanCoverage,
        inventory: { ...cleanCoverage.inventory, versions: inventory },
        clean: { versions: clean, bytes: 400 },
        foundPartly: partly,
      }
      expect(judge({ ...report, passes: [last] })).toMatchObject({ verification: { coveragePpm: expected } })
    })

  it('has what is kept from being deleted, and what was approved to be unread as far as it is about anything', () => {
    const until = '2026-12-31T00:00:00.000Z'
    const approved = { detail: 'pictures', plan: 'to be deleted', approvedBy: 'counsel' }
    const tally = { versions: 1, bytes: 100 }
    const exception = (until: string) => ({ reason: 'encrypted' as const, ...approved, until })
    // The inventory began half a second behind the first of these.
    const [over, holds] = ['2026-11-23T18:30:00.000Z', '2026-11-23T18:30:00.500Z']
    const last = {
      ...foundCoverage,
      protected: [{ code: 'retention' as const, ...tally, until }],
      exceptions: [
        { ...exception(holds), suffix: '.png', ...tally },
        { ...exception(over), ...tally },
        { ...exception(until), versions: 0, bytes: 0 },
      ],
    }
    const statement = judge({ ...report, passes: [last], requests: [] })
    expect(statement).toMatchObject({
      result: 'residual',
      exceptions: [
        { code: 'retention', ...tally, until },
        { code: 'encrypted', suffix: '.png', ...tally, ...approved, until: holds },
        { code: 'encrypted', ...tally, ...approved, until: over, expired: true },
      ],
    })
    expect(JSON.stringify(statement).match(/"expired"/g)).toHaveLength(1)
    expect(judge({ ...report, passes: [cleanCoverage], requests: [] })).not.toHaveProperty('exceptions')
  })

  it('is not made with a verdict that the report does not give', () => {
    const residual: StoreReport = { ...report, passes: [foundCoverage], requests: [] }
    const make = (decision: ReturnType<typeof decideVerdict>) => () =>
      verificationStatement(context, { report: residual, decision, document: documentOf('r', residual) })
    expect(make(decideVerdict(residual))().predicate.result).toBe('residual')
    expect(make({ verdict: 'verified', reasons: [] })).toThrow(EvidenceConflict)
    expect(make({ ...decideVerdict(residual), reasons: [] })).toThrow(EvidenceConflict)
  })

  it('is not made from the report of another run, manifest or scope', () => {
    const decision = decideVerdict(report)
    for (const other of [
      { ...context, runId: 'run-2' },
      { ...context, scope: { ...context.scope!, manifest: { sha256: digest('9') } } },
      { ...context, scope: { ...context.scope!, subjects: 4 } },
      (({ scope: _, ...rest }) => rest)(context),
    ])
      expect(() => verificationStatement(other, { report, decision, document })).toThrow(EvidenceConflict)
  })
})
