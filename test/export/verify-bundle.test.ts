import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { BundleInvalid, UsageInvalid } from '../../lib/errors.ts'
import { verifyBundle } from '../../lib/export/verify-bundle.ts'
import { refusalOf } from '../support/refusal-of.ts'
import { failedRun, pinsOf, sampleBundle, sampleKeys, sampleLog, sampleRun } from '../support/sample-bundle.ts'

const keys = sampleKeys()
const { log, older, newest, files } = sampleBundle(keys)

describe('a bundle that holds', () => {
  const summary = verifyBundle(files, { pinnedKeys: pinsOf(keys), since: older })

  it('gives every run and every store of its scope with verdict and reasons', () => {
    expect(summary.entries).toBe(9)
    expect(summary.runs).toEqual([
      {
        runId: 'run-1',
        closed: true,
        result: 'incomplete',
        reasons: [],
        subjects: { resultRoot: '6'.repeat(64), statuses: { deleted: 0, neverFound: 0, residual: 0, undetermined: 3 } },
      },
    ])
    expect(summary.stores).toEqual([
      { runId: 'run-1', storeId: 'sg', country: 'SG', passes: 2, verdict: 'verified', reasons: [] },
      { runId: 'run-1', storeId: 'ie', passes: 1, verdict: 'incomplete', reasons: ['encrypted: 1 object version'] },
    ])
  })

  it('gives the checkpoint, the older ones that it continues, and that its keys were pinned', () => {
    expect(summary).toMatchObject({ size: 10, olderCheckpoints: [1], pinned: true, since: { size: 1 } })
    expect(`${summary.origin}\n${summary.size}\n${summary.root}\n`).toBe(`${newest.split('\n\n')[0]}\n`)
    expect(summary.fingerprints).toMatchObject([
      { name: 'attestation', fingerprint: expect.stringMatching(/^SHA256:[A-Za-z0-9+/]{43}$/) },
      { name: 'log', fingerprint: expect.stringMatching(/^SHA256:[A-Za-z0-9+/]{43}$/) },
    ])
  })

  it('names every check that was made, and each is a file', () => {
    const made = readdirSync(`${import.meta.dirname}/../../lib/export/checks`).map((file) => file.replace('.ts', ''))
    const ofTimestamps = ['timestamp', 'left-out']
    expect(summary.checks.map(({ name }) => name).sort()).toEqual(
      made.filter((name) => !ofTimestamps.includes(name)).sort(),
    )
    expect(summary.checks.filter(({ count }) => count === 0)).toEqual([])
  })

  it('does not say that keys were pinned when none were given', () => {
    expect(verifyBundle(files).pinned).toBe(false)
    expect(verifyBundle(files, { pinnedKeys: [] }).pinned).toBe(false)
  })

  it('may hold several runs, whole each, and a run that broke down before its scope was known', () => {
    const both = sampleLog(keys)
    failedRun(both, 'run-0')
    sampleRun(both)
    sampleRun(both, { runId: 'run-2' })
    both.checkpoint()
    const { runs, stores } = verifyBundle(both.bundle())
    expect(runs.map(({ runId, result }) => [runId, result])).toEqual([
      ['run-0', 'incomplete'],
      ['run-1', 'incomplete'],
      ['run-2', 'incomplete'],
    ])
    expect(stores.length).toBe(5)
  })

  it('never calls a run that is not closed, or a store without a verdict, anything but incomplete', () => {
    const open = sampleLog(keys)
    let attested = 0
    sampleRun(open, { forge: (draft) => (attested++ < 3 ? draft : undefined) })
    open.checkpoint()
    const { runs, stores } = verifyBundle(open.bundle())
    expect(runs).toEqual([{ runId: 'run-1', closed: false, result: 'incomplete', reasons: ['run: not closed'] }])
    expect(stores.map(({ verdict, reasons }) => [verdict, reasons])).toEqual([
      ['incomplete', ['verdict: not attested']],
      ['incomplete', ['verdict: not attested']],
    ])
  })

  it('holds for a store whose last attestation a failure prevented, and is incomplete then', () => {
    const failed = sampleLog(keys)
    const failure = { state: 'AttestRequest', error: 'LogMoved' }
    sampleRun(failed, {
      models: { sg: { failure, passes: [], requests: [] } },
    })
    failed.checkpoint()
    expect(verifyBundle(failed.bundle()).stores[0]).toMatchObject({ verdict: 'incomplete', passes: 0 })
  })
})

describe('keys and checkpoints that the auditor brings', () => {
  const others = sampleKeys()

  it.each([
    { name: 'both keys are others', pins: pinsOf(others) },
    { name: 'the log key is another', pins: [keys.attestation.publicPem, others.log.publicPem] },
    { name: 'the attestation key is another', pins: [keys.log.publicPem, others.attestation.publicPem] },
    { name: 'only the attestation key is pinned', pins: [keys.attestation.publicPem] },
  ])('refuses when $name', ({ pins }) => {
    expect(refusalOf(() => verifyBundle(files, { pinnedKeys: pins }))).toBe('keys')
  })

  it('refuses the same run signed again with other keys, which holds when nothing is pinned', () => {
    const forged = sampleBundle(others).files
    expect(verifyBundle(forged).pinned).toBe(false)
    expect(refusalOf(() => verifyBundle(forged, { pinnedKeys: pinsOf(keys) }))).toBe('keys')
  })

  it.each([{ pinnedKeys: ['no key'] }, { pinnedKeys: [''] }, { since: 'no checkpoint' }])(
    'refuses %o as wrong use, not as a bad bundle',
    (options) => {
      expect(() => verifyBundle(files, options)).toThrow(UsageInvalid)
    },
  )

  const fork = sampleLog(keys)
  failedRun(fork, 'run-x')
  const forkedAtOne = fork.checkpoint()
  sampleRun(fork, { runId: 'run-y' })
  const forkedAtTen = fork.checkpoint()
  failedRun(log, 'run-9')
  const later = log.checkpoint()

  it.each([
    { name: 'an older checkpoint of another history', since: forkedAtOne, says: /since: fork/ },
    { name: 'a checkpoint of the same size with another root', since: forkedAtTen, says: /since: fork/ },
    { name: 'a checkpoint that is larger than the newest', since: later, says: /since: rollback/ },
    { name: 'a checkpoint of another log', since: sampleBundle(others).older, says: /since: not signed by the log/ },
  ])('refuses to continue $name', ({ since, says }) => {
    expect(refusalOf(() => verifyBundle(files, { since }))).toBe('consistency')
    expect(() => verifyBundle(files, { since })).toThrow(says)
  })

  it('refuses to continue a checkpoint that the bundle keeps quiet about', () => {
    const quiet = sampleLog(keys)
    failedRun(quiet, 'run-0')
    quiet.checkpoint()
    sampleRun(quiet)
    const hidden = quiet.checkpoint()
    failedRun(quiet, 'run-2')
    quiet.checkpoint()
    quiet.checkpoints.splice(1, 1)
    expect(refusalOf(() => verifyBundle(quiet.bundle(), { since: hidden }))).toBe('consistency')
  })

  it('continues the newest checkpoint itself and the empty log', () => {
    const empty = sampleLog(keys)
    const since = empty.checkpoint()
    expect(verifyBundle(files, { since: newest }).since).toEqual({ size: 10 })
    expect(verifyBundle(files, { since }).since).toEqual({ size: 0 })
  })

  it('says where and what was expected, and never what a foreign file is called', () => {
    const besides = new Map([...files, ['attestations/4711@example.com', new Uint8Array()]])
    const refused = (() => {
      try {
        verifyBundle(besides)
      } catch (error) {
        return error
      }
    })()
    expect(refused).toBeInstanceOf(BundleInvalid)
    expect(String(refused)).not.toContain('4711')
  })

  it('names an attestation that is missing, and that no key of a kind was pinned', () => {
    const last = [...files.keys()].filter((path) => path.startsWith('attestations/000009.'))
    expect(last.length).toBeGreaterThan(3)
    const without = new Map([...files].filter(([path]) => !last.includes(path)))
    expect(() => verifyBundle(without)).toThrow(
      `MANIFEST.sha256: expected every file that it lists, got ${last.length} of them missing, as ${last.toSorted()[0]}`,
    )
    expect(() => verifyBundle(files, { pinnedKeys: [keys.log.publicPem] })).toThrow(
      'attestation key: expected one of this kind among the pinned keys, got only others',
    )
  })
})
