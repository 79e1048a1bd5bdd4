import { isDeepStrictEqual } from 'node:util'
import { decideRun, type RunOutcome, type StoreVerdict, type SubjectsSummary } from '../attestation/to-run-summary.ts'
import type { Ports } from '../ports.ts'
import type { Verdict } from '../verdict/decide-verdict.ts'
import { formatDocument, readDocument, readIfThere } from './evidence/documents.ts'
import { runKey } from './evidence/evidence-keys.ts'
import { readVerdicts } from './evidence/verdicts.ts'
import { withoutTakenBack } from './log/taken-back.ts'
import { withRefusal } from './scope/refused-manifest.ts'
import type { SubjectsDocument } from './settle-subjects.ts'
import { closeRunInput, type Failure, parseInput } from './task-input.ts'

/** The run in one document: the stores it was opened with, and the verdicts that were attested. */
export type RunSummary = {
  schemaVersion: 1
  runId: string
  startedAt: string
  finishedAt: string
  planned: string[]
  verdicts: StoreVerdict[]
  failure?: { state: string; error: string }
  /** Absent: nothing is said of any subject. */
  subjects?: SubjectsSummary
}

type ClosePorts = Pick<Ports, 'clock' | 'evidence' | 'runState' | 'ledger'>

/** Collects the verdicts of a run and records that it ended. A store whose verdict is not in the log is incomplete. */
export async function closeRun(
  ports: ClosePorts,
  input: unknown,
): Promise<{ failed: boolean; verdict: Verdict; verified: number; residual: number; incomplete: number }> {
  const { runId, failure } = parseInput('close-run', closeRunInput, input)
  const key = runKey(runId, 'summary.json')
  if (!(await ports.evidence.has(key)))
    await ports.evidence.put(key, formatDocument(await composeSummary(ports, runId, failure)))
  const summary = await readDocument<RunSummary>(ports, key)
  const { result, stores } = await listRun(ports, summary)
  const count = (verdict: Verdict) => stores.filter((store) => store.result === verdict).length
  return {
    failed: summary.failure !== undefined,
    verdict: result,
    verified: count('verified'),
    residual: count('residual'),
    incomplete: count('incomplete'),
  }
}

/** Says in the list of runs how the run ended; and again if something was taken back, and the list told so, just before it was told this. */
async function listRun(ports: ClosePorts, summary: RunSummary): Promise<ReturnType<typeof decideRun>> {
  const { runId, startedAt, finishedAt } = summary
  const trigger = (await ports.runState.getRun(runId))?.trigger ?? 'on-demand'
  const decide = () => withoutTakenBack(ports, runId, decideRun(summary))
  let decided = await decide()
  for (;;) {
    const told = await withRefusal(ports, summary, decided.stores)
    const stores = told.map(({ storeId, result, reasons }) => ({ storeId, verdict: result, reasons }))
    await ports.runState.putRun({ runId, trigger, state: 'finished', startedAt, finishedAt, stores })
    const now = await decide()
    if (isDeepStrictEqual(now, decided)) return now
    decided = now
  }
}

async function composeSummary(ports: ClosePorts, runId: string, failure: Failure): Promise<RunSummary> {
  const { planned, verdicts } = await readVerdicts(ports, runId)
  const finishedAt = ports.clock().toISOString()
  const outcome = { planned, verdicts, ...(failure && { failure }) }
  const subjects = await readSubjects(ports, runId, outcome)
  return {
    schemaVersion: 1,
    runId,
    startedAt: (await ports.runState.getRun(runId))?.startedAt ?? finishedAt,
    finishedAt,
    ...outcome,
    ...(subjects && { subjects }),
  }
}

/**
 * What the run came to for each subject. Only if it was judged under the verdict that the run ends with: one that failed after
 * that says nothing of anybody.
 */
async function readSubjects(ports: ClosePorts, runId: string, outcome: RunOutcome): Promise<RunSummary['subjects']> {
  if (outcome.failure) return undefined
  const judged = await readIfThere<SubjectsDocument>(ports, runKey(runId, 'subjects.json'))
  if (judged?.run !== decideRun(outcome).result) return undefined
  const { resultRoot, statuses, lastInventories } = judged
  return { resultRoot, statuses, ...(lastInventories !== undefined && { lastInventories }) }
}
