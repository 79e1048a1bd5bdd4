import { identityOf } from '../attestation/statement.ts'
import type { Ports } from '../ports.ts'

/** So many runs are looked at: their beginnings are by clocks, and one that went wrong puts a run before others, or behind. */
const lookedAt = 50

/** The finished run, dry ones aside, of which the summary is the last in the log; one that is not in the log where it began last. Absent: there is none. */
export async function newestRun({
  runState,
  ledger,
}: Pick<Ports, 'runState'> & { ledger: Pick<Ports['ledger'], 'find'> }): Promise<string | undefined> {
  const runs = (await runState.listRuns()).filter(({ state, trigger }) => state === 'finished' && trigger !== 'dry-run')
  let newest: { runId: string; seq: number } | undefined
  for (const { runId } of runs.slice(0, lookedAt)) {
    const seq = (await ledger.find(identityOf(runId, undefined, undefined, 'run-summary')))?.seq
    if (newest === undefined && seq === undefined) return runId
    if (seq !== undefined && seq > (newest?.seq ?? -1)) newest = { runId, seq }
  }
  return newest?.runId
}
