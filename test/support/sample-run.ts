import type { StatementContext, VouchedDocument } from '../../lib/attestation/statement-context.ts'
import type { Acknowledgement, DeletionRequest } from '../../lib/deletion/request.ts'
import type { Coverage } from '../../lib/inventory/coverage.ts'
import type { StoreReport } from '../../lib/verdict/store-report.ts'

/** A small run in which everything holds; tests change what they are about. */

export const digest = (character: string) => character.repeat(64)

/** Of the machine that runs are executions of. */
export const machineArn = 'arn:aws:states:us-east-1:123456789012:execution:odv-prod-verify-run'

export const context: StatementContext = {
  organization: 'example.com',
  runId: 'run-1',
  scope: {
    subjects: 3,
    scopeRoot: digest('5'),
    manifest: { sha256: digest('a'), party: 'US Data Entity', receivedAt: '2026-10-01T08:30:00.000Z' },
    keyCommitment: digest('b'),
  },
  tool: {
    name: 'odv',
    version: '0.1.0',
    buildSha256: digest('6'),
    sourceCommit: 'd'.repeat(40),
    configSha256: digest('c'),
  },
  execution: `${machineArn}:run-1`,
  keyProtection: 'kms',
  people: { operator: 'Jane Roe, Privacy Engineering', reviewer: 'Internal Audit' },
  retention: { years: 10, basis: 'National Security Agreement' },
  limitations: ['Replicas inside the provider follow its own timetable.'],
  createdAt: '2026-11-23T20:00:00.000Z',
}

export const store = {
  storeId: 'sg',
  kind: 'directory',
  country: 'SG',
  custodian: 'Example Pte',
  obligation: { instrument: 'NSA', clause: '3.2', dueAt: '2026-12-01T00:00:00Z' },
} satisfies StoreReport['store']

export const cleanCoverage: Coverage = {
  inventory: {
    versions: 4,
    bytes: 400,
    deleteMarkers: 1,
    multipartUploads: 0,
    startedAt: '2026-11-23T19:30:00.500Z',
    finishedAt: '2026-11-23T19:31:00.000Z',
  },
  closing: {
    versions: 4,
    appeared: 0,
    gone: 0,
    startedAt: '2026-11-23T19:40:00.000Z',
    finishedAt: '2026-11-23T19:41:00.000Z',
  },
  mounts: { seen: 1, gone: 0 },
  batches: { planned: 1, reported: 1 },
  clean: { versions: 4, bytes: 400 },
  found: { versions: 0, bytes: 0 },
  foundPartly: 0,
  protected: [],
  unverified: [],
  unlisted: 0,
  bytesRead: 400,
  decodedBytes: 900,
  records: 12,
  findings: 0,
  subjects: 0,
  positiveControls: { planted: 3, detected: 3, forms: ['plain', 'gzip'] },
  negativeControls: { planted: 3, falseAlarms: 0 },
  secondOpinion: { versions: 1, bytes: 10, mismatches: 0 },
  inventorySha256: digest('d'),
  outcomesSha256: digest('e'),
  builds: [digest('6')],
}

/** Of the pass before the request. */
export const foundCoverage: Coverage = {
  ...cleanCoverage,
  inventory: {
    ...cleanCoverage.inventory,
    startedAt: '2026-11-23T18:30:00.500Z',
    finishedAt: '2026-11-23T18:31:00.000Z',
  },
  closing: {
    ...cleanCoverage.closing,
    startedAt: '2026-11-23T18:40:00.000Z',
    finishedAt: '2026-11-23T18:41:00.000Z',
  },
  clean: { versions: 2, bytes: 200 },
  found: { versions: 1, bytes: 100 },
  unverified: [{ reason: 'encrypted', versions: 1, bytes: 100 }],
  findings: 5,
  subjects: 2,
}

/** A pass that lists all at one time. */
export const listedAt = (coverage: Coverage, startedAt: string): Coverage => ({
  ...coverage,
  inventory: { ...coverage.inventory, startedAt, finishedAt: startedAt },
  closing: { ...coverage.closing, startedAt, finishedAt: startedAt },
})

export const request: DeletionRequest = {
  schemaVersion: 1,
  requestId: 'run-1.sg.0',
  runId: 'run-1',
  storeId: 'sg',
  pass: 0,
  channel: 'manual',
  requestedAt: '2026-11-23T19:00:00.000Z',
  deadline: '2026-12-07T19:00:00.000Z',
  versions: 1,
  bytes: 100,
  findings: 5,
  subjects: 2,
  protectedVersions: 0,
  versionsSha256: digest('f'),
}

export const acknowledgement: Acknowledgement = {
  schemaVersion: 1,
  requestId: 'run-1.sg.0',
  by: 'custodian',
  acknowledgedAt: '2026-11-23T19:29:58.000Z',
  certificateSha256: digest('0'),
  deleted: { versions: 1, bytes: 100 },
  gone: 0,
  kept: [{ reason: 'legal hold', versions: 1, bytes: 100 }],
}

export const report: StoreReport = {
  schemaVersion: 1,
  runId: 'run-1',
  store,
  manifest: { sha256: digest('a'), subjects: 3 },
  passes: [foundCoverage, cleanCoverage],
  requests: [{ request, acknowledgement }],
  open: [],
}

export function documentOf(name: string, model: unknown): VouchedDocument {
  return { name, body: new TextEncoder().encode(`${JSON.stringify(model, null, 1)}\n`) }
}
