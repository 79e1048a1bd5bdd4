import { ProofInvalid } from '../errors.ts'
import { describeSubject } from '../proof/describe-subject.ts'
import { parseSubjectProof, type SubjectProof, type SubjectRoots, verifySubjectProof } from '../proof/subject-proof.ts'
import type { InventoryTimes, SubjectStatus } from '../verdict/decide-subject.ts'
import { runCheck } from './run-check.ts'
import type { RunEvidence } from './run-evidence.ts'

/** What a proof shows once it holds. `words` name nobody. */
export type ProofSummary = {
  runId: string
  status: SubjectStatus
  before: number
  after: number
  lastInventories?: InventoryTimes
  words: string
}

/** The attestations of a run that a proof rests on. @throws ProofInvalid when the run says nothing of subjects */
export function subjectRootsOf({ runId, scope, corrections, summary }: RunEvidence): SubjectRoots & {
  scopeEnvelope: string
  summaryEnvelope: string
  lastInventories?: InventoryTimes
} {
  const subjects = summary?.predicate.subjects
  const scopeRoot = scope?.predicate.scope.scopeRoot
  if (!scope || !summary || !subjects || scopeRoot === undefined)
    throw new ProofInvalid(
      `run ${runId}: expected a scope and a summary that says what it came to for subjects, got none`,
    )
  if (corrections.length > 0)
    throw new ProofInvalid(`run ${runId}: expected a run that stands, got one that was taken back in part`)
  return {
    population: scope.predicate.scope.population,
    scopeRoot,
    resultRoot: subjects.resultRoot,
    run: summary.predicate.result,
    scopeEnvelope: scope.envelopeSha256,
    summaryEnvelope: summary.envelopeSha256,
    ...(subjects.lastInventories !== undefined && { lastInventories: subjects.lastInventories }),
  }
}

/**
 * Verifies one subject's proof against the runs of a bundle that was verified before.
 * @throws BundleInvalid with the check `proof`
 */
export function checkSubjectProof(runs: readonly RunEvidence[], bytes: Uint8Array): ProofSummary {
  return runCheck('proof', () => {
    const proof = parseSubjectProof(bytes)
    const { lastInventories } = requireProof(runs, proof)
    const { runId, status, before, after } = proof
    const words = describeSubject({ status, before, after }, lastInventories)
    return {
      count: 1,
      value: { runId, status, before, after, ...(lastInventories !== undefined && { lastInventories }), words },
    }
  }).value
}

function requireProof(runs: readonly RunEvidence[], proof: SubjectProof): { lastInventories?: InventoryTimes } {
  const run = runs.find(({ runId }) => runId === proof.runId)
  if (!run) throw new ProofInvalid('run: expected one of this bundle, got another')
  const roots = subjectRootsOf(run)
  for (const name of ['scopeEnvelope', 'summaryEnvelope'] as const)
    if (proof[name] !== roots[name]) throw new ProofInvalid(`${name}: expected that of the run, got another`)
  verifySubjectProof(proof, roots)
  return roots
}
