import { EvidenceConflict } from '../../errors.ts'
import type { Evidence } from '../../ports.ts'
import type { Settled } from '../../verdict/settle-batch.ts'
import { createCoverage } from '../../verdict/settle-coverage.ts'
import type { PassRef } from './evidence-keys.ts'
import { readReportedParts } from './read-reported.ts'
import { readSettled } from './segments.ts'

/**
 * Each object version of a pass that is not clean, in the order of the inventory, as its segments were settled. What comes is right once the end has come.
 * @throws EvidenceConflict where reports say something else than was settled @throws EvidenceMissing of a pass that is not settled
 */
export async function* readOpen(evidence: Evidence, ref: PassRef): AsyncGenerator<Settled> {
  for await (const { ref: segment, settled } of readSettled(evidence, ref)) {
    const coverage = createCoverage()
    for await (const { reported } of readReportedParts(evidence, segment))
      for await (const { entries, report, made } of reported)
        yield* coverage.addBatch(entries, report, made).filter(({ outcome }) => outcome.kind !== 'clean')
    const { inventory, closing, outcomesSha256 } = settled.coverage
    if (coverage.finish(inventory, closing).outcomesSha256 !== outcomesSha256)
      throw new EvidenceConflict(
        `store ${ref.storeId}: pass ${ref.pass}: expected the outcomes that were settled, got reports that came later`,
      )
  }
}
