import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decideVerdict } from '../../lib/verdict/decide-verdict.ts'
import { foundCoverage, sampleCoverage, sampleReport, sampleRequest } from '../support/sample-report.ts'

const tally = (reason: string) => [{ reason, versions: 1, bytes: 100 }] as never
const zero = { versions: 0, bytes: 0 }
const emptyPass = sampleCoverage(0, {
  inventory: { ...sampleCoverage().inventory, versions: 0, bytes: 0 },
  closing: { ...sampleCoverage().closing, versions: 0 },
  clean: zero,
  batches: { planned: 0, reported: 0 },
  positiveControls: { planted: 0, detected: 0, forms: [] },
  bytesRead: 0,
})
/** Three directories without files: unmounted shares look so as well. */
const emptyDirectories = sampleCoverage(0, {
  inventory: { ...sampleCoverage().inventory, bytes: 0 },
  clean: { versions: 3, bytes: 0 },
  bytesRead: 0,
  // There is nothing to read twice.
  secondOpinion: { versions: 0, bytes: 0, mismatches: 0 },
})

describe('decideVerdict', () => {
  const verified = [
    { name: 'everything was read and nothing found', report: sampleReport() },
    {
      name: 'the store is empty and the configuration says that it may be',
      report: sampleReport({ passes: [emptyPass], store: { storeId: 'sg', kind: 'directory', mayBeEmpty: true } }),
    },
    {
      name: 'nothing in a directory holds a byte and the configuration says that it may be empty',
      report: sampleReport({
        passes: [emptyDirectories],
        store: { storeId: 'sg', kind: 'directory', mayBeEmpty: true },
      }),
    },
    {
      name: 'nothing in a bucket holds a byte, which is not mounted',
      report: sampleReport({ passes: [emptyDirectories], store: { storeId: 's3', kind: 's3' } }),
    },
    {
      name: 'a fresh inventory after the answer is clean',
      report: sampleReport({ passes: [foundCoverage(), sampleCoverage(20)], requests: [sampleRequest()] }),
    },
  ]
  for (const { name, report } of verified)
    it(`is verified when ${name}`, () => {
      expect(decideVerdict(report)).toEqual({ verdict: 'verified', reasons: [] })
    })

  const residual = [
    { name: 'the only pass found something', report: sampleReport({ passes: [foundCoverage()] }) },
    {
      name: 'the pass after the answer still finds something',
      report: sampleReport({ passes: [foundCoverage(), foundCoverage(20)], requests: [sampleRequest()] }),
    },
    {
      name: 'the only pass found something and nobody answers, since nobody is asked',
      report: sampleReport({
        passes: [foundCoverage()],
        requests: [{ request: { ...sampleRequest().request, channel: 'none' } }],
      }),
    },
    {
      name: 'something was found and something else was unreadable',
      report: sampleReport({
        passes: [{ ...foundCoverage(), clean: { versions: 1, bytes: 100 }, unverified: tally('truncated') }],
      }),
    },
    {
      name: 'findings are counted but no version is',
      report: sampleReport({ passes: [sampleCoverage(0, { findings: 1 })] }),
    },
    {
      name: 'a version is counted but no finding is',
      report: sampleReport({ passes: [{ ...foundCoverage(), findings: 0, subjects: 0 }] }),
    },
  ]
  for (const { name, report } of residual)
    it(`is residual when ${name}`, () => {
      expect(decideVerdict(report).verdict).toBe('residual')
    })

  it('says of a residual what was found, until when it is protected, and what was not read', () => {
    const until = '2027-01-01T00:00:00.000Z'
    const change = {
      protected: [
        { code: 'legal-hold', versions: 1, bytes: 100 },
        { code: 'retention', versions: 2, bytes: 100, until },
      ],
      unverified: tally('truncated'),
    }
    const { reasons } = decideVerdict(sampleReport({ passes: [{ ...foundCoverage(), ...change } as never] }))
    expect(reasons).toEqual([
      'found: 2 findings of 1 subject in 1 object version',
      'legal-hold: 1 object version cannot be deleted now',
      `retention: 2 object versions cannot be deleted before ${until}`,
      'truncated: 1 object version',
      expect.stringMatching(/^coverage: /),
    ])
  })

  const { acknowledgement: _, ...unanswered } = sampleRequest()
  const incomplete = [
    { name: 'no pass was settled', change: { passes: [] } },
    { name: 'the inventory is empty, as that of an unmounted share', change: { passes: [emptyPass] } },
    {
      name: 'nothing in a directory holds a byte, as where only the places to mount on are there',
      change: { passes: [emptyDirectories] },
    },
    {
      name: 'the inventory is empty after deletion, and nobody said that it may be',
      change: {
        passes: [
          foundCoverage(),
          { ...emptyPass, inventory: { ...emptyPass.inventory, startedAt: '2026-11-23T01:20:00.000Z' } },
        ],
        requests: [sampleRequest()],
      },
    },
    { name: 'a state failed', change: { failure: { state: 'ScanStore', error: 'StoreUnavailable' } } },
    { name: 'nobody is in scope', change: { manifest: { sha256: 'c'.repeat(64), subjects: 0 } } },
    {
      name: 'a version is unverified',
      pass: { clean: { versions: 2, bytes: 200 }, unverified: tally('truncated') },
    },
    {
      name: 'an unverified version of no bytes is counted',
      pass: { unverified: [{ reason: 'special-file', ...zero }] as never },
    },
    { name: 'a listed version has no outcome', pass: { clean: { versions: 2, bytes: 300 } } },
    { name: 'the outcomes are about fewer bytes', pass: { clean: { versions: 3, bytes: 299 } } },
    { name: 'there are more outcomes than listed versions', pass: { clean: { versions: 4, bytes: 300 } } },
    { name: 'less was read than is called clean', pass: { bytesRead: 299 } },
    { name: 'a batch did not report', pass: { batches: { planned: 2, reported: 1 } } },
    { name: 'no batch was planned for a store that is not empty', pass: { batches: { planned: 0, reported: 0 } } },
    {
      name: 'a version appeared while scanning, also where nothing else is wrong',
      pass: { closing: { ...sampleCoverage().closing, versions: 4, appeared: 1 } },
    },
    {
      name: 'a version appeared while scanning that the closing listing does not have',
      pass: { closing: { ...sampleCoverage().closing, appeared: 1 } },
    },
    { name: 'a file system of the first pass is not there any more', pass: { mounts: { seen: 1, gone: 1 } } },
    { name: 'one that came later is not there any more', pass: { mounts: { seen: 1, gone: 0, vanished: 1 } } },
    {
      name: 'a file system was mounted since the first listing',
      pass: { mounts: { seen: 2, gone: 0, covers: 1 } },
    },
    { name: 'a report is about a version that is not listed', pass: { unlisted: 1 } },
    {
      name: 'the closing listing lacks a version that was not gone',
      pass: { closing: { ...sampleCoverage().closing, versions: 2 } },
    },
    {
      name: 'all was gone when it was listed again, as when a share was unmounted meanwhile',
      pass: { closing: { ...sampleCoverage().closing, versions: 0, gone: 3 } },
    },
    { name: 'the closing listing has more', pass: { closing: { ...sampleCoverage().closing, versions: 4 } } },
    {
      name: 'the closing listing was taken before the inventory',
      pass: {
        closing: {
          ...sampleCoverage().closing,
          startedAt: '2026-11-23T00:49:00.000Z',
          finishedAt: '2026-11-23T00:50:59.999Z',
        },
      },
    },
    {
      name: 'the answer is dated before the request',
      change: {
        passes: [foundCoverage(), sampleCoverage(20)],
        requests: [
          {
            ...sampleRequest(),
            acknowledgement: { ...sampleRequest().acknowledgement!, acknowledgedAt: '2026-11-23T00:54:00.000Z' },
          },
        ],
      },
    },
    {
      name: 'an unfinished upload is listed, which cannot be read, and nothing is unverified',
      pass: { inventory: { ...sampleCoverage().inventory, multipartUploads: 1 } },
    },
    {
      name: 'fewer positive controls were planted than there are batches',
      pass: { batches: { planned: 5, reported: 5 } },
    },
    { name: 'a positive control was missed', pass: { positiveControls: { planted: 4, detected: 3, forms: [] } } },
    { name: 'no positive control was planted', pass: { positiveControls: { planted: 0, detected: 0, forms: [] } } },
    { name: 'a negative control raised an alarm', pass: { negativeControls: { planted: 2, falseAlarms: 1 } } },
    {
      name: 'another reading of a version disagrees',
      pass: { secondOpinion: { versions: 3, bytes: 30, mismatches: 1 } },
    },
    { name: 'nothing was read twice', pass: { secondOpinion: { versions: 0, bytes: 0, mismatches: 0 } } },
    { name: 'a count is not a number', pass: { records: Number.NaN } },
    { name: 'a count that nothing else is held against is negative', pass: { records: -1 } },
    { name: 'a count that nothing else is held against is a fraction', pass: { records: 0.5 } },
    {
      name: 'the request was not answered',
      change: { passes: [foundCoverage(), sampleCoverage(20)], requests: [unanswered] },
    },
    {
      name: 'nobody looked again after the answer',
      change: { passes: [foundCoverage()], requests: [sampleRequest()] },
    },
    {
      name: 'nobody looked again after the answer, by a clock that dates the only inventory no earlier',
      change: { passes: [sampleCoverage(10)], requests: [sampleRequest()] },
    },
    {
      name: 'the last inventory began before the answer',
      change: { passes: [foundCoverage(), sampleCoverage(9)], requests: [sampleRequest()] },
    },
  ]
  for (const { name, change, pass } of incomplete as { name: string; change?: object; pass?: object }[])
    it(`is incomplete when ${name}, and says why`, () => {
      const report = sampleReport({ ...(pass && { passes: [sampleCoverage(0, pass)] }), ...change })
      const { verdict, reasons } = decideVerdict(report)
      expect(verdict).toBe('incomplete')
      expect(reasons.length).toBeGreaterThan(0)
    })

  const listings = (pass: number) =>
    ['inventory', 'closing'].flatMap((listing) =>
      ['startedAt', 'finishedAt'].map((end) => ['passes', pass, listing, end]),
    )
  /** Where the times of a store are that has its verdict after one request, in the order in which they were. */
  const moments = [
    ...listings(0),
    ['requests', 0, 'request', 'requestedAt'],
    ['requests', 0, 'acknowledgement', 'acknowledgedAt'],
    ...listings(1),
  ]
  const [before, behind, never] = ['2026-11-22T00:00:00.000Z', '2026-11-24T00:00:00.000Z', 'some day']
  const misdated = moments.flatMap((path, place) => [
    ...(place === 0 ? [] : [{ path, at: before }]),
    ...(place === moments.length - 1 ? [] : [{ path, at: behind }]),
    { path, at: never },
  ])
  it.each(misdated)('is incomplete when of all its times $path alone is $at', ({ path, at }) => {
    const report = sampleReport({ passes: [foundCoverage(), sampleCoverage(20)], requests: [sampleRequest()] })
    expect(decideVerdict(report).verdict).toBe('verified')
    const around = path.slice(0, -1).reduce((value: object, name) => Reflect.get(value, name), report)
    Reflect.set(around, path.at(-1)!, at)
    const { verdict, reasons } = decideVerdict(report)
    expect([verdict, reasons]).toEqual(['incomplete', expect.arrayContaining([expect.stringMatching(/^times: /)])])
  })

  it('is never verified once any single number of a sound report is changed to something that matters', () => {
    const paths = ['unlisted', 'foundPartly', 'findings', 'subjects'] as const
    fc.assert(
      fc.property(fc.constantFrom(...paths), fc.integer({ min: 1, max: 1e9 }), (path, count) => {
        const { verdict } = decideVerdict(sampleReport({ passes: [sampleCoverage(0, { [path]: count })] }))
        expect(verdict).not.toBe('verified')
      }),
    )
  })
})
