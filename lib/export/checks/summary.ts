import { isDeepStrictEqual } from 'node:util'
import { runSummaryStatement } from '../../attestation/to-run-summary.ts'
import { ProofInvalid } from '../../errors.ts'
import { lastInventoriesOf } from '../../verdict/decide-subject.ts'
import { contextOf, requireRestated } from '../restate.ts'
import { at, type Checked } from '../run-check.ts'
import type { SummaryDocument } from '../run-documents.ts'
import type { EvidenceOf, RunEvidence } from '../run-evidence.ts'

/**
 * Every run summary is judged again from its document, which has all stores of the scope and, of each, the verdict that
 * was attested for it.
 */
export function checkSummaries(runs: readonly RunEvidence[]): Checked<undefined> {
  for (const run of runs)
    at(`run ${run.runId}`, () => {
      if (run.summary) checkRun(run, run.summary)
    })
  return { count: runs.filter(({ summary }) => summary).length, value: undefined }
}

function checkRun({ scope, stores }: RunEvidence, summary: EvidenceOf<'run-summary'>): void {
  const { statement, model, document } = summary
  const again = runSummaryStatement(contextOf(statement), {
    planned: model.planned,
    verdicts: model.verdicts,
    ...(model.failure && { failure: model.failure }),
    ...(model.subjects && { subjects: model.subjects }),
    document: { name: statement.subject[0]!.name, body: document },
  })
  requireRestated(statement, again)
  if (model.runId !== statement.predicate.runId)
    throw new ProofInvalid('summary: run: expected that of its statement, got another')

  const inScope = scope?.predicate.stores.map(({ storeId }) => storeId)
  if (inScope && !isDeepStrictEqual(model.planned.toSorted(), inScope.toSorted()))
    throw new ProofInvalid('summary: stores: expected those of the scope, got others')
  for (const { storeId, verification } of stores) {
    if (!verification) continue
    const { result, reasons } = verification.predicate
    const attested = { storeId, verdict: result, reasons, envelopeSha256: verification.envelopeSha256 }
    if (!model.verdicts.some((each) => isDeepStrictEqual(each, attested)))
      throw new ProofInvalid(`store ${storeId}: expected the verdict that was attested, got another in the run summary`)
  }
  if (model.subjects) checkSubjects(model.subjects, stores, model.planned.length)
}

/**
 * What is counted of subjects fits what each pass counted: whoever is in one pass is in the sum, and nobody is in it who is in none.
 * Of a store without a verdict nothing is known, so that there is no upper bound.
 */
function checkSubjects(
  { statuses, lastInventories }: NonNullable<SummaryDocument['subjects']>,
  stores: RunEvidence['stores'],
  planned: number,
): void {
  const reports = stores.flatMap(({ verification }) => verification?.model ?? [])
  const last = reports.flatMap(({ passes }) => passes.at(-1)?.subjects ?? [])
  const earlier = reports.flatMap(({ passes }) => passes.slice(0, -1).map(({ subjects }) => subjects))
  const isAll = reports.length === planned
  const requireBetween = (what: string, given: number, counts: readonly number[]) => {
    const most = isAll ? counts.reduce((sum, each) => sum + each, 0) : Number.POSITIVE_INFINITY
    if (given < Math.max(0, ...counts) || given > most)
      throw new ProofInvalid(`subjects: ${what}: expected as many as the passes found, got ${given}`)
  }
  requireBetween('residual', statuses.residual, last)
  if (lastInventories === undefined) return
  requireBetween('deleted', statuses.deleted, earlier)
  if (!isDeepStrictEqual(lastInventories, lastInventoriesOf(reports)))
    throw new ProofInvalid('subjects: last inventories: expected the times of those of the stores, got others')
}
