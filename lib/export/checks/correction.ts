import { correctionOf, correctionStatement } from '../../attestation/to-correction.ts'
import { ProofInvalid } from '../../errors.ts'
import { attestedOf } from '../report/figures.ts'
import { contextOf, requireRestated } from '../restate.ts'
import { at, type Checked } from '../run-check.ts'
import type { EvidenceOf, RunEvidence } from '../run-evidence.ts'

/**
 * Every correction takes back an attestation of its run that stands before it in the log, and says of it what it is. What it says
 * is what counts from here on (`toRunResult`, `toStoreResults`): it can make a verdict worse, and nothing better. `count`: runs.
 */
export function checkCorrections(runs: readonly RunEvidence[]): Checked<undefined> {
  for (const run of runs)
    for (const correction of run.corrections)
      at(`run ${run.runId}: attestation ${correction.seq}`, () => checkCorrection(run, correction))
  return { count: runs.length, value: undefined }
}

function checkCorrection(run: RunEvidence, { seq, predicate, statement }: EvidenceOf<'correction'>): void {
  const { entry, phase, storeId, pass } = predicate.corrects
  const corrected = attestedOf(run).find((each) => each.seq === entry)
  if (!corrected || corrected.envelopeSha256 !== predicate.supersedes[0])
    throw new ProofInvalid(
      `entry ${entry}: expected the attestation of this run that is taken back, got none or another`,
    )
  if (entry >= seq) throw new ProofInvalid(`entry ${entry}: expected one before the correction, got a later one`)
  const said = corrected.predicate
  const isSame =
    said.phase === phase &&
    ('storeId' in said ? said.storeId : undefined) === storeId &&
    ('pass' in said ? said.pass : undefined) === pass
  if (!isSame)
    throw new ProofInvalid(`entry ${entry}: expected its phase, store and pass in the correction, got others`)
  const again = correctionStatement(
    { ...contextOf(corrected.statement), tool: predicate.tool, createdAt: predicate.times.statementCreatedAt },
    correctionOf(predicate),
  )
  // Its document follows from what it says: the digest is compared with the rest.
  requireRestated(statement, again)
  if (predicate.tool.configSha256 !== said.tool.configSha256)
    throw new ProofInvalid(`entry ${entry}: tool.configSha256: expected that of the run, got another`)
}
