import { isDeepStrictEqual } from 'node:util'
import { runSummaryStatement } from '../../attestation/to-run-summary.ts'
import { ProofInvalid } from '../../errors.ts'
import { contextOf, requireRestated } from '../restate.ts'
import { at, type Checked } from '../run-check.ts'
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
}
