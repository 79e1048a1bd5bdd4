import { describe, expect, it } from 'vitest'
import type { KeyTransition } from '../../lib/attestation/key-chain.ts'
import type { Predicate, RunPredicate, RunStatement, Statement } from '../../lib/attestation/statement.ts'
import { keyTransitionStatement, transitionDocument } from '../../lib/attestation/to-key-transition.ts'
import { type RunOutcome, runSummaryStatement } from '../../lib/attestation/to-run-summary.ts'
import { contextOf } from '../../lib/export/restate.ts'
import { verifyBundle } from '../../lib/export/verify-bundle.ts'
import { refusalOf } from '../support/refusal-of.ts'
import {
  type Draft,
  type Forger,
  failedRun,
  type Models,
  oneUnverified,
  pinsOf,
  type SampleLog,
  sampleKeys,
  sampleLog,
  sampleRun,
} from '../support/sample-bundle.ts'
import {
  acknowledgement,
  cleanCoverage,
  context,
  digest,
  documentOf,
  foundCoverage,
  request,
} from '../support/sample-run.ts'

/** Somebody who holds both of our keys signs and logs what is not so. The signatures hold; the story must not. */

const keys = sampleKeys()

function refusal(tell: (log: SampleLog) => void): unknown {
  const log = sampleLog(keys)
  tell(log)
  log.checkpoint()
  return refusalOf(() => verifyBundle(log.bundle(), { pinnedKeys: pinsOf(keys) }))
}

const run = (forge?: Forger, models: Models = {}) =>
  refusal((log) => sampleRun(log, { ...(forge && { forge }), models }))

/** Which attestation is forged: `sg 1 scan`, `ie verification`, `run-summary`. */
const nameOf = ({ predicate }: Statement) =>
  ['storeId' in predicate && predicate.storeId, 'pass' in predicate && predicate.pass.toString(), predicate.phase]
    .filter((part) => part !== false)
    .join(' ')

/** Changes what one attestation says and leaves its document as it is. */
const saying =
  (name: string, change: (predicate: Predicate) => object): Forger =>
  ({ statement, model }) => ({
    statement: {
      ...statement,
      predicate: {
        ...statement.predicate,
        ...(nameOf(statement) === name ? change(statement.predicate) : {}),
      } as Predicate,
    },
    model,
  })

/** Changes the document of one attestation and leaves what is said about it. */
const documenting =
  (name: string, change: (model: never) => object): Forger =>
  ({ statement, model }) => ({
    statement,
    model: nameOf(statement) === name ? { ...(model as object), ...change(model as never) } : model,
  })

/** Leaves out attestations. */
const silent =
  (...names: string[]): Forger =>
  (draft) =>
    names.includes(nameOf(draft.statement)) ? undefined : draft

const both =
  (one: Forger, other: Forger): Forger =>
  (draft) => {
    const forged = one(draft)
    return forged && other(forged)
  }

/** A summary that agrees with itself, of stores that are told in another way. */
const retold =
  (change: (outcome: RunOutcome) => Partial<RunOutcome>): Forger =>
  ({ statement, model }) => {
    if (statement.predicate.phase !== 'run-summary') return { statement, model }
    const { subjects: _, ...told } = model as RunOutcome & { subjects: object }
    const outcome = { ...told, ...change(told) }
    const document = documentOf(statement.subject[0]!.name, outcome)
    return {
      statement: runSummaryStatement(contextOf(statement as RunStatement), { ...outcome, document }),
      model: outcome,
    }
  }

/** A run of which what is called `name` is attested right behind what is called `after`. */
function attestedLate(name: string, after: string, forge: Forger = (draft) => draft): unknown {
  return refusal((log) => {
    const attest = log.attest.bind(log)
    let held: Draft | undefined
    log.attest = (statement, model) => {
      const attested = attest(statement, model)
      if (held && nameOf(statement) === after) attest(held.statement, held.model)
      return attested
    }
    sampleRun(log, {
      forge: both(forge, (draft) => {
        if (nameOf(draft.statement) !== name) return draft
        held = draft
        return undefined
      }),
    })
  })
}

const withScan = (change: object) => (predicate: Predicate) => ({
  scan: { ...('scan' in predicate && predicate.scan), ...change },
})
const withDeletion = (change: object) => (predicate: Predicate) => ({
  deletion: { ...('deletion' in predicate && predicate.deletion), ...change },
})

const { coverage: unverified, open } = oneUnverified
const asked = { request, acknowledgement }
const late = { ...cleanCoverage, inventory: { ...cleanCoverage.inventory, startedAt: '2026-11-23T19:29:57.999Z' } }

const hourBefore = { startedAt: '2026-11-23T18:25:00.000Z', finishedAt: '2026-11-23T18:26:00.000Z' }

describe('a verdict', () => {
  const toVerified = saying('sg verification', () => ({ result: 'verified', reasons: [] }))
  const cases: { name: string; models: NonNullable<Models['sg']> }[] = [
    { name: 'one unverified version', models: { passes: [foundCoverage, unverified], open } },
    {
      name: 'findings that are left',
      models: {
        passes: [foundCoverage, foundCoverage],
        open: [...open, { ...open[0]!, outcome: 'found' as const, findings: 5 }],
      },
    },
    { name: 'an inventory before the answer', models: { passes: [foundCoverage, late] } },
    {
      name: 'a version less than was listed',
      models: { passes: [foundCoverage, { ...cleanCoverage, clean: { versions: 3, bytes: 300 } }] },
    },
    {
      name: 'a batch that did not report',
      models: { passes: [foundCoverage, { ...cleanCoverage, batches: { planned: 2, reported: 1 } }] },
    },
    {
      name: 'a planted control that was missed',
      models: {
        passes: [foundCoverage, { ...cleanCoverage, positiveControls: { planted: 3, detected: 2, forms: [] } }],
      },
    },
    {
      name: 'no planted control',
      models: {
        passes: [foundCoverage, { ...cleanCoverage, positiveControls: { planted: 0, detected: 0, forms: [] } }],
      },
    },
    {
      name: 'a version that appeared while scanning',
      models: { passes: [foundCoverage, { ...cleanCoverage, closing: { ...cleanCoverage.closing, appeared: 1 } }] },
    },
    {
      name: 'a closing listing that lacks what nobody saw go',
      models: { passes: [foundCoverage, { ...cleanCoverage, closing: { ...cleanCoverage.closing, versions: 3 } }] },
    },
    {
      name: 'a closing listing of before the inventory',
      models: { passes: [foundCoverage, { ...cleanCoverage, closing: { ...cleanCoverage.closing, ...hourBefore } }] },
    },
    {
      name: 'an inventory of before the request, which was answered before it was made',
      models: {
        passes: [foundCoverage, { ...cleanCoverage, inventory: { ...cleanCoverage.inventory, ...hourBefore } }],
        requests: [{ request, acknowledgement: { ...acknowledgement, acknowledgedAt: '2026-11-23T18:20:00.000Z' } }],
      },
    },
    { name: 'a failure', models: { failure: { state: 'ScanStore', error: 'StoreUnavailable' } } },
    { name: 'no scan', models: { passes: [], requests: [], failure: { state: 'ScanStore', error: 'ReadFailed' } } },
  ]

  it.each(cases)('of verified over $name is refused by verdict', ({ models }) => {
    expect(run(toVerified, { sg: models })).toBe('verdict')
    // The same evidence with the verdict that it earns holds.
    expect(run(undefined, { sg: models })).toBe('accepted')
  })

  it('that is worse than the report is refused as well', () => {
    expect(run(saying('sg verification', () => ({ result: 'residual', reasons: ['found: 1'] })))).toBe('verdict')
  })

  it('with a reason less is refused', () => {
    expect(run(saying('ie verification', () => ({ reasons: [] })))).toBe('verdict')
  })

  it.each([
    ['figures of the scan', withScan({ unverified: [] })],
    ['exceptions', () => ({ exceptions: undefined })],
    ['freshness', () => ({ verification: { passes: 1, requests: 0, freshInventory: true, coveragePpm: 1_000_000 } })],
    ['no figures at all', () => ({ inventory: undefined, scan: undefined, validation: undefined })],
  ])('beside which stand other %s is refused', (_, change) => {
    expect(run(saying('ie verification', change))).toBe('verdict')
  })
})

describe('a store report', () => {
  it('that contradicts its statement is refused', () => {
    expect(run(documenting('sg verification', () => ({ failure: { state: 'X', error: 'Y' } })))).toBe('verdict')
  })

  it('whose last pass is better than the one that was attested is refused', () => {
    const documented = documenting('ie verification', () => ({ passes: [cleanCoverage], open: [] }))
    const said = saying('ie verification', () => ({ result: 'verified', reasons: [] }))
    expect(run((draft) => said(documented(draft)!))).toBe('coverage')
  })

  it('that forgets the last pass, which was attested, is refused', () => {
    expect(run(documenting('sg verification', () => ({ passes: [foundCoverage] })))).toBe('sequence')
  })

  it('that counts a pass which was not attested is refused', () => {
    expect(run(documenting('sg verification', () => ({ passes: [foundCoverage, cleanCoverage, cleanCoverage] })))).toBe(
      'sequence',
    )
  })

  it('that forgets the request is refused', () => {
    expect(run(documenting('sg verification', () => ({ requests: [] })))).toBe('sequence')
  })

  it('whose answer is another than the one that was attested is refused', () => {
    const other = { ...acknowledgement, acknowledgedAt: '2026-11-23T19:00:00.000Z' }
    expect(run(documenting('sg verification', () => ({ requests: [{ request, acknowledgement: other }] })))).toBe(
      'deletion',
    )
  })

  it('whose request is another than the one that was attested is refused', () => {
    const other = { ...request, requestedAt: '2026-11-23T18:36:00.000Z' }
    expect(run(documenting('sg verification', () => ({ requests: [{ request: other, acknowledgement }] })))).toBe(
      'deletion',
    )
  })

  it.each([
    ['lists no open version', []],
    ['lists an open version twice', [...open, ...open]],
    ['lists one in which something was found', [...open, { ...open[0]!, outcome: 'found' as const }]],
    ['lists another outcome', [{ ...open[0]!, outcome: 'found' as const }]],
  ])('that %s where one is counted is refused', (_, listed) => {
    expect(run(undefined, { ie: { open: listed } })).toBe('coverage')
  })

  it.each([
    ['an unknown field', { extra: 1 }],
    ['a count that is not whole', { manifest: { sha256: digest('a'), subjects: 2.5 } }],
    ['a count below zero', { manifest: { sha256: digest('a'), subjects: -1 } }],
    [
      'a time that does not exist',
      { requests: [{ request: { ...request, requestedAt: '2026-02-30T00:00:00.000Z' } }] },
    ],
    ['another version of the schema', { schemaVersion: 2 }],
  ])('with %s is refused', (_, change) => {
    expect(run(documenting('sg verification', () => change))).toBe('document')
  })

  it('about more subjects than the scope is refused', () => {
    expect(run(documenting('sg verification', () => ({ manifest: { sha256: digest('a'), subjects: 4 } })))).toBe(
      'verdict',
    )
  })
})

describe('a scan', () => {
  it.each([
    ['no unverified version', withScan({ unverified: [] })],
    ['more bytes read', withScan({ bytesRead: 401 })],
    ['another outcome digest', withScan({ outcomesSha256: digest('9') })],
    ['another build', withScan({ builds: [digest('9')] })],
    ['a build more', withScan({ builds: [digest('6'), digest('9')] })],
    ['no build', withScan({ builds: undefined })],
    [
      'better controls',
      () => ({
        validation: {
          positiveControls: { planted: 4, detected: 4, forms: [] },
          negativeControls: { planted: 3, falseAlarms: 0 },
          independentSample: { versions: 1, bytes: 10, mismatches: 0 },
        },
      }),
    ],
  ])('that says %s than its coverage is refused', (_, change) => {
    expect(run(saying('ie 0 scan', change))).toBe('coverage')
  })

  const [exception] = unverified.exceptions!
  it.each([
    ['more versions than are unverified', [{ ...exception!, versions: 2 }]],
    ['a version twice', [exception!, exception!]],
    ['more bytes than are unverified', [{ ...exception!, bytes: 101 }]],
    ['what is unverified for another reason', [{ ...exception!, reason: 'archived' as const }]],
  ])('whose exceptions explain %s is refused', (_, exceptions) => {
    expect(run(undefined, { ie: { passes: [{ ...unverified, exceptions }] } })).toBe('coverage')
  })

  it('whose exceptions explain what is clean is refused', () => {
    const passes = [foundCoverage, { ...cleanCoverage, exceptions: unverified.exceptions! }]
    expect(run(undefined, { sg: { passes } })).toBe('coverage')
  })

  it('whose coverage is another than that of the store report is refused', () => {
    const said = saying('ie 0 scan', withScan({ recordsRead: 13 }))
    const documented = documenting('ie 0 scan', () => ({ records: 13 }))
    expect(run((draft) => said(documented(draft)!))).toBe('coverage')
  })

  it('that is left out, of whichever pass, is refused', () => {
    expect(run(silent('sg 0 scan'))).toBe('sequence')
    expect(run(silent('sg 1 scan'))).toBe('sequence')
    expect(run(silent('ie 0 scan'))).toBe('sequence')
  })

  it('that is left out of a run that is not closed is refused', () => {
    const end = ['sg verification', 'run-summary']
    expect(run(silent('sg 0 scan', 'sg 0 deletion-request', 'sg 0 deletion-ack', ...end))).toBe('sequence')
  })

  it('that was attested after what it was asked for, or after its run, is refused', () => {
    expect(attestedLate('sg 0 scan', 'sg 0 deletion-request')).toBe('sequence')
    expect(attestedLate('ie 0 scan', 'run-summary', silent('ie verification'))).toBe('sequence')
  })

  it('about another store is refused', () => {
    expect(run(saying('ie 0 scan', () => ({ store: { storeId: 'sg', kind: 'directory' } })))).toBe('scope')
  })
})

describe('what a verified store is told to be dated', () => {
  const dated = (name: string, statementCreatedAt: string) => saying(name, () => ({ times: { statementCreatedAt } }))
  const cases: { name: string; forge: Forger }[] = [
    { name: 'a scan of before its scope was attested', forge: dated('scope', '2026-11-23T18:45:00.000Z') },
    { name: 'a scan that ends after it was attested', forge: dated('sg 1 scan', '2026-11-23T19:30:00.000Z') },
    {
      name: 'a request that is made after it was attested',
      forge: dated('sg 0 deletion-request', '2026-11-23T18:42:00.000Z'),
    },
    {
      name: 'an answer that was attested after the next pass',
      forge: dated('sg 0 deletion-ack', '2026-11-23T19:50:00.000Z'),
    },
    {
      name: 'an answer that came after it was attested',
      forge: dated('sg 0 deletion-ack', '2026-11-23T19:05:00.000Z'),
    },
    { name: 'a verdict of before the last pass', forge: dated('sg verification', '2026-11-23T19:20:00.000Z') },
    { name: 'a summary of before the verdict', forge: dated('run-summary', '2026-11-23T19:20:00.000Z') },
  ]
  it.each(cases)('is refused by time where it is $name', ({ forge }) => {
    expect(run(forge)).toBe('time')
  })

  it('may be minutes apart, and is not asked of a store that is not verified', () => {
    expect(run(dated('sg 1 scan', '2026-11-23T19:32:00.000Z'))).toBe('accepted')
    expect(run(dated('ie 0 scan', '2026-11-23T10:00:00.000Z'))).toBe('accepted')
  })
})

describe('a deletion', () => {
  it.each([
    ['asks for more versions than were found', { versions: 2 }],
    ['asks for more bytes than were found', { bytes: 101 }],
    ['counts more findings than were found', { findings: 6 }],
    ['counts more subjects than were found', { subjects: 3 }],
    ['counts more protected versions than it has', { protectedVersions: 2 }],
  ])('that %s is refused', (_, change) => {
    expect(run(undefined, { sg: { requests: [{ request: { ...request, ...change }, acknowledgement }] } })).toBe(
      'deletion',
    )
  })

  it.each([
    { versions: 2, bytes: 100 },
    { versions: 1, bytes: 101 },
  ])('of more than was asked for is refused: %o', (deleted) => {
    const more = { ...acknowledgement, deleted }
    expect(run(undefined, { sg: { requests: [{ request, acknowledgement: more }] } })).toBe('deletion')
  })

  it.each([
    { versions: 1, bytes: 0, records: 1 },
    { versions: 0, bytes: 1, records: 1 },
  ])('of more deleted and rewritten than was asked for is refused: %o', (rewritten) => {
    const more = { ...acknowledgement, rewritten }
    expect(run(undefined, { sg: { requests: [{ request, acknowledgement: more }] } })).toBe('deletion')
  })

  it('of what was rewritten in part of the request holds, and says so', () => {
    const answer = {
      ...acknowledgement,
      deleted: { versions: 0, bytes: 0 },
      rewritten: { versions: 1, bytes: 100, records: 7 },
    }
    const rewritten = { sg: { requests: [{ request, acknowledgement: answer }] } }
    expect(run(undefined, rewritten)).toBe('accepted')
    const less = saying('sg 0 deletion-ack', withDeletion({ recordsRemoved: 6 }))
    expect(run(less, rewritten)).toBe('deletion')
  })

  it.each([
    ['sg 0 deletion-request', { findings: 4 }],
    ['sg 0 deletion-request', { deadline: '2027-12-07T19:00:00.000Z' }],
    ['sg 0 deletion-ack', { versionsDeleted: 0 }],
    ['sg 0 deletion-ack', { kept: [] }],
    ['sg 0 deletion-ack', { acknowledgedAt: '2026-11-23T19:00:00.000Z' }],
  ])('whose %s says %o beside its document is refused', (name, change) => {
    expect(run(saying(name, withDeletion(change)))).toBe('deletion')
  })

  it('whose answer is to another request is refused', () => {
    expect(run(documenting('sg 0 deletion-ack', () => ({ requestId: 'run-1-sg-9' })))).toBe('deletion')
  })

  it('whose request or answer is left out is refused', () => {
    expect(run(silent('sg 0 deletion-request'))).toBe('sequence')
    expect(run(silent('sg 0 deletion-ack'))).toBe('sequence')
  })

  it('whose request was never attested is not excused by an answer in the report', () => {
    expect(run(silent('sg 0 deletion-ack'), { sg: { requests: [asked] } })).toBe('sequence')
  })
})

describe('a scope', () => {
  it.each([
    [
      'scope',
      () => ({
        scope: { population: 2, scopeRoot: digest('5'), keyCommitment: digest('b'), manifest: { sha256: digest('a') } },
      }),
    ],
    ['scope', () => ({ stores: [{ storeId: 'sg', country: 'SG' }] })],
    [
      'sg 0 scan',
      () => ({
        scope: { population: 2, scopeRoot: digest('5'), keyCommitment: digest('b'), manifest: { sha256: digest('a') } },
      }),
    ],
    [
      'ie 0 scan',
      () => ({
        scope: { population: 3, scopeRoot: digest('5'), keyCommitment: digest('b'), manifest: { sha256: digest('9') } },
      }),
    ],
    [
      'run-summary',
      () => ({
        scope: { population: 3, scopeRoot: digest('5'), keyCommitment: digest('9'), manifest: { sha256: digest('a') } },
      }),
    ],
    ['run-summary', () => ({ scope: undefined })],
    ['sg 1 scan', () => ({ store: { storeId: 'sg', kind: 'directory', country: 'IE' } })],
    ['sg 1 scan', () => ({ obligation: undefined })],
    ['sg verification', () => ({ tool: { name: 'odv', version: '0.1.0', configSha256: digest('9') } })],
  ] as [string, () => object][])('that %s tells in another way is refused: case %#', (name, change) => {
    expect(run(saying(name, change))).toBe('scope')
  })

  it.each(['sg 0 scan', 'sg verification'])('beside which %s is by another organization is refused', (name) => {
    const others = 'https://somebody.example/deletion-verification/v1'
    const forge: Forger = ({ statement, model }) => ({
      statement: nameOf(statement) === name ? { ...statement, predicateType: others } : statement,
      model,
    })
    expect(run(both(forge, silent('run-summary')))).toBe('scope')
  })

  it('of which a store is missing in the document is refused', () => {
    expect(run(documenting('scope', () => ({ stores: [{ storeId: 'sg', country: 'SG' }] })))).toBe('scope')
  })

  it.each([
    ['without a store that was scanned', [{ storeId: 'sg', country: 'SG' }]],
    ['with a store in another country', [{ storeId: 'sg', country: 'US' }, { storeId: 'ie' }]],
    ['with a store twice', [{ storeId: 'sg' }, { storeId: 'sg', country: 'SG' }, { storeId: 'ie' }]],
  ])('%s is refused although it agrees with itself, also of a run that is not closed', (_, stores) => {
    const told = both(
      saying('scope', () => ({ stores })),
      documenting('scope', () => ({ stores })),
    )
    expect(run(both(told, silent('run-summary')))).toBe('scope')
  })

  it('of another run in its document is refused', () => {
    expect(run(documenting('scope', () => ({ runId: 'run-2' })))).toBe('scope')
  })

  it('that was never attested is refused', () => {
    expect(run(silent('scope'))).toBe('sequence')
  })

  it('that was attested after the first scan is refused', () => {
    const tell = (log: SampleLog) => {
      let scope: Draft | undefined
      sampleRun(log, {
        forge(draft) {
          if (draft.statement.predicate.phase === 'scope') scope = draft
          if (draft.statement.predicate.phase === 'deletion-request' && scope) log.attest(scope.statement, scope.model)
          return draft.statement.predicate.phase === 'scope' ? undefined : draft
        },
      })
    }
    expect(refusal(tell)).toBe('sequence')
  })
})

describe('a run summary', () => {
  it.each([
    ['says that all is verified', saying('run-summary', () => ({ result: 'verified' }))],
    [
      'says that a store is verified',
      saying('run-summary', () => ({
        stores: [
          { storeId: 'sg', result: 'verified', reasons: [] },
          { storeId: 'ie', result: 'verified', reasons: [] },
        ],
      })),
    ],
    [
      'names a store less',
      saying('run-summary', () => ({ stores: [{ storeId: 'sg', result: 'verified', reasons: [] }] })),
    ],
    ['names no verdict', saying('run-summary', () => ({ inputs: [] }))],
    ['has another document', documenting('run-summary', () => ({ planned: ['sg'], verdicts: [] }))],
  ])('that %s is refused', (_, forge) => {
    expect(run(forge)).toBe('summary')
  })

  it('whose stores are not those of the scope is refused although it agrees with itself', () => {
    const verdictsOf = ({ verdicts }: RunOutcome) => verdicts.filter(({ storeId }) => storeId === 'sg')
    const fewer = retold((told) => ({ planned: ['sg'], verdicts: verdictsOf(told) }))
    expect(run(both(fewer, silent('ie 0 scan', 'ie verification')))).toBe('summary')
  })

  it('with a better verdict than was attested is refused although it agrees with itself', () => {
    const better = retold(({ verdicts }) => ({
      verdicts: verdicts.map((each) => ({ ...each, verdict: 'verified', reasons: [] })),
    }))
    expect(run(better)).toBe('summary')
    expect(run(retold(() => ({})))).toBe('accepted')
  })

  it('of another run in its document is refused', () => {
    expect(run(documenting('run-summary', () => ({ runId: 'run-2' })))).toBe('summary')
  })

  it('that names a verification which is not in the bundle is refused', () => {
    expect(
      run((draft) =>
        saying('run-summary', () => ({
          inputs: [{ name: 'sg', predicateType: draft.statement.predicateType, digest: { sha256: digest('1') } }],
        }))(draft),
      ),
    ).toBe('sequence')
  })

  it('that is not the last of its run is refused', () => {
    const tell = (log: SampleLog) => {
      failedRun(log, 'run-1')
      sampleRun(log, { forge: silent('run-summary') })
    }
    expect(refusal(tell)).toBe('sequence')
  })
})

describe('an attestation', () => {
  it('that is given twice under one identity is refused', () => {
    expect(
      refusal((log) =>
        sampleRun(log, {
          forge(draft) {
            if (nameOf(draft.statement) === 'ie 0 scan') log.attest(draft.statement, draft.model)
            return draft
          },
        }),
      ),
    ).toBe('sequence')
  })

  const elsewhere = (account: string, runId: string) => () => ({
    environment: { execution: `arn:aws:states:us-east-1:${account}:execution:odv-prod-verify-run:${runId}` },
  })
  it('that names the execution of another run is refused', () => {
    expect(run(saying('sg 0 scan', elsewhere('123456789012', 'run-2')))).toBe('statement')
  })

  it('that names another execution than the run began as is refused', () => {
    expect(run(saying('sg 0 scan', elsewhere('999999999999', 'run-1')))).toBe('scope')
  })

  it('of before executions and keys were named stands beside one that names them', () => {
    const forge: Forger = ({ statement, model }) => {
      const { environment: _, signer: __, ...predicate } = statement.predicate as RunPredicate
      return { statement: { ...statement, predicate: predicate as Predicate }, model }
    }
    const only: Forger = (draft) => (nameOf(draft.statement) === 'sg 0 scan' ? forge(draft) : draft)
    expect([run(forge), run(only)]).toEqual(['accepted', 'accepted'])
  })

  it('that a key gives its duty to another one is refused where the other one did not sign it', () => {
    const statement = keyTransitionStatement({
      organization: context.organization,
      key: 'log',
      number: 1,
      from: keys.log.publicPem,
      to: sampleKeys().log.publicPem,
      tool: { ...context.tool, buildSha256: digest('6') },
      createdAt: context.createdAt,
    })
    const tell = (log: SampleLog) => {
      sampleRun(log)
      log.attestBytes(statement, transitionDocument(statement.predicate as KeyTransition))
    }
    expect(refusal(tell)).toBe('statement')
  })

  it.each([
    ['another run', 'runs/run-2/stores/sg/pass-0/coverage.json'],
    ['another store', 'runs/run-1/stores/ie/pass-0/coverage.json'],
    ['another pass', 'runs/run-1/stores/sg/pass-1/coverage.json'],
    ['another kind', 'runs/run-1/stores/sg/pass-0/open.json'],
  ])('about a document of %s is refused', (_, name) => {
    const forge: Forger = ({ statement, model }) => ({
      statement:
        nameOf(statement) === 'sg 0 scan' ? { ...statement, subject: [{ ...statement.subject[0]!, name }] } : statement,
      model,
    })
    expect(run(forge)).toBe('statement')
  })

  it.each([
    ['no JSON', 'nothing'],
    ['an array', '[]'],
    ['null', 'null'],
    ['an unknown phase', '{"_type":"https://in-toto.io/Statement/v1","subject":[],"predicate":{"phase":"exception"}}'],
    ['JSON that is nested without end', '['.repeat(100_000)],
    ['JSON that is nested deeply', `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
  ])('whose payload is %s is refused', (_, payload) => {
    expect(refusal((log) => void log.log(Buffer.from(payload), 'scope', Buffer.from('{}\n')))).toBe('statement')
  })

  it.each([
    ['no JSON', 'nothing'],
    ['null', 'null\n'],
    ['not UTF-8', Buffer.of(0xff, 0xfe)],
    ['nested deeply', `${'['.repeat(100_000)}${']'.repeat(100_000)}\n`],
    ['given twice in one', '{\n "runId": "run-1",\n "runId": "run-1"\n}\n'],
  ])('whose document is %s is refused', (_, document) => {
    const log = sampleLog(keys)
    let scope: Statement | undefined
    sampleRun(sampleLog(keys), {
      forge: (draft) => {
        scope ??= draft.statement
        return draft
      },
    })
    const body = new Uint8Array(Buffer.from(document))
    log.attestBytes(scope!, body)
    log.checkpoint()
    expect(refusalOf(() => verifyBundle(log.bundle()))).toBe('document')
  })
})
