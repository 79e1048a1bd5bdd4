import { isDeepStrictEqual } from 'node:util'
import { verificationStatement } from '../../attestation/to-statement.ts'
import { ProofInvalid } from '../../errors.ts'
import { decideVerdict } from '../../verdict/decide-verdict.ts'
import { contextOf, requireRestated } from '../restate.ts'
import { at, type Checked } from '../run-check.ts'
import type { EvidenceOf, RunEvidence } from '../run-evidence.ts'

/** Every verdict is judged again from its store report; so is every figure that stands beside it. */
export function checkVerdicts(runs: readonly RunEvidence[]): Checked<undefined> {
  const verifications = runs.flatMap(({ stores }) => stores.flatMap(({ verification }) => verification ?? []))
  for (const each of verifications)
    at(`run ${each.predicate.runId}: store ${each.predicate.storeId}`, () => checkVerdict(each))
  return { count: verifications.length, value: undefined }
}

function checkVerdict({ statement, predicate, model, document }: EvidenceOf<'verification'>): void {
  const decision = decideVerdict(model)
  if (predicate.result !== decision.verdict)
    throw new ProofInvalid(`result: expected ${decision.verdict}, as the store report gives, got ${predicate.result}`)
  if (!isDeepStrictEqual(predicate.reasons, decision.reasons))
    throw new ProofInvalid('reasons: expected those that the store report gives, got others')
  const again = verificationStatement(contextOf(statement), {
    report: model,
    decision,
    document: { name: statement.subject[0]!.name, body: document },
  })
  requireRestated(statement, again)
}
