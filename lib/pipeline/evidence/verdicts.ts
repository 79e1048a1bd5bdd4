import { hash } from 'node:crypto'
import { identityOf } from '../../attestation/statement.ts'
import type { StoreVerdict } from '../../attestation/to-run-summary.ts'
import type { Ports } from '../../ports.ts'
import { decideVerdict } from '../../verdict/decide-verdict.ts'
import type { StoreReport } from '../../verdict/store-report.ts'
import { readIfThere, readRunConfig } from './documents.ts'
import { runKey, storeKey } from './evidence-keys.ts'

/** The stores that the run was opened with, and the verdicts on them; those that are in the log have a digest. */
export async function readVerdicts(
  ports: Pick<Ports, 'evidence' | 'ledger'>,
  runId: string,
): Promise<{ planned: string[]; verdicts: StoreVerdict[] }> {
  const planned = (await ports.evidence.has(runKey(runId, 'config.json')))
    ? (await readRunConfig(ports, runId)).stores.map(({ id }) => id)
    : []
  const verdicts: StoreVerdict[] = []
  for (const storeId of planned) {
    const report = await readIfThere<StoreReport>(ports, storeKey(runId, storeId, 'report.json'))
    if (report === undefined) continue
    const attested = await ports.ledger.find(identityOf(runId, storeId, undefined, 'verification'))
    verdicts.push({
      storeId,
      ...decideVerdict(report),
      ...(attested?.seq !== undefined && { envelopeSha256: hash('sha256', attested.envelope, 'hex') }),
    })
  }
  return { planned, verdicts }
}
