import type { Acknowledgement } from '../../deletion/request.ts'
import { EvidenceConflict, FormatInvalid, NotKnown, UsageInvalid } from '../../errors.ts'
import { damagedText } from '../../evidence-json.ts'
import { readIfThere, readStoreReport } from '../../pipeline/evidence/documents.ts'
import { passKey, storeKey } from '../../pipeline/evidence/evidence-keys.ts'
import type { Evidence, RequestRecord, RunRecord } from '../../ports.ts'
import type { StoreReport } from '../../verdict/store-report.ts'
import { type Deployment, type Place, withDeployment } from '../deployment.ts'
import { type ExitCode, exitCode } from '../exit-code.ts'
import { bold, coloured, dim, type Terminal } from '../terminal.ts'
import { typed } from '../typed.ts'
import { describeExplained, explainedFields } from '../views/exceptions-view.ts'
import { describeOpen } from '../views/open-view.ts'
import { writeOpenVersions } from './open-versions.ts'

/** `odv status`: the runs of a deployment, or one of them with its verdicts and open requests. With `out`, what is open in it is in that file instead. */
export async function statusCommand(
  options: { run?: string; out?: string; place: Place; cwd: string },
  terminal: Terminal,
): Promise<ExitCode> {
  const { out, cwd } = options
  if (out !== undefined && options.run === undefined)
    throw new UsageInvalid('odv status: expected a run with --out FILE')
  return withDeployment(options.place, {}, async (deployment) => {
    const { runState } = deployment.ports
    if (options.run === undefined) {
      const runs = await runState.listRuns()
      for (const run of runs) showRun(run, terminal)
      if (runs.length === 0) terminal.print('no runs yet')
      return exitCode.good
    }
    const run = await runState.getRun(options.run)
    if (run === undefined) throw new NotKnown(`run ${options.run}: expected a run of ${deployment.words.where}`)
    if (out !== undefined) {
      await writeOpenVersions(deployment, { run: run.runId, out, cwd }, terminal)
      return exitCode.good
    }
    showRun(run, terminal)
    return (await showStores(deployment, run, terminal)) ? exitCode.good : exitCode.fault
  })
}

/** What the built-in executor answers, and whether it was the deadline that ended the wait, is in the evidence alone. */
const answerTo = (evidence: Evidence, request: RequestRecord): Promise<Acknowledgement | undefined> =>
  readIfThere<Acknowledgement>({ evidence }, passKey(request, 'acknowledgement.json'))

const describeAnswer = (answer: Acknowledgement | undefined, at: string): string =>
  answer?.by === 'deadline' ? `not answered by its deadline, ${at}` : `answered ${at}`

/** @throws EvidenceConflict when it is damaged */
function reportOf(evidence: Evidence, key: string): Promise<StoreReport> {
  return readStoreReport({ evidence }, key).catch((error: unknown) => {
    if (!(error instanceof FormatInvalid)) throw error
    throw new EvidenceConflict(damagedText(key), { cause: error })
  })
}

function describeVerdict(trigger: RunRecord['trigger'], verdict: string | undefined): string {
  return verdict ? coloured(verdict) : dim(trigger === 'dry-run' ? 'only listed' : 'open')
}

function showRun({ runId, state, startedAt, finishedAt, trigger, stores }: RunRecord, terminal: Terminal): void {
  const verdicts = stores.map(({ storeId, verdict }) => `${storeId} ${describeVerdict(trigger, verdict)}`)
  terminal.print(
    `${bold(runId)}  ${state === 'running' ? 'not finished' : `finished ${finishedAt}`}  ${verdicts.join(', ')}`,
  )
  terminal.emit({
    kind: 'run',
    run: runId,
    state,
    trigger,
    startedAt,
    ...(finishedAt !== undefined && { finishedAt }),
    stores,
  })
}

/** Returns whether all of it could be read: a damaged document is named, and the others are shown. */
async function showStores(
  { ports: { runState, evidence }, words }: Deployment,
  run: RunRecord,
  terminal: Terminal,
): Promise<boolean> {
  let isWhole = true
  let hasOpen = false

  function tellDamaged(error: unknown): undefined {
    if (!(error instanceof EvidenceConflict)) throw error
    isWhole = false
    const { name, message } = error
    terminal.warn(message)
    terminal.emit({ kind: 'error', error: name, message, exitCode: exitCode.fault })
  }

  for (const { storeId, verdict, reasons = [] } of run.stores) {
    terminal.print(`  ${storeId}: ${describeVerdict(run.trigger, verdict)}`)
    for (const reason of reasons) terminal.print(`      ${reason}`)
    const key = storeKey(run.runId, storeId, 'report.json')
    const report = (await evidence.has(key)) ? await reportOf(evidence, key).catch(tellDamaged) : undefined
    for (const version of report?.open ?? []) terminal.print(`      ${describeOpen(version)}`)
    if ((report?.open ?? []).length > 0) hasOpen = true
    const last = report?.passes.at(-1)
    for (const line of last ? describeExplained(last) : []) terminal.print(`      ${line}`)
    if (last?.exceptions) terminal.emit({ kind: 'exceptions', store: storeId, ...explainedFields(last) })
  }
  for (const request of await runState.listRequests(run.runId)) {
    const { requestId, deadline, storeId } = request
    const answer = await answerTo(evidence, request).catch(tellDamaged)
    const acknowledgedAt = request.acknowledgedAt ?? answer?.acknowledgedAt
    const waits = deadline !== undefined && acknowledgedAt === undefined && run.state === 'running'
    terminal.print(
      `  request ${requestId}: ${acknowledgedAt ? describeAnswer(answer, acknowledgedAt) : waits ? `waits until ${deadline}; answer with: ${typed} ack ${requestId}${words.options}` : 'not answered'}`,
    )
    terminal.emit({
      kind: 'request',
      store: storeId,
      request: requestId,
      ...(deadline !== undefined && { deadline }),
      ...(acknowledgedAt !== undefined && { acknowledgedAt }),
    })
  }
  if (hasOpen)
    terminal.print(
      dim(`  all that is not clean, with exact names: ${typed} status ${run.runId} --out open.jsonl${words.options}`),
    )
  if (run.state === 'running')
    terminal.print(`  ${words.goOn.toLowerCase()}: ${typed} run --resume ${run.runId}${words.options}`)
  return isWhole
}
