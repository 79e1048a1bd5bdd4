import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { BatchReport } from '../../lib/finding/batch-report.ts'
import type { InventoryEntry } from '../../lib/inventory/object-version.ts'
import type { Outcome, ScanReport } from '../../lib/scan/outcome.ts'
import { decideVerdict } from '../../lib/verdict/decide-verdict.ts'
import { mergeCoverage } from '../../lib/verdict/merge-coverage.ts'
import { settleBatch } from '../../lib/verdict/settle-batch.ts'
import { createCoverage } from '../../lib/verdict/settle-coverage.ts'
import { sampleReport } from '../support/sample-report.ts'

const entry = (seq: number, size = 100): InventoryEntry => ({
  seq,
  shownKey: `key-${seq}`,
  kind: 'object',
  versionId: `v${seq}`,
  current: true,
  size,
  modifiedAt: '2026-11-01T00:00:00.000Z',
})

const report = (seq: number, outcome: Outcome, change: Partial<ScanReport> = {}): ScanReport => ({
  seq,
  versionId: `v${seq}`,
  outcome,
  bytes: 100,
  decodedBytes: 100,
  records: 1,
  findings: outcome.kind === 'found' ? 1 : 0,
  subjects: outcome.kind === 'found' ? 1 : 0,
  ...change,
})

const batch = (
  reports: ScanReport[],
  controls = { planted: 2, detected: 2 },
  mismatches = 0,
  versions = 1,
  falseAlarms = 0,
): BatchReport => ({
  head: {
    kind: 'batch',
    batch: 0,
    startedAt: '2026-11-23T00:00:00.000Z',
    finishedAt: '2026-11-23T00:00:01.000Z',
    builds: ['7'.repeat(64)],
    subjects: '',
    positiveControls: { ...controls, forms: ['plain'] },
    negativeControls: { planted: 1, falseAlarms },
    secondOpinion: { versions, bytes: 10, mismatches },
  },
  reports,
  findings: [],
})

const clean: Outcome = { kind: 'clean' }
const found: Outcome = { kind: 'found' }
const truncated: Outcome = { kind: 'unverified', reason: 'truncated', detail: 'expected a trailer' }
const reasonOf = (outcome: Outcome | undefined) => (outcome && 'reason' in outcome ? outcome.reason : undefined)

describe('settleBatch', () => {
  it('believes no clean report about what could not be listed or opened', () => {
    const listed = { ...entry(0), kind: 'unreadable' as const }
    const { settled } = settleBatch([listed], batch([report(0, clean)]))
    expect(reasonOf(settled[0]?.outcome)).toBe('contradictory')
  })

  const cases = [
    {
      name: 'a version that nobody reported is not scanned',
      batch: batch([]),
      kind: 'unverified',
      reason: 'not-scanned',
    },
    { name: 'a batch without a report is not scanned', batch: undefined, kind: 'unverified', reason: 'not-scanned' },
    { name: 'a clean report of all bytes is clean', batch: batch([report(0, clean)]), kind: 'clean' },
    {
      name: 'a clean report of fewer bytes than listed is not',
      batch: batch([report(0, clean, { bytes: 99 })]),
      kind: 'unverified',
      reason: 'size-differs',
    },
    {
      name: 'a clean report that counts findings is not',
      batch: batch([report(0, clean, { findings: 1 })]),
      kind: 'unverified',
      reason: 'contradictory',
    },
    {
      name: 'a clean report about another version says nothing about this one',
      batch: batch([report(0, clean, { versionId: 'v9' })]),
      kind: 'unverified',
      reason: 'not-scanned',
    },
    {
      name: 'a clean report that counts subjects is not',
      batch: batch([report(0, clean, { subjects: 1 })]),
      kind: 'unverified',
      reason: 'contradictory',
    },
    {
      name: 'the worst of three reports counts',
      batch: batch([report(0, clean), report(0, truncated), report(0, found)]),
      kind: 'found',
    },
    {
      name: 'the worse of two reports counts',
      batch: batch([report(0, clean), report(0, truncated)]),
      kind: 'unverified',
      reason: 'truncated',
    },
    {
      name: 'two clean reports about one version contradict the plan',
      batch: batch([report(0, clean), report(0, clean)]),
      kind: 'unverified',
      reason: 'contradictory',
    },
    {
      name: 'a clean report is worth nothing when a control was missed',
      batch: batch([report(0, clean)], { planted: 2, detected: 1 }),
      kind: 'unverified',
      reason: 'control-missed',
    },
    {
      name: 'a clean report is worth nothing when another reading of its batch disagrees',
      batch: batch([report(0, clean)], undefined, 1),
      kind: 'unverified',
      reason: 'second-opinion',
    },
    {
      name: 'a clean report is worth nothing when nothing of its batch was read twice',
      batch: batch([report(0, clean)], undefined, 0, 0),
      kind: 'unverified',
      reason: 'second-opinion',
    },
    {
      name: 'a clean report is worth nothing when nothing of its batch was read twice, whatever else is in that',
      batch: batch([report(0, clean), report(1, found), report(2, clean, { bytes: 0 })], undefined, 0, 0),
      kind: 'unverified',
      reason: 'second-opinion',
    },
    {
      name: 'a clean report of no bytes needs no other reading, also beside one of something that was not read',
      entry: entry(0, 0),
      batch: batch([report(0, clean, { bytes: 0 }), report(1, truncated)], undefined, 0, 0),
      kind: 'clean',
    },
    {
      name: 'a clean report is worth nothing when the scanner found somebody who was not there',
      batch: batch([report(0, clean)], undefined, 0, 1, 1),
      kind: 'unverified',
      reason: 'control-missed',
    },
    {
      name: 'a clean report is worth nothing when no control was planted',
      batch: batch([report(0, clean)], { planted: 0, detected: 0 }),
      kind: 'unverified',
      reason: 'control-missed',
    },
    {
      name: 'a finding counts even when a control was missed',
      batch: batch([report(0, found)], { planted: 2, detected: 1 }),
      kind: 'found',
    },
    {
      name: 'an unverified report keeps its reason',
      batch: batch([report(0, truncated)]),
      kind: 'unverified',
      reason: 'truncated',
    },
  ]
  for (const each of cases)
    it(each.name, () => {
      const [settled] = settleBatch([each.entry ?? entry(0)], each.batch).settled
      expect(settled?.outcome.kind).toBe(each.kind)
      expect(reasonOf(settled?.outcome)).toBe(each.reason)
    })

  it('counts reports about versions that are not listed', () => {
    expect(settleBatch([entry(0)], batch([report(0, clean), report(7, clean)])).unlisted).toBe(1)
  })

  it('gives every listed version exactly one outcome, and verified only when each has its own full clean report', () => {
    const outcome = fc.constantFrom(clean, clean, clean, found, truncated)
    const made = fc.record({ seq: fc.nat(5), outcome, bytes: fc.constantFrom(100, 100, 100, 99) })
    fc.assert(
      fc.property(fc.array(made, { maxLength: 8 }), fc.integer({ min: 1, max: 5 }), (reports, size) => {
        const entries = Array.from({ length: size }, (_, seq) => entry(seq))
        const coverage = createCoverage()
        coverage.addListed(entries)
        const settled = coverage.addBatch(
          entries,
          batch(reports.map((each) => report(each.seq, each.outcome, { bytes: each.bytes }))),
        )
        const times = { startedAt: '2026-11-23T00:00:00.000Z', finishedAt: '2026-11-23T00:00:01.000Z' }
        const segment = coverage.finish(times, { ...times, versions: size, appeared: 0, gone: 0 })
        const pass = mergeCoverage([{ coverage: segment, subjects: coverage.subjects() }], { seen: 1, gone: 0 })

        expect(settled.map((each) => each.entry.seq)).toEqual(entries.map(({ seq }) => seq))
        const earned = entries.every(({ seq }) => {
          const about = reports.filter((each) => each.seq === seq)
          return about.length === 1 && about[0]!.outcome.kind === 'clean' && about[0]!.bytes === 100
        })
        const listedOnly = reports.every(({ seq }) => seq < size)
        expect(decideVerdict(sampleReport({ passes: [pass] })).verdict === 'verified').toBe(earned && listedOnly)
      }),
      { numRuns: 2000 },
    )
  })
})
