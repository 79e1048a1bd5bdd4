import type { RunPhase, RunPredicate, RunStatement } from '../attestation/statement.ts'
import type { CorrectionDocument } from '../attestation/to-correction.ts'
import type { Acknowledgement, DeletionRequest } from '../deletion/request.ts'
import type { Coverage } from '../inventory/coverage.ts'
import type { StoreReport } from '../verdict/store-report.ts'
import type { Attested } from './checks/statement.ts'
import type { ScopeDocument, SummaryDocument } from './run-documents.ts'

/** What the documents of each phase hold once they are read. */
type Models = {
  scope: ScopeDocument
  scan: Coverage
  'deletion-request': DeletionRequest
  'deletion-ack': Acknowledgement
  verification: StoreReport
  'run-summary': SummaryDocument
  correction: CorrectionDocument
}

/** An attestation of one phase with its document: `model` is what it vouches for, `predicate` what it says about it. */
export type EvidenceOf<P extends RunPhase> = Omit<Attested, 'statement'> & {
  statement: RunStatement
  phase: P
  predicate: Extract<RunPredicate, { phase: P }>
  model: Models[P]
}
export type Evidence = { [P in RunPhase]: EvidenceOf<P> }[RunPhase]

/** What a bundle holds about one store in one run; scans, requests and answers stand at the number of their pass. */
export type StoreEvidence = {
  storeId: string
  scans: EvidenceOf<'scan'>[]
  requests: EvidenceOf<'deletion-request'>[]
  answers: EvidenceOf<'deletion-ack'>[]
  verification?: EvidenceOf<'verification'>
}

/** What a bundle holds about one run. Without `summary` the run was not closed when the bundle was made. */
export type RunEvidence = {
  runId: string
  scope?: EvidenceOf<'scope'>
  stores: StoreEvidence[]
  /** What takes any of these back. */
  corrections: EvidenceOf<'correction'>[]
  summary?: EvidenceOf<'run-summary'>
}

/** All attestations of a store, in the order in which they have to be in the log. */
export function attestationsOf({ scans, requests, answers, verification }: StoreEvidence) {
  const passes = scans.flatMap((scan, pass) => [scan, requests[pass] ?? [], answers[pass] ?? []].flat())
  return verification ? [...passes, verification] : passes
}
