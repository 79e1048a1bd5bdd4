import { identityOf } from '../../attestation/statement.ts'
import { decideRun } from '../../attestation/to-run-summary.ts'
import type { Ledger, Ports } from '../../ports.ts'
import type { RunSummary } from '../close-run.ts'
import { readDocument } from '../evidence/documents.ts'
import { runKey } from '../evidence/evidence-keys.ts'
import { withoutTakenBack } from './taken-back.ts'

type LogPorts = { ledger: Pick<Ledger, 'find' | 'checkpoints'> }

/** Whether the run's summary is in the log, and a checkpoint covers it. */
export async function isAttested({ ledger }: LogPorts, runId: string): Promise<boolean> {
  const summary = await ledger.find(identityOf(runId, undefined, undefined, 'run-summary'))
  const covered = (await ledger.checkpoints()).at(-1)?.size ?? 0
  return summary?.seq !== undefined && summary.seq < covered
}

/**
 * How a run ended, once its summary is in the log and a checkpoint covers it. Before that there is no verdict to speak
 * of: what is not attested may still change, and what cannot be attested is nothing to rely on.
 */
export async function readAttestedRun(
  ports: Pick<Ports, 'evidence'> & LogPorts,
  runId: string,
): Promise<ReturnType<typeof decideRun> | undefined> {
  if (!(await isAttested(ports, runId))) return undefined
  const decided = decideRun(await readDocument<RunSummary>(ports, runKey(runId, 'summary.json')))
  return withoutTakenBack(ports, runId, decided)
}
