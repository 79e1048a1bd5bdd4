import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type UnverifiedReason, unverifiedReasons } from '../../lib/decode/unverified.ts'
import type { BatchReport } from '../../lib/finding/batch-report.ts'
import { formatCounts } from '../../lib/finding/subject-counts.ts'
import type { Coverage } from '../../lib/inventory/coverage.ts'
import type { Exception } from '../../lib/inventory/exception.ts'
import type { InventoryEntry } from '../../lib/inventory/object-version.ts'
import type { Outcome } from '../../lib/scan/outcome.ts'
import { decideVerdict } from '../../lib/verdict/decide-verdict.ts'
import { explainedOf, isWithinUnverified } from '../../lib/verdict/exceptions.ts'
import { mergeCoverage } from '../../lib/verdict/merge-coverage.ts'
import { createCoverage } from '../../lib/verdict/settle-coverage.ts'
import { foundCoverage, sampleCoverage, sampleReport } from '../support/sample-report.ts'

/** What is approved explains what is unverified, each version once, and nothing else; no verdict follows from it. */

const began = '2026-11-23T00:00:00.000Z'
const times = { startedAt: began, finishedAt: '2026-11-23T00:00:01.000Z' }
const [held, over] = ['2026-11-23T23:59:59.999Z', '2026-11-22T23:59:59.999Z']
const reasons = ['not-text', 'unsupported-format', 'archived'] as const
const suffixes = ['.png', '.pdf', '.csv'] as const

const exception: fc.Arbitrary<Exception> = fc
  .record({
    reason: fc.constantFrom(...reasons),
    suffix: fc.option(fc.constantFrom(...suffixes), { nil: undefined }),
    until: fc.constantFrom(held, over),
  })
  .map(({ suffix, ...rest }) => ({
    ...rest,
    ...(suffix !== undefined && { suffix }),
    detail: 'pictures of goods',
    plan: 'to be deleted',
    approvedBy: 'counsel',
  }))

type Version = { suffix: string; size: number; outcome: Outcome }
const version: fc.Arbitrary<Version> = fc.record({
  suffix: fc.constantFrom(...suffixes),
  size: fc.nat(1000),
  outcome: fc.oneof(
    fc.constantFrom<Outcome>({ kind: 'clean' }, { kind: 'found' }, { kind: 'found', reason: 'corrupt' }),
    fc.constantFrom(...reasons).map((reason): Outcome => ({ kind: 'unverified', reason, detail: 'as it is' })),
  ),
})

/** Settles versions as one segment, of which the exact key is sealed and the shown one has no ending. */
function segmentOf(versions: readonly Version[], exceptions: readonly Exception[]) {
  const entries = versions.map(
    ({ size }, seq): InventoryEntry => ({
      ...{ kind: 'object', seq, shownKey: '[identifier]', versionId: 'v', current: true, size, modifiedAt: began },
    }),
  )
  const report: BatchReport = {
    head: {
      ...{ kind: 'batch', batch: 0, ...times, builds: ['7'.repeat(64)], subjects: formatCounts(new Uint32Array(0)) },
      positiveControls: { planted: 2, detected: 2, forms: ['plain'] },
      negativeControls: { planted: 1, falseAlarms: 0 },
      secondOpinion: { versions: 1, bytes: 10, mismatches: 0 },
    },
    reports: versions.map(({ size, outcome }, seq) => ({
      ...{ seq, versionId: 'v', outcome, bytes: size, decodedBytes: size, records: 1 },
      findings: outcome.kind === 'found' ? 1 : 0,
      subjects: 0,
    })),
    findings: [],
  }
  const coverage = createCoverage({ exceptions, keyOf: ({ seq }) => `goods/${seq}${versions[seq]!.suffix}` })
  coverage.addListed(entries)
  coverage.addBatch(entries, report)
  const closing = { ...times, versions: versions.length, appeared: 0, gone: 0 }
  return { coverage: coverage.finish(times, closing), subjects: coverage.subjects() }
}

const whole = (versions: readonly Version[], exceptions: readonly Exception[]) =>
  mergeCoverage([segmentOf(versions, exceptions)], { seen: 0, gone: 0 })
const sum = (rows: readonly { versions: number; bytes: number }[]) =>
  rows.reduce((all, { versions, bytes }) => ({ versions: all.versions + versions, bytes: all.bytes + bytes }), {
    versions: 0,
    bytes: 0,
  })

/** Said anew, and version by version: what the first exception that fits it explains of each. */
function expected(versions: readonly Version[], exceptions: readonly Exception[], reason?: UnverifiedReason) {
  const rows = versions.flatMap(({ outcome, suffix, size }) => {
    if (outcome.kind !== 'unverified' || (reason !== undefined && outcome.reason !== reason)) return []
    const first = exceptions.find((each) => each.reason === outcome.reason && [undefined, suffix].includes(each.suffix))
    return [{ versions: 1, bytes: size, by: first && (first.until < began ? 'expired' : 'explained') }]
  })
  const of = (by: string) => sum(rows.filter((row) => row.by === by))
  return {
    explained: of('explained'),
    unexplained: sum(rows.filter(({ by }) => by !== 'explained')),
    expired: of('expired'),
  }
}

const some = [fc.array(version, { maxLength: 14 }), fc.array(exception, { maxLength: 5 })] as const

describe('exceptions', () => {
  it('explain each version by the first that fits and none that has expired, and what is left is not explained', () => {
    fc.assert(
      fc.property(...some, (versions, exceptions) => {
        const coverage = whole(versions, exceptions)
        expect(explainedOf(coverage)).toEqual(expected(versions, exceptions))
        for (const reason of reasons) {
          const only = {
            ...coverage,
            unverified: coverage.unverified.filter((each) => each.reason === reason),
            exceptions: (coverage.exceptions ?? []).filter((each) => each.reason === reason),
          }
          const { explained, unexplained } = explainedOf(only)
          expect({ explained, unexplained }).toMatchObject(
            (({ expired: _, ...rest }) => rest)(expected(versions, exceptions, reason)),
          )
          expect(sum([explained, unexplained])).toEqual(sum(only.unverified))
        }
      }),
    )
  })

  it('count the same wherever a store is cut and in whatever order its segments come', () => {
    fc.assert(
      fc.property(
        ...some,
        fc.array(fc.nat(14), { maxLength: 4 }),
        fc.boolean(),
        (versions, exceptions, cuts, turned) => {
          const ends = [0, ...cuts.toSorted((a, b) => a - b), versions.length]
          const segments = ends.slice(1).map((end, i) => segmentOf(versions.slice(ends[i], end), exceptions))
          const merged = mergeCoverage(turned ? segments.toReversed() : segments, { seen: 0, gone: 0 })
          // A cut behind the end has the rest in no segment twice.
          const all = ends.slice(1).flatMap((end, i) => versions.slice(ends[i], end))
          expect(merged.exceptions).toEqual(whole(all, exceptions).exceptions)
        },
      ),
    )
  })

  it('never explain a version that is clean or found, and change nothing else of what is counted', () => {
    fc.assert(
      fc.property(...some, (versions, exceptions) => {
        const { exceptions: rows = [], ...counted } = whole(versions, exceptions)
        expect(counted).toEqual(whole(versions, []))
        expect(isWithinUnverified({ ...counted, exceptions: rows })).toBe(true)
        expect(sum([counted.clean, counted.found, ...counted.unverified]).versions).toBe(versions.length)
        const read = versions.filter(({ outcome }) => outcome.kind !== 'unverified')
        expect(sum(whole(read, exceptions).exceptions ?? [])).toEqual({ versions: 0, bytes: 0 })
      }),
    )
  })

  it('are kept where they are about nothing, and leave no trace where there are none', () => {
    const [one] = fc.sample(exception, { numRuns: 1, seed: 1 })
    expect(whole([], [one!]).exceptions).toEqual([{ ...one, versions: 0, bytes: 0 }])
    expect(Object.keys(whole([], []))).not.toContain('exceptions')
  })

  it('hold on the last day itself, by when the inventory began', () => {
    const unverified: Version = {
      ...{ suffix: '.png', size: 5, outcome: { kind: 'unverified', reason: 'not-text', detail: 'as it is' } },
    }
    const at = (until: string) =>
      explainedOf(whole([unverified], [{ reason: 'not-text', detail: 'd', plan: 'p', approvedBy: 'a', until }]))
    const [one, none] = [
      { versions: 1, bytes: 5 },
      { versions: 0, bytes: 0 },
    ]
    expect(at(held)).toEqual({ explained: one, unexplained: none, expired: none })
    expect(at(began)).toEqual({ explained: one, unexplained: none, expired: none })
    expect(at(over)).toEqual({ explained: none, unexplained: one, expired: one })
  })
})

describe('a verdict', () => {
  const row = fc.record({ of: exception, versions: fc.nat(9), bytes: fc.nat(900) })
  const gap = fc.constantFrom<Partial<Coverage>>(
    ...unverifiedReasons.map((reason) => ({
      clean: { versions: 2, bytes: 200 },
      unverified: [{ reason, versions: 1, bytes: 100 }],
    })),
    { batches: { planned: 2, reported: 1 } },
    { closing: { ...sampleCoverage().closing, appeared: 1 } },
    { positiveControls: { planted: 4, detected: 3, forms: [] } },
    { clean: { versions: 2, bytes: 200 } },
    foundCoverage(),
  )
  it('is not made clean, or another one, by any exception, whatever it says that it explains', () => {
    fc.assert(
      fc.property(gap, fc.array(row, { maxLength: 4 }), (change, rows) => {
        const exceptions = rows.map(({ of, ...tally }) => ({ ...of, ...tally }))
        const pass = sampleCoverage(0, change)
        const explained = decideVerdict(sampleReport({ passes: [{ ...pass, exceptions }] }))
        expect(explained).toEqual(decideVerdict(sampleReport({ passes: [pass] })))
        expect(explained.verdict).not.toBe('verified')
      }),
      { numRuns: 300 },
    )
  })
})
