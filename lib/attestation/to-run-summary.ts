import { EvidenceConflict } from '../errors.ts'
import type { InventoryTimes, StatusCounts } from '../verdict/decide-subject.ts'
import type { Decision, Verdict } from '../verdict/decide-verdict.ts'
import type { Statement } from './statement.ts'
import {
  headOf,
  predicateTypeOf,
  type StatementContext,
  tailOf,
  toStatement,
  type VouchedDocument,
} from './statement-context.ts'
import { optional, scopeOf } from './statement-sections.ts'

/** What one store ended with, and the envelope that attests it; none is there when attesting failed. */
export type StoreVerdict = Decision & { storeId: string; envelopeSha256?: string }

export type RunOutcome = {
  /** The stores that the run was opened with: the denominator. */
  planned: readonly string[]
  verdicts: readonly StoreVerdict[]
  failure?: { state: string; error: string }
}

/**
 * What the run came to for the subjects in scope: the root of the result tree, how many subjects have which status, and, of a
 * verified run, between which times the inventories were taken that show nobody any more.
 */
export type SubjectsSummary = {
  resultRoot: string
  statuses: StatusCounts
  lastInventories?: InventoryTimes
}

/**
 * All stores of the run in one statement; the document is the run's summary. It has a predicate of our own, since
 * in-toto's SVR can only list what passed.
 */
export function runSummaryStatement(
  context: StatementContext,
  { document, subjects, ...outcome }: RunOutcome & { subjects?: SubjectsSummary; document: VouchedDocument },
): Statement {
  const predicateType = predicateTypeOf(context.organization)
  const { result, reasons, stores } = decideRun(outcome)
  return toStatement(context, document, {
    ...headOf(context),
    phase: 'run-summary',
    result,
    reasons,
    inputs: outcome.verdicts.flatMap(({ storeId, envelopeSha256 }) =>
      envelopeSha256 === undefined ? [] : [{ name: storeId, predicateType, digest: { sha256: envelopeSha256 } }],
    ),
    ...optional({ scope: context.scope && scopeOf(context) }),
    stores,
    ...optional({ subjects: subjects && subjectsOf(subjects, context, result) }),
    ...tailOf(context),
  })
}

/** @throws EvidenceConflict when it does not count everybody in scope, or is better than the verdict on the run */
function subjectsOf(
  { resultRoot, statuses, lastInventories }: SubjectsSummary,
  { scope }: StatementContext,
  run: Verdict,
) {
  const { deleted, neverFound, residual, undetermined } = statuses
  if (scope?.scopeRoot === undefined || deleted + neverFound + residual + undetermined !== scope.subjects)
    throw new EvidenceConflict('run summary statement: subjects: expected everybody in scope once, got others')
  const isVerified = run === 'verified'
  if (isVerified ? residual + undetermined > 0 : deleted + neverFound > 0)
    throw new EvidenceConflict('run summary statement: subjects: expected what the verdict allows, got more')
  if ((lastInventories !== undefined) !== isVerified)
    throw new EvidenceConflict(
      'run summary statement: last inventories: expected times of a verified run and of no other',
    )
  return { resultRoot, statuses: { deleted, neverFound, residual, undetermined }, ...optional({ lastInventories }) }
}

/** The worst verdict of all planned stores. A store without an attested verdict is `incomplete`, as is a failed run. */
export function decideRun({ planned, verdicts, failure }: RunOutcome): {
  result: Verdict
  reasons: string[]
  stores: { storeId: string; result: Verdict; reasons: string[] }[]
} {
  const unplanned = verdicts.filter(({ storeId }) => !planned.includes(storeId))
  const stores = [...new Set([...planned, ...unplanned.map(({ storeId }) => storeId)])].map((storeId) =>
    decideStore(
      storeId,
      verdicts.filter((each) => each.storeId === storeId),
    ),
  )
  const reasons = [
    ...(failure ? [`failure: ${failure.error} in ${failure.state}`] : []),
    ...(planned.length > 0 ? [] : ['stores: none was planned']),
    ...(unplanned.length === 0 ? [] : [`stores: ${unplanned.length} reported but not planned`]),
  ]
  const results = stores.map(({ result }) => result)
  if (results.includes('residual')) return { result: 'residual', reasons, stores }
  if (reasons.length > 0 || results.includes('incomplete')) return { result: 'incomplete', reasons, stores }
  return { result: 'verified', reasons, stores }
}

function decideStore(storeId: string, verdicts: readonly StoreVerdict[]) {
  const reasons = [
    ...verdicts.flatMap((each) => each.reasons),
    ...(verdicts.length === 1 ? [] : [`verdicts: expected one, got ${verdicts.length}`]),
    ...(verdicts.every(({ envelopeSha256 }) => envelopeSha256 !== undefined) ? [] : ['verdict: not attested']),
  ]
  const results = verdicts.map(({ verdict }) => verdict)
  if (results.includes('residual')) return { storeId, result: 'residual' as const, reasons }
  if (reasons.length > 0 || !results.every((each) => each === 'verified'))
    return { storeId, result: 'incomplete' as const, reasons }
  return { storeId, result: 'verified' as const, reasons }
}
