import { ProofInvalid } from '../errors.ts'
import { describeSubject } from '../proof/describe-subject.ts'
import { parseSubjectProof, type SubjectProof, type SubjectRoots, verifySubjectProof } from '../proof/subject-proof.ts'
import type { InventoryTimes, SubjectStatus } from '../verdict/decide-subject.ts'
import type { Verdict } from '../verdict/decide-verdict.ts'
import { toRunResult } from './bundle-summary.ts'
import { runCheck } from './run-check.ts'
import type { RunEvidence } from './run-evidence.ts'

/**
 * What a proof shows once it holds. `words` name nobody. `later`: a run of the bundle that began later, of which the proof says nothing: the last one
 * that is residual, and may have found this subject, or else the last.
 */
export type ProofSummary = {
  runId: string
  status: SubjectStatus
  before: number
  after: number
  lastInventories?: InventoryTimes
  words: string
  later?: { runId: string; result: Verdict }
}

/** Whether the data of its subject is shown to be gone, or never to have been there, as far as the bundle goes. */
export const showsGone = ({ status, later }: Pick<ProofSummary, 'status' | 'later'>): boolean =>
  (status === 'deleted' || status === 'never-found') && later?.result !== 'residual'

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
    const later = laterThan(runs, runId)
    const words = [describeSubject({ status, before, after }, lastInventories), ...describeLater(later)].join('; ')
    return {
      count: 1,
      value: {
        ...{ runId, status, before, after, words },
        ...(lastInventories !== undefined && { lastInventories }),
        ...(later && { later }),
      },
    }
  }).value
}

function laterThan(runs: readonly RunEvidence[], runId: string): ProofSummary['later'] {
  const later = runs.slice(runs.findIndex((run) => run.runId === runId) + 1).map(toRunResult)
  const last = later.findLast(({ result }) => result === 'residual') ?? later.at(-1)
  return last && { runId: last.runId, result: last.result }
}

function describeLater(later: ProofSummary['later']): string[] {
  if (later === undefined) return []
  return later.result === 'residual'
    ? [`but run ${later.runId} of the bundle began later, found data, and may have found theirs: ask for a proof by it`]
    : [`run ${later.runId} of the bundle began later, of which this says nothing`]
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
