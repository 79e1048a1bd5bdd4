import type { Statement } from '../../lib/attestation/statement.ts'
import { correctionStatement } from '../../lib/attestation/to-correction.ts'
import { keyTransitionStatement } from '../../lib/attestation/to-key-transition.ts'
import { runSummaryStatement } from '../../lib/attestation/to-run-summary.ts'
import {
  acknowledgementStatement,
  requestStatement,
  scanStatement,
  scopeStatement,
  verificationStatement,
} from '../../lib/attestation/to-statement.ts'
import { decideVerdict } from '../../lib/verdict/decide-verdict.ts'
import { memoryAttestationSigner } from './memory-signers.ts'
import {
  acknowledgement,
  cleanCoverage,
  context,
  digest,
  documentOf,
  machineArn,
  report,
  request,
  store,
} from './sample-run.ts'

/** One statement of every phase. */
export const statements: { name: string; statement: Statement }[] = [
  {
    name: 'scope',
    statement: scopeStatement(context, {
      stores: [{ storeId: 'sg', country: 'SG' }, { storeId: 'ie' }],
      document: documentOf('scope.json', { stores: ['sg', 'ie'] }),
    }),
  },
  {
    name: 'scan',
    statement: scanStatement(context, {
      store,
      pass: 1,
      coverage: cleanCoverage,
      document: documentOf('coverage.json', cleanCoverage),
    }),
  },
  {
    name: 'deletion-request',
    statement: requestStatement(context, { store, request, document: documentOf('request.json', request) }),
  },
  {
    name: 'deletion-ack',
    statement: acknowledgementStatement(context, {
      store,
      request,
      acknowledgement,
      document: documentOf('acknowledgement.json', acknowledgement),
    }),
  },
  {
    name: 'verification',
    statement: verificationStatement(context, {
      report,
      decision: decideVerdict(report),
      document: documentOf('report.json', report),
    }),
  },
  {
    name: 'run-summary',
    statement: runSummaryStatement(context, {
      planned: ['sg'],
      verdicts: [{ storeId: 'sg', verdict: 'verified', reasons: [], envelopeSha256: digest('1') }],
      document: documentOf('summary.json', { stores: [] }),
    }),
  },
  {
    name: 'correction',
    statement: correctionStatement(context, {
      schemaVersion: 1,
      runId: 'run-1',
      corrects: { entry: 3, phase: 'scan', storeId: 'sg', pass: 1, envelopeSha256: digest('2') },
      explanation: 'The share was not the one that was meant.\nSee ticket B.',
      approvedBy: 'Example Person',
    }),
  },
  {
    name: 'key-transition',
    statement: keyTransitionStatement({
      organization: 'example.com',
      key: 'attestation',
      number: 1,
      from: await memoryAttestationSigner().publicKey(),
      to: await memoryAttestationSigner().publicKey(),
      tool: { name: 'odv', version: '0.1.0', buildSha256: digest('6') },
      createdAt: '2026-11-23T20:00:00.000Z',
    }),
  },
]

/** Distinct small statements, as many as a test needs. */
export function scopeStatementOf(runId: string, createdAt: string = context.createdAt): Statement {
  return scopeStatement(
    { ...context, runId, execution: `${machineArn}:${runId}`, createdAt },
    { stores: [{ storeId: 'sg' }], document: documentOf('scope.json', { runId }) },
  )
}
