import { hash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { parseEnvelope } from '../../lib/attestation/envelope.ts'
import { identityOfStatement, parseStatement } from '../../lib/attestation/statement.ts'
import {
  BundleInvalid,
  EvidenceConflict,
  EvidenceMissing,
  FormatInvalid,
  GateBlind,
  IdentifierLeaked,
  InputInvalid,
  NotKnown,
} from '../../lib/errors.ts'
import { timestampPath } from '../../lib/export/bundle-paths.ts'
import { documentNameOf } from '../../lib/export/document-of-phase.ts'
import { appendLeaves, emptyHead, leafHash } from '../../lib/log/merkle.ts'
import { checkBundle } from '../../lib/pipeline/check-bundle.ts'
import { passKey, runKey, storeKey } from '../../lib/pipeline/evidence/evidence-keys.ts'
import { exportBundle } from '../../lib/pipeline/export-bundle.ts'
import type { Evidence, LargeEvidence } from '../../lib/ports.ts'
import { sourceOfBytes } from '../../lib/subject-index/index-source.ts'
import type { KeptTimestamp, TimestampRef } from '../../lib/timestamp/kept-timestamp.ts'
import { emptyLedgerState, memoryLedger, Outage } from '../support/memory-ledger.ts'
import { type Forger, failedRun, type SampleLog, sampleKeys, sampleLog, sampleRun } from '../support/sample-bundle.ts'
import { sampleCaseKey, sampleIndex } from '../support/sample-index.ts'
import {
  acknowledgement,
  cleanCoverage,
  digest,
  foundCoverage,
  listedAt,
  request,
  store,
} from '../support/sample-run.ts'
import { someOf } from '../support/some-of.ts'
import { timestampAuthority, withoutOpenssl } from '../support/timestamp-authority.ts'

const keys = sampleKeys()
const indexOf = (texts: string[]): LargeEvidence => {
  const index = sampleIndex(texts)
  return {
    open: async () => sourceOfBytes(index),
    look: async (_, use) => use(sourceOfBytes(index)),
    draft: () => Promise.reject(new Error('an export writes no large evidence')),
  }
}
/** Three subjects that nothing names. */
const nobodyNear = indexOf(['83201571930264', '83201571930265', '83201571930266'])

/** What the deployment holds after these runs: evidence, ledger and public keys. Nothing here can sign. */
function deployment(log: SampleLog, largeEvidence = nobodyNear, timestamps: KeptTimestamp[] = []) {
  const stored = new Map<string, Uint8Array>()
  const state = emptyLedgerState()
  const sync = () => {
    const statements = log.entries.map(({ envelope }) => parseStatement(parseEnvelope(envelope).payload))
    state.entries = log.entries.map(({ seq, envelope }, i) => ({
      seq,
      envelope,
      leaf: leafHash(envelope),
      identity: identityOfStatement(statements[i]!),
    }))
    state.head = appendLeaves(
      emptyHead,
      state.entries.map(({ leaf }) => leaf),
    )
    state.checkpoints = new Map(log.checkpoints.map(({ size, note }) => [size, note]))
    for (const [i, { document }] of log.entries.entries()) {
      const { predicate } = statements[i]!
      stored.set(documentNameOf(predicate), document)
      if (predicate.phase === 'key-transition') continue
      stored.set(
        runKey(predicate.runId, 'manifest.json'),
        Buffer.from(JSON.stringify({ report: { sha256: digest('a') } })),
      )
    }
  }
  sync()
  let fault: { write: number; lost: 'request' | 'reply' } | undefined
  const evidence: Evidence = {
    async put(key, body) {
      const bytes = new Uint8Array(Buffer.from(body))
      const lost = fault && --fault.write === 0 ? fault.lost : undefined
      if (lost === 'request') throw new Outage('put: request lost')
      const created = !stored.has(key)
      if (created) stored.set(key, bytes)
      if (lost === 'reply') throw new Outage('put: reply lost')
      const kept = stored.get(key)!
      return { sha256: hash('sha256', kept, 'hex'), bytes: kept.length, created }
    },
    async get(key) {
      const body = stored.get(key)
      if (!body) throw new EvidenceMissing(`${key}: expected a document, got none`)
      return body
    },
    has: async (key) => stored.has(key),
    async *list(prefix) {
      yield* [...stored.keys()].filter((key) => key.startsWith(prefix)).sort()
    },
  }
  const ports = {
    evidence,
    largeEvidence,
    caseKey: { read: async () => sampleCaseKey },
    // As the ledger is read by name, a later sync is seen.
    get ledger() {
      return memoryLedger(state)
    },
    attestationSigner: { numbered: () => ({ publicKey: async () => keys.attestation.publicPem }) },
    logSigner: { numbered: () => ({ publicKey: async () => keys.log.publicPem }) },
    timestamps: {
      list: async () => timestamps.map(({ size, authority }) => ({ size, authority })),
      get: async (ref: TimestampRef) => timestamps.find((each) => timestampPath(each) === timestampPath(ref))!,
    },
  }
  const exported = (exportId: string) => new Map([...stored].filter(([key]) => key.startsWith(`exports/${exportId}/`)))
  /** The n-th write from now fails once. */
  const failAt = (write: number, lost: 'request' | 'reply') => {
    fault = { write, lost }
  }
  return { ports, stored, state, sync, exported, failAt }
}

const madeAt =
  (...times: string[]): Forger =>
  ({ statement, model }) => ({
    statement: {
      ...statement,
      predicate: {
        ...statement.predicate,
        times: { statementCreatedAt: times.length > 1 ? times.shift()! : times[0]! },
      },
    },
    model,
  })

/** run-1 on the 23rd, run-2 over midnight from the 24th to the 25th, each closed by a checkpoint. */
function twoNights() {
  const log = sampleLog(keys)
  sampleRun(log)
  log.checkpoint()
  const at = '2026-11-25T00:05:00.000Z'
  sampleRun(log, {
    runId: 'run-2',
    models: {
      sg: {
        passes: [listedAt(foundCoverage, at), listedAt(cleanCoverage, at)],
        requests: [
          {
            request: { ...request, runId: 'run-2', requestedAt: at },
            acknowledgement: { ...acknowledgement, acknowledgedAt: at },
          },
        ],
      },
    },
    forge: madeAt('2026-11-24T23:59:59.999Z', '2026-11-25T00:10:00.000Z'),
  })
  log.checkpoint()
  return { log, ...deployment(log) }
}

const ofRun = (runId: string, exportId = 'e1') => ({ exportId, selection: { runId } })
const ofPeriod = (from: string, to: string, exportId = 'e1') => ({ exportId, selection: { from, to } })

describe('an export', () => {
  it('of a run is a bundle that verifies from what is stored', async () => {
    const { ports, exported } = twoNights()
    const result = await exportBundle(ports, ofRun('run-1'))
    const files = exported('e1').size
    expect(result).toEqual({ exportId: 'e1', prefix: 'exports/e1/', files, entries: 9, leftOut: [] })
    expect([...exported('e1').keys()]).toEqual(
      expect.arrayContaining([
        'exports/e1/MANIFEST.sha256',
        'exports/e1/VERIFY.md',
        'exports/e1/attestations/000000.dsse.json',
        'exports/e1/attestations/000000.document.json',
        'exports/e1/attestations/000000.dsse.json.tlog-proof',
        'exports/e1/attestations/000005.store-report.json',
        'exports/e1/consistency/9',
        'exports/e1/log/checkpoints/9',
        'exports/e1/log/checkpoint',
      ]),
    )
    expect(await checkBundle(ports, { exportId: 'e1' })).toEqual({
      exportId: 'e1',
      files: result.files,
      entries: 9,
      runs: 1,
      checks: 21,
      verified: 1,
      residual: 0,
      incomplete: 1,
      timestampsLeftOut: 0,
    })
  })

  it.each([
    { from: '2026-11-23', to: '2026-11-23', runs: 1 },
    { from: '2026-11-23', to: '2026-11-24', runs: 2 },
    { from: '2026-11-24', to: '2026-11-24', runs: 1 },
    { from: '2026-11-25', to: '2026-11-30', runs: 1 },
    { from: '2026-11-23T20:00:00Z', to: '2026-11-23T20:00:00.001Z', runs: 1 },
    { from: '2026-11-23T21:00:00+01:00', to: '2026-11-24T23:59:59.999Z', runs: 1 },
    { from: '2026-11-23T21:00:00+01:00', to: '2026-11-25T00:00:00Z', runs: 2 },
  ])('from $from to $to holds $runs whole runs', async ({ from, to, runs }) => {
    const { ports } = twoNights()
    expect((await exportBundle(ports, ofPeriod(from, to))).entries).toBe(runs * 9)
    expect((await checkBundle(ports, { exportId: 'e1' })).runs).toBe(runs)
  })

  it.each([
    ofRun('run-3'),
    ofPeriod('2026-11-22', '2026-11-22'),
    ofPeriod('2026-11-24T00:00:00Z', '2026-11-24T23:59:59.999Z'),
    ofPeriod('2027-01-01', '2027-12-31'),
  ])('of nothing is refused: %o', async (input) => {
    await expect(exportBundle(twoNights().ports, input)).rejects.toThrow(NotKnown)
  })

  it('of nothing names what was asked for, and what there is', async () => {
    const { ports } = twoNights()
    const { message } = await exportBundle(ports, ofPeriod('2027-01-01', '2027-12-31')).then(
      () => new Error(),
      (error: Error) => error,
    )
    expect(message).toMatch(
      /one attestation from 2027-01-01 to 2027-12-31, got none; the log's are from 2026-11-\d\dT.* to 2026-11-\d\dT/,
    )
    await expect(exportBundle(twoNights().ports, ofRun('run-3'))).rejects.toThrow(
      'one attestation of run run-3, got none',
    )
  })

  it('without any checkpoint is refused', async () => {
    const log = sampleLog(keys)
    sampleRun(log)
    await expect(exportBundle(deployment(log).ports, ofRun('run-1'))).rejects.toThrow(NotKnown)
  })

  it.each([
    {},
    null,
    { exportId: 'e1' },
    { exportId: '../e1', selection: { runId: 'run-1' } },
    { exportId: 'e1', selection: { runId: 'run 1' } },
    { exportId: 'e1', selection: { runId: 'run-1', from: '2026-11-23', to: '2026-11-24' } },
    { exportId: 'e1', selection: { from: '2026-11-23' } },
    { exportId: 'e1', selection: { from: '2026-11-24', to: '2026-11-23' } },
    { exportId: 'e1', selection: { from: '2026-11-23T20:00:00Z', to: '2026-11-23T20:00:00Z' } },
    { exportId: 'e1', selection: { from: '2026-02-30', to: '2026-12-01' } },
    { exportId: 'e1', selection: { from: 'yesterday', to: 'today' } },
    { exportId: 'e1', selection: { runId: 'run-1' }, extra: 1 },
  ])('with the payload %o is refused', async (input) => {
    await expect(exportBundle(twoNights().ports, input)).rejects.toThrow(InputInvalid)
  })

  it('ends with its checkpoint: what a run appends while it is made is in the next one', async () => {
    const { log, ports, sync, exported } = twoNights()
    await exportBundle(ports, ofPeriod('2026-11-01', '2026-11-30', 'before'))
    sampleRun(log, { runId: 'run-3' })
    sync()
    await exportBundle(ports, ofPeriod('2026-11-01', '2026-11-30', 'meanwhile'))
    const paths = (exportId: string) =>
      [...exported(exportId).keys()].map((key) => key.slice(`exports/${exportId}/`.length))
    expect(paths('meanwhile')).toStrictEqual(paths('before'))
    await expect(exportBundle(ports, ofRun('run-3', 'behind'))).rejects.toThrow(NotKnown)
    expect(exported('behind').size).toBe(0)
  })

  it('whose document is gone or is another one is refused', async () => {
    const gone = twoNights()
    gone.stored.delete(runKey('run-1', 'scope.json'))
    await expect(exportBundle(gone.ports, ofRun('run-1'))).rejects.toThrow(EvidenceMissing)
    const other = twoNights()
    other.stored.set(storeKey('run-1', 'ie', 'report.json'), new Uint8Array())
    await expect(exportBundle(other.ports, ofRun('run-1'))).rejects.toThrow(EvidenceConflict)
  })

  it('of a log that is not the one that was signed is refused', async () => {
    const shorter = twoNights()
    shorter.state.entries.pop()
    await expect(exportBundle(shorter.ports, ofRun('run-1'))).rejects.toThrow(EvidenceConflict)
    const other = twoNights()
    const envelope = other.state.entries[12]!.envelope
    other.state.entries[11] = { ...other.state.entries[11]!, envelope }
    await expect(exportBundle(other.ports, ofRun('run-1'))).rejects.toThrow(EvidenceConflict)
    const torn = twoNights()
    torn.state.entries[0] = { ...torn.state.entries[0]!, envelope: envelope.slice(1) }
    await expect(exportBundle(torn.ports, ofRun('run-1'))).rejects.toThrow(FormatInvalid)
  })
})

describe('an export that would name somebody', () => {
  const custodian = 'Backup of 83201571930264'
  const named = (subjects: LargeEvidence) => {
    const log = sampleLog(keys)
    sampleRun(log)
    sampleRun(log, { runId: 'run-2', models: { sg: { store: { ...store, custodian } } } })
    log.checkpoint()
    return deployment(log, subjects)
  }

  it('is stopped before a file is written, and says in which place but not whom', async () => {
    const { ports, exported } = named(nobodyNear)
    const refused = await exportBundle(ports, ofPeriod('2026-11-23', '2026-11-25')).catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(IdentifierLeaked)
    expect(String(refused)).toMatch(
      /attestations\/000010\.dsse\.json \(payload\): record 1, offset \d+: expected no ident/,
    )
    expect(String(refused)).not.toContain('83201571930264')
    expect(exported('e1').size).toBe(0)
    await expect(checkBundle(ports, { exportId: 'e1' })).rejects.toThrow(NotKnown)
  })

  it('is stopped in every run in whose scope that person is, and in no other', async () => {
    expect((await exportBundle(named(nobodyNear).ports, ofRun('run-1'))).entries).toBe(9)
    await expect(exportBundle(named(nobodyNear).ports, ofRun('run-2'))).rejects.toThrow(IdentifierLeaked)
    const others = indexOf(['93201571930264', '93201571930265', '93201571930266'])
    expect((await exportBundle(named(others).ports, ofRun('run-2'))).entries).toBe(9)
  })

  it('is stopped without the index of a run, or with the one of another', async () => {
    const { ports, exported } = twoNights()
    const open = () => Promise.reject(new EvidenceMissing('subject-index: expected a document, got none'))
    await expect(exportBundle({ ...ports, largeEvidence: { ...nobodyNear, open } }, ofRun('run-1'))).rejects.toThrow(
      EvidenceMissing,
    )
    const fewer = indexOf(['83201571930264', '83201571930265'])
    await expect(exportBundle({ ...ports, largeEvidence: fewer }, ofRun('run-1'))).rejects.toThrow(GateBlind)
    expect(exported('e1').size).toBe(0)
  })
})

describe('an export that is repeated', () => {
  it('gives the same bytes although the log has grown and was signed again', async () => {
    const { log, ports, sync, exported } = twoNights()
    const first = await exportBundle(ports, ofRun('run-1'))
    const before = exported('e1')
    failedRun(log, 'run-3')
    log.checkpoint()
    sync()
    expect(await exportBundle(ports, ofRun('run-1'))).toEqual(first)
    expect(exported('e1')).toEqual(before)
  })

  const undisturbed = (async () => {
    const { ports, exported } = twoNights()
    await exportBundle(ports, ofRun('run-1'))
    return exported('e1')
  })()

  it.each(['request', 'reply'] as const)('after any write whose %s was lost gives a whole bundle', async (lost) => {
    const whole = await undisturbed
    // The first write is the pin: from there on the log may grow without changing the export. Between the ends every fourth.
    const last = whole.size + 1
    const writes = Array.from({ length: whole.size }, (_, n) => n + 2)
    for (const write of someOf(
      3,
      writes.filter((n) => n <= 3 || n >= last - 2 || n % 4 === 0),
    )) {
      const { log, ports, sync, exported, failAt } = twoNights()
      failAt(write, lost)
      await expect(exportBundle(ports, ofRun('run-1'))).rejects.toThrow(Outage)
      failedRun(log, 'run-3')
      log.checkpoint()
      sync()
      await exportBundle(ports, ofRun('run-1'))
      expect([...exported('e1').keys()].sort()).toEqual([...whole.keys()].sort())
      expect((await checkBundle(ports, { exportId: 'e1' })).entries).toBe(9)
    }
  })

  it('after the pin was lost is another export, of the log as it is then', async () => {
    const { log, ports, sync, exported, failAt } = twoNights()
    failAt(1, 'request')
    await expect(exportBundle(ports, ofRun('run-1'))).rejects.toThrow(Outage)
    expect(exported('e1').size).toBe(0)
    failedRun(log, 'run-3')
    log.checkpoint()
    sync()
    await exportBundle(ports, ofRun('run-1'))
    expect(exported('e1').has('exports/e1/log/checkpoints/18')).toBe(true)
    expect((await checkBundle(ports, { exportId: 'e1' })).entries).toBe(9)
  })

  it('with another selection is refused', async () => {
    const { ports } = twoNights()
    await exportBundle(ports, ofRun('run-1'))
    await expect(exportBundle(ports, ofRun('run-2'))).rejects.toThrow(EvidenceConflict)
  })

  it('over a file that somebody put there before is refused', async () => {
    const { ports, stored } = twoNights()
    stored.set('exports/e1/VERIFY.md', Buffer.from('all is well'))
    await expect(exportBundle(ports, ofRun('run-1'))).rejects.toThrow(EvidenceConflict)
  })
})

describe('the check of an exported bundle', () => {
  it('refuses one that was not written to its end', async () => {
    const { ports, exported, failAt } = twoNights()
    failAt(20, 'request')
    await expect(exportBundle(ports, ofRun('run-1'))).rejects.toThrow(Outage)
    expect(exported('e1').size).toBeGreaterThan(10)
    await expect(checkBundle(ports, { exportId: 'e1' })).rejects.toThrow(BundleInvalid)
  })

  it('refuses one that was changed where it is stored, and one that others signed', async () => {
    const { ports, stored } = twoNights()
    await exportBundle(ports, ofRun('run-1'))
    const others = sampleKeys()
    const strangers = { ...ports, logSigner: { numbered: () => ({ publicKey: async () => others.log.publicPem }) } }
    await expect(checkBundle(strangers, { exportId: 'e1' })).rejects.toThrow(/^keys: log key/)
    stored.set('exports/e1/log/policy', new Uint8Array())
    await expect(checkBundle(ports, { exportId: 'e1' })).rejects.toThrow(/^manifest: log\/policy/)
  })

  it('knows nothing of an export that was never made', async () => {
    await expect(checkBundle(twoNights().ports, { exportId: 'e9' })).rejects.toThrow(NotKnown)
    await expect(checkBundle(twoNights().ports, { exportId: '' })).rejects.toThrow(InputInvalid)
  })
})

describe('the documents of an export', () => {
  it('are named as the pipeline stores them', () => {
    const { log } = twoNights()
    const names = log.entries.slice(0, 9).map(({ envelope }) => {
      const { predicate } = parseStatement(parseEnvelope(envelope).payload)
      return documentNameOf(predicate)
    })
    const pass = (storeId: string, pass: number) => ({ runId: 'run-1', storeId, pass })
    expect(names).toEqual([
      runKey('run-1', 'scope.json'),
      passKey(pass('sg', 0), 'coverage.json'),
      passKey(pass('sg', 0), 'request.json'),
      passKey(pass('sg', 0), 'acknowledgement.json'),
      passKey(pass('sg', 1), 'coverage.json'),
      storeKey('run-1', 'sg', 'report.json'),
      passKey(pass('ie', 0), 'coverage.json'),
      storeKey('run-1', 'ie', 'report.json'),
      runKey('run-1', 'summary.json'),
    ])
  })
})

describe.skipIf(withoutOpenssl)('timestamps', () => {
  it('are exported as the export found them when it began, and none that does not hold', async () => {
    const log = sampleLog(keys)
    sampleRun(log, { runId: 'run-1' })
    const note = Buffer.from(log.checkpoint())
    const authority = timestampAuthority()
    const kept = (name: string, bytes: Uint8Array): KeptTimestamp => ({
      ...{ size: log.entries.length, authority: name, certificate: authority.certificate('root') },
      response: authority.stamp(bytes),
    })
    const cut = { ...kept('cut', note), response: authority.stamp(note).subarray(0, 100) }
    const timestamps = [kept('bad', Buffer.from('other')), cut, kept('good', note)]
    const { ports, exported } = deployment(log, nobodyNear, timestamps)
    const size = log.entries.length
    const { leftOut } = await exportBundle(ports, ofRun('run-1'))
    expect(leftOut).toEqual([
      { size, authority: 'bad', why: expect.stringMatching(/^timestamp: imprint: expected /) },
      { size, authority: 'cut', why: expect.stringMatching(/^\S[\w ]*: expected /) },
    ])
    const said = (path: string) => Buffer.from(exported('e1').get(`exports/e1/${path}`)!).toString()
    expect(JSON.parse(said('timestamps/left-out.json')).leftOut).toEqual([
      { size, authority: 'bad', reason: 'unproven' },
      { size, authority: 'cut', reason: 'unreadable' },
    ])
    expect(said('report.html')).toContain('2 timestamps that had been kept did not hold')
    expect((await checkBundle(ports, { exportId: 'e1' })).timestampsLeftOut).toBe(2)
    const stamped = () => [...exported('e1').keys()].filter((path) => path.endsWith('.tsr'))
    expect(stamped()).toEqual([`exports/e1/timestamps/${log.entries.length}.good.tsr`])
    timestamps.push(kept('later', note))
    await exportBundle(ports, ofRun('run-1'))
    expect(stamped().length).toBe(1)
  })
})
