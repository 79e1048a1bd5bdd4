import { describe, expect, it } from 'vitest'
import { EvidenceConflict } from '../../lib/errors.ts'
import { type BatchReport, formatBatchReport, parseBatchReport } from '../../lib/finding/batch-report.ts'
import { formatCounts } from '../../lib/finding/subject-counts.ts'
import type { ScanReport } from '../../lib/scan/outcome.ts'

const report = (seq: number, change: Partial<ScanReport> = {}): ScanReport => ({
  seq,
  versionId: `v${seq}`,
  outcome: { kind: 'clean' },
  bytes: 100,
  decodedBytes: 100,
  records: 1,
  findings: 0,
  subjects: 0,
  ...change,
})

const made: BatchReport = {
  head: {
    kind: 'batch',
    batch: 0,
    startedAt: '2026-11-23T00:00:00.000Z',
    finishedAt: '2026-11-23T00:00:01.000Z',
    builds: ['7'.repeat(64)],
    subjects: formatCounts(Uint32Array.of(7, 1)),
    positiveControls: { planted: 2, detected: 2, forms: ['plain'] },
    negativeControls: { planted: 1, falseAlarms: 0 },
    secondOpinion: { versions: 1, bytes: 10, mismatches: 0 },
  },
  reports: [report(0), report(1, { outcome: { kind: 'found' }, findings: 2, subjects: 1 })],
  findings: [4, 9].map((offset) => ({ seq: 1, place: 'content', path: [], record: 1, offset, tag: 't' })),
}
const name = 'runs/run-0/stores/ie/pass-0/batches/000000.jsonl'
const lines = formatBatchReport(made, name).trimEnd().split('\n')
const read = (from: readonly string[]) => parseBatchReport(Buffer.from(from.map((line) => `${line}\n`).join('')), name)

describe('the report of a batch', () => {
  it('comes back as it was written', () => {
    expect(read(lines)).toEqual(made)
  })

  it('is refused where any of its lines is missing, or there twice', () => {
    for (const at of lines.keys()) {
      expect(() => read(lines.toSpliced(at, 1)), `without line ${at}`).toThrow(EvidenceConflict)
      expect(() => read(lines.toSpliced(at, 0, lines[at]!)), `line ${at} twice`).toThrow(EvidenceConflict)
    }
  })

  it('is refused where it ends sooner, wherever that is', () => {
    const whole = formatBatchReport(made, name)
    for (let length = 0; length < whole.length - 1; length++)
      expect(() => parseBatchReport(Buffer.from(whole.slice(0, length)), name)).toThrow(EvidenceConflict)
  })

  it('is refused under the name of another batch, pass, store or run', () => {
    for (const other of ['batches/000001', 'pass-1', 'stores/sg', 'run-1'])
      expect(() => parseBatchReport(Buffer.from(formatBatchReport(made, `${name} ${other}`)), name)).toThrow(
        'that of another one',
      )
  })

  it('is refused where it does not say of one build that it read the batch', () => {
    for (const builds of [undefined, '7', [], ['7'.repeat(63)], ['7'.repeat(64), '8'.repeat(64)]]) {
      const changed = formatBatchReport({ ...made, head: { ...made.head, builds: builds as string[] } }, name)
      expect(() => parseBatchReport(Buffer.from(changed), name)).toThrow('expected the build that read it')
    }
  })

  it.each([
    { what: 'fewer', subjects: '' },
    { what: 'more', subjects: formatCounts(Uint32Array.of(7, 1, 8, 1)) },
    { what: 'the same ones in more versions', subjects: formatCounts(Uint32Array.of(7, 2)) },
  ])('is refused where its head counts $what subjects than its versions', ({ subjects }) => {
    const changed = formatBatchReport({ ...made, head: { ...made.head, subjects } }, name)
    expect(() => parseBatchReport(Buffer.from(changed), name)).toThrow('batch report: subjects')
  })
})
