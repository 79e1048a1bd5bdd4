import type { Coverage } from '../../lib/inventory/coverage.ts'
import type { StoreReport } from '../../lib/verdict/store-report.ts'

const at = (minute: number) => new Date(Date.UTC(2026, 10, 23, 1, minute)).toISOString()

/** A pass that saw everything and found nothing; `minute` is when its inventory began. */
export function sampleCoverage(minute = 0, change: Partial<Coverage> = {}): Coverage {
  return {
    inventory: {
      versions: 3,
      bytes: 300,
      deleteMarkers: 0,
      multipartUploads: 0,
      startedAt: at(minute),
      finishedAt: at(minute + 1),
    },
    closing: { versions: 3, appeared: 0, gone: 0, startedAt: at(minute + 2), finishedAt: at(minute + 3) },
    mounts: { seen: 1, gone: 0 },
    batches: { planned: 1, reported: 1 },
    clean: { versions: 3, bytes: 300 },
    found: { versions: 0, bytes: 0 },
    foundPartly: 0,
    protected: [],
    unverified: [],
    unlisted: 0,
    bytesRead: 300,
    decodedBytes: 300,
    records: 9,
    findings: 0,
    subjects: 0,
    positiveControls: { planted: 4, detected: 4, forms: ['gzip', 'plain'] },
    negativeControls: { planted: 2, falseAlarms: 0 },
    secondOpinion: { versions: 1, bytes: 10, mismatches: 0 },
    inventorySha256: 'a'.repeat(64),
    outcomesSha256: 'b'.repeat(64),
    ...change,
  }
}

export function sampleReport(change: Partial<StoreReport> = {}): StoreReport {
  return {
    schemaVersion: 1,
    runId: 'run-1',
    store: { storeId: 'sg', kind: 'directory', country: 'SG' },
    manifest: { sha256: 'c'.repeat(64), subjects: 10 },
    passes: [sampleCoverage()],
    requests: [],
    open: [],
    ...change,
  }
}

/** A pass in which one version of a hundred bytes holds findings. */
export const foundCoverage = (minute = 0) =>
  sampleCoverage(minute, {
    clean: { versions: 2, bytes: 200 },
    found: { versions: 1, bytes: 100 },
    findings: 2,
    subjects: 1,
  })

/** A request after pass 0 that was answered ten minutes later. */
export function sampleRequest(): StoreReport['requests'][number] {
  return {
    request: {
      schemaVersion: 1,
      requestId: 'run-1-sg-0',
      runId: 'run-1',
      storeId: 'sg',
      pass: 0,
      channel: 'manual',
      requestedAt: at(5),
      deadline: at(50),
      versions: 1,
      bytes: 100,
      findings: 2,
      subjects: 1,
      protectedVersions: 0,
      versionsSha256: 'd'.repeat(64),
    },
    acknowledgement: {
      schemaVersion: 1,
      requestId: 'run-1-sg-0',
      by: 'custodian',
      acknowledgedAt: at(10),
      deleted: { versions: 0, bytes: 0 },
      gone: 0,
      kept: [],
    },
  }
}
