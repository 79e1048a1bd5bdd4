import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { BatchReport } from '../../lib/finding/batch-report.ts'
import { formatCounts } from '../../lib/finding/subject-counts.ts'
import type { InventoryEntry, Protection } from '../../lib/inventory/object-version.ts'
import type { Piece } from '../../lib/inventory/piece.ts'
import type { Outcome } from '../../lib/scan/outcome.ts'
import { mergeCoverage } from '../../lib/verdict/merge-coverage.ts'
import { createCoverage } from '../../lib/verdict/settle-coverage.ts'

/** One object version for each of these subjects. */
const countsOf = (ordinals: readonly number[]) =>
  Uint32Array.from([...new Set(ordinals)].toSorted((a, b) => a - b).flatMap((ordinal) => [ordinal, 1]))

type Version = {
  size: number
  outcome: Outcome
  subjects: number[]
  kind: InventoryEntry['kind']
  protection?: Protection
}

const times = { startedAt: '2026-11-23T00:00:00.000Z', finishedAt: '2026-11-23T00:00:01.000Z' }
const outcomes: Outcome[] = [
  { kind: 'clean' },
  { kind: 'found' },
  { kind: 'found', reason: 'corrupt' },
  { kind: 'unverified', reason: 'truncated', detail: 'cut off' },
  { kind: 'unverified', reason: 'archived', detail: 'to be restored first' },
]
const protections: (Protection | undefined)[] = [
  undefined,
  { code: 'legal-hold' },
  { code: 'retention' },
  { code: 'retention', until: '2027-01-01T00:00:00.000Z' },
  { code: 'retention', until: '2028-01-01T00:00:00.000Z' },
]

const version: fc.Arbitrary<Version> = fc
  .record({
    size: fc.nat(1000),
    outcome: fc.constantFrom(...outcomes),
    subjects: fc.array(fc.nat(40), { maxLength: 3 }),
    kind: fc.constantFrom('object', 'delete-marker', 'multipart-upload'),
    protection: fc.constantFrom(...protections),
  })
  .map(({ protection, ...rest }) => ({ ...rest, ...(protection && { protection }) }))

/** One segment of these versions, in one batch. */
function segmentOf(versions: readonly Version[], firstSeq: number, pieces: readonly Piece[] = []) {
  const coverage = createCoverage()
  const entries = versions.map(
    ({ size, kind }, index): InventoryEntry => ({
      kind,
      seq: firstSeq + index,
      shownKey: `k${firstSeq + index}`,
      versionId: 'v',
      current: true,
      size,
      modifiedAt: times.startedAt,
    }),
  )
  const report: BatchReport = {
    head: {
      kind: 'batch',
      batch: 0,
      ...times,
      builds: ['7'.repeat(64)],
      subjects: formatCounts(countsOf(versions.flatMap(({ subjects }) => subjects))),
      positiveControls: { planted: 2, detected: 2, forms: ['plain'] },
      negativeControls: { planted: 1, falseAlarms: 0 },
      secondOpinion: { versions: 1, bytes: 10, mismatches: 0 },
    },
    reports: versions.map(({ size, outcome, protection }, index) => ({
      seq: firstSeq + index,
      versionId: 'v',
      outcome,
      bytes: size,
      decodedBytes: size,
      records: 1,
      findings: outcome.kind === 'found' ? 1 : 0,
      subjects: outcome.kind === 'found' ? 1 : 0,
      ...(outcome.kind === 'found' && protection && { protection }),
      ...(pieces.length > 0 && { pieces: [...pieces] }),
    })),
    findings: [],
  }
  coverage.addListed(entries)
  coverage.addBatch(entries, report)
  const closing = { ...times, versions: versions.length, appeared: 0, gone: 0 }
  return { coverage: coverage.finish(times, closing), subjects: coverage.subjects() }
}

const mounts = { seen: 0, gone: 0 }

describe('coverage in segments', () => {
  it('counts the same, wherever a store is cut', () => {
    fc.assert(
      fc.property(fc.array(version, { maxLength: 12 }), fc.array(fc.nat(12), { maxLength: 4 }), (versions, cuts) => {
        const ends = [
          0,
          ...cuts.map((cut) => Math.min(cut, versions.length)).toSorted((a, b) => a - b),
          versions.length,
        ]
        const segments = ends.slice(1).map((end, index) => segmentOf(versions.slice(ends[index], end), ends[index]!))
        const whole = mergeCoverage([segmentOf(versions, 0)], mounts)
        const merged = mergeCoverage(segments, mounts)
        const sameBatches = {
          batches: whole.batches,
          positiveControls: whole.positiveControls,
          negativeControls: whole.negativeControls,
          secondOpinion: whole.secondOpinion,
          inventorySha256: whole.inventorySha256,
          outcomesSha256: whole.outcomesSha256,
        }
        // Strictly: an end that is not known is none that is undefined.
        expect({ ...merged, ...sameBatches }).toStrictEqual(whole)
        expect(merged.batches).toEqual({ planned: segments.length, reported: segments.length })
        expect(merged.positiveControls.detected).toBe(2 * segments.length)
      }),
    )
  })

  it('says of a store what its segments came to', () => {
    const versions = outcomes.map(
      (outcome, at): Version => ({ size: 10 ** at, outcome, subjects: [at], kind: 'object' }),
    )
    const marks: Version[] = (['delete-marker', 'delete-marker', 'multipart-upload'] as const).map((kind) => ({
      ...{ size: 0, outcome: { kind: 'clean' }, subjects: [], kind },
    }))
    expect(mergeCoverage([segmentOf(versions, 0), segmentOf(marks, 5)], mounts)).toMatchObject({
      inventory: { versions: 8, bytes: 11_111, deleteMarkers: 2, multipartUploads: 1 },
      closing: { versions: 8 },
      batches: { planned: 2, reported: 2 },
      clean: { versions: 4, bytes: 1 },
      found: { versions: 2, bytes: 110 },
      foundPartly: 1,
      unverified: [
        { reason: 'archived', versions: 1, bytes: 10_000 },
        { reason: 'truncated', versions: 1, bytes: 1000 },
      ],
      ...{ bytesRead: 11_111, decodedBytes: 11_111, records: 8, findings: 2, subjects: 5 },
    })
  })

  it('counts no report of a batch that has none, and nothing that was read in it', () => {
    const coverage = createCoverage()
    const entry: InventoryEntry = {
      ...{ kind: 'object', seq: 0, shownKey: 'k', versionId: 'v', current: true, size: 9, modifiedAt: times.startedAt },
    }
    expect(coverage.addBatch([entry], undefined)).toMatchObject([{ outcome: { reason: 'not-scanned' } }])
    expect(coverage.finish(times, { ...times, versions: 1, appeared: 0, gone: 0 })).toMatchObject({
      batches: { planned: 1, reported: 0 },
      clean: { versions: 0, bytes: 0 },
      unverified: [{ reason: 'not-scanned', versions: 1, bytes: 9 }],
      ...{ bytesRead: 0, decodedBytes: 0, records: 0, findings: 0 },
    })
  })

  it('is dated from the first beginning to the last end of its segments, in whatever order those are', () => {
    const [first, second, third] = [1, 2, 3].map((hour) => `2026-11-23T0${hour}:00:00.000Z`)
    const { coverage, subjects } = segmentOf([], 0)
    const at = (startedAt: string, finishedAt: string) => ({
      subjects,
      coverage: {
        ...coverage,
        inventory: { ...coverage.inventory, startedAt, finishedAt },
        closing: { ...coverage.closing, startedAt, finishedAt },
      },
    })
    const segments = [at(second!, second!), at(first!, third!), at(second!, second!)]
    const dated = { startedAt: first, finishedAt: third }
    for (const each of [segments, segments.slice(0, 2), segments.slice(1)])
      expect(mergeCoverage(each, mounts)).toMatchObject({ inventory: dated, closing: dated })
  })

  it('names every build that read something in any of them, once', () => {
    const readBy = (...builds: string[]) => {
      const { coverage, subjects } = segmentOf([], 0)
      return { coverage: { ...coverage, builds }, subjects }
    }
    expect(segmentOf([], 0).coverage.builds).toEqual(['7'.repeat(64)])
    const { builds: _, ...before } = segmentOf([], 0).coverage
    const untold = { coverage: before, subjects: new Uint8Array() }
    expect(mergeCoverage([readBy('b', 'c'), readBy('a', 'c')], mounts).builds).toEqual(['a', 'b', 'c'])
    // Some of them would pass for all.
    expect(mergeCoverage([readBy('b', 'c'), untold, readBy('a', 'c')], mounts)).not.toHaveProperty('builds')
  })

  it('gives what is kept the last end of all segments, and none when one of them knows none', () => {
    const kept = (until?: string): Version => ({
      size: 1,
      outcome: { kind: 'found' },
      subjects: [1],
      kind: 'object',
      protection: { code: 'retention', ...(until !== undefined && { until }) },
    })
    const [until, later] = ['2027-01-01T00:00:00.000Z', '2028-01-01T00:00:00.000Z']
    const protectedIn = (versions: Version[]) =>
      mergeCoverage(
        versions.map((each, index) => segmentOf([each], index)),
        mounts,
      ).protected
    expect(protectedIn([kept(until), kept(until)])).toEqual([{ code: 'retention', versions: 2, bytes: 2, until }])
    for (const each of [
      [kept(until), kept(later)],
      [kept(later), kept(until)],
    ])
      expect(protectedIn(each)).toMatchObject([{ until: later }])
    for (const each of [
      [kept(until), kept()],
      [kept(), kept(until)],
    ])
      expect(protectedIn(each)).toStrictEqual([{ code: 'retention', versions: 2, bytes: 2 }])
  })

  it('has another digest when pieces of a version pin something else', () => {
    const version: Version = { size: 9, outcome: { kind: 'clean' }, subjects: [], kind: 'object' }
    const digestOf = (pieces: readonly Piece[]) =>
      mergeCoverage([segmentOf([version], 0, pieces)], mounts).outcomesSha256
    const piece = { from: 0, to: 9, sha256: 'a'.repeat(64) }
    const pinned = [
      [piece],
      [],
      [{ ...piece, sha256: 'b'.repeat(64) }],
      [
        { ...piece, to: 4 },
        { ...piece, from: 4 },
      ],
    ]
    expect(new Set(pinned.map(digestOf)).size).toBe(4)
  })

  it('has another digest when something else is listed, whatever was reported', () => {
    const entry = (change: Partial<InventoryEntry> = {}): InventoryEntry => ({
      ...{ kind: 'object', seq: 0, shownKey: 'k', versionId: 'v', current: true, size: 9, modifiedAt: times.startedAt },
      ...change,
    })
    const lists = [[], [entry()], [entry({ shownKey: 'l' })], [entry({ versionId: 'w' })], [entry({ size: 8 })]]
    const digests = [...lists, [entry({ seq: 1 })], [entry(), entry({ seq: 1 })]].map((entries) => {
      const coverage = createCoverage()
      coverage.addListed(entries)
      return coverage.finish(times, { ...times, versions: 0, appeared: 0, gone: 0 }).inventorySha256
    })
    expect(new Set(digests).size).toBe(digests.length)
  })

  it('has another digest when an outcome moves from one segment to the next', () => {
    const versions = outcomes.map((outcome): Version => ({ size: 1, outcome, subjects: [], kind: 'object' }))
    const cut = (at: number) =>
      mergeCoverage([segmentOf(versions.slice(0, at), 0), segmentOf(versions.slice(at), at)], mounts).outcomesSha256
    expect(new Set([1, 2, 3, 4].map(cut)).size).toBe(4)
  })
})
