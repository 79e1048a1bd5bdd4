import { resolve } from 'node:path'
import { NotKnown } from '../../errors.ts'
import type { LocalPorts } from '../../local/local-ports.ts'
import { readDocument } from '../../pipeline/documents.ts'
import { storeKey } from '../../pipeline/evidence-keys.ts'
import type { RunRecord } from '../../ports.ts'
import type { StoreReport } from '../../verdict/store-report.ts'
import { openEmbedded } from '../embedded.ts'
import { type ExitCode, exitCode } from '../exit-code.ts'
import { describeOpen } from '../run-view.ts'
import { bold, coloured, dim, stateOption, type Terminal } from '../terminal.ts'

/** `odv status`: the runs of a state directory, or one of them with its verdicts and open requests. */
export async function statusCommand(
  options: { run?: string; state: string; cwd: string },
  terminal: Terminal,
): Promise<ExitCode> {
  const embedded = await openEmbedded({ state: resolve(options.cwd, options.state), create: false })
  try {
    const { runState } = embedded.ports
    if (options.run === undefined) {
      const runs = await runState.listRuns()
      for (const run of runs) showRun(run, terminal)
      if (runs.length === 0) terminal.print('no runs yet')
      return exitCode.good
    }
    const run = await runState.getRun(options.run)
    if (run === undefined) throw new NotKnown(`run ${options.run}: expected a run of this state directory`)
    showRun(run, terminal)
    await showStores(embedded.ports, run, options.state, terminal)
    return exitCode.good
  } finally {
    await embedded.close()
  }
}

function showRun({ runId, state, startedAt, finishedAt, trigger, stores }: RunRecord, terminal: Terminal): void {
  const verdicts = stores.map(({ storeId, verdict }) => `${storeId} ${verdict ? coloured(verdict) : dim('open')}`)
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

async function showStores(
  { runState, evidence }: LocalPorts,
  run: RunRecord,
  state: string,
  terminal: Terminal,
): Promise<void> {
  for (const { storeId, verdict, reasons = [] } of run.stores) {
    terminal.print(`  ${storeId}: ${verdict ? coloured(verdict) : dim('open')}`)
    for (const reason of reasons) terminal.print(`      ${reason}`)
    const key = storeKey(run.runId, storeId, 'report.json')
    const report = (await evidence.has(key)) ? await readDocument<StoreReport>({ evidence }, key) : undefined
    for (const version of report?.open ?? []) terminal.print(`      ${describeOpen(version)}`)
  }
  for (const { requestId, deadline, acknowledgedAt, storeId } of await runState.listRequests(run.runId)) {
    const waits = deadline !== undefined && acknowledgedAt === undefined && run.state === 'running'
    terminal.print(
      `  request ${requestId}: ${acknowledgedAt ? `answered ${acknowledgedAt}` : waits ? `waits until ${deadline}; answer with: npx odv ack ${requestId}${stateOption(state)}` : 'not answered'}`,
    )
    terminal.emit({
      kind: 'request',
      store: storeId,
      request: requestId,
      ...(deadline !== undefined && { deadline }),
      ...(acknowledgedAt !== undefined && { acknowledgedAt }),
    })
  }
  if (run.state === 'running') terminal.print(`  go on with: npx odv run --resume ${run.runId}${stateOption(state)}`)
}
