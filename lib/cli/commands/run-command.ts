import { randomBytes } from 'node:crypto'
import { resolve } from 'node:path'
import { identityOf } from '../../attestation/statement.ts'
import { decideRun } from '../../attestation/to-run-summary.ts'
import { NotKnown, UsageInvalid } from '../../errors.ts'
import { Interrupted } from '../../local/asl/interpreter.ts'
import { checkPlaces } from '../../local/check-places.ts'
import type { RunSummary } from '../../pipeline/close-run.ts'
import { readDocument } from '../../pipeline/documents.ts'
import { runKey } from '../../pipeline/evidence-keys.ts'
import { type Embedded, openEmbedded, type TaskEvent } from '../embedded.ts'
import { embeddedStores } from '../embedded-ports.ts'
import { type ExitCode, exitCode, exitCodeOfError, exitCodeOfVerdicts } from '../exit-code.ts'
import { loadConfig } from '../load-config.ts'
import { createRunView } from '../run-view.ts'
import { createWaitWatch } from '../stop-when-waiting.ts'
import { bold, coloured, stateOption, type Terminal } from '../terminal.ts'
import { dryRun } from './dry-run.ts'

export type RunOptions = {
  config?: string
  manifest?: string
  stores: string[]
  state: string
  resume?: string
  trigger: 'nightly' | 'on-demand'
  dryRun: boolean
  /** Whether to wait for custodians, or to stop when nothing else is left to do. */
  wait: boolean
  cwd: string
  signal: AbortSignal
  onTask?: (event: TaskEvent) => void
}

/** `odv run`: one verification run, begun or gone on with, up to its signed summary. */
export async function runCommand(options: RunOptions, terminal: Terminal): Promise<ExitCode> {
  if (options.resume !== undefined && (options.stores.length > 0 || options.manifest || options.dryRun))
    throw new UsageInvalid(
      '--resume: expected no --store, --manifest or --dry-run with it, since a run keeps what it began with',
    )
  const config = options.resume === undefined ? await loadConfig(options) : undefined
  if (config?.stores.length === 0)
    throw new UsageInvalid('run: expected a store: --store ID=PATH, or stores in odv.json')
  if (config && config.manifest === undefined)
    throw new UsageInvalid('run: expected --manifest FILE, or manifest in odv.json')
  const state = resolve(options.cwd, options.state)
  if (config) await checkPlaces(config, state)
  if (options.dryRun) return dryRun(config!, embeddedStores(), terminal)

  let embedded: Embedded | undefined
  const watch = options.wait ? undefined : createWaitWatch()
  const view = createRunView(
    terminal,
    options.state,
    () => embedded!.ports.evidence,
    () => embedded?.progress() ?? { listed: 0, bytes: 0, versions: 0, findings: 0 },
  )
  embedded = await openEmbedded({
    state,
    create: options.resume === undefined,
    ...(config && { config }),
    signal: watch ? AbortSignal.any([options.signal, watch.signal]) : options.signal,
    onTask: (event) => {
      view.observe(event)
      watch?.onTask(event)
      options.onTask?.(event)
    },
    ...(watch && { onEvent: watch.onEvent }),
  })
  try {
    embedded.lock()
    const runId = options.resume ?? newRunId()
    const began = await embedded.ports.runState.getRun(runId)
    if (options.resume !== undefined && began === undefined)
      throw new NotKnown(`run ${runId}: expected a run of this state directory`)
    terminal.print(`${bold('run')} ${runId}${began ? ', going on with it' : ''}`)
    terminal.emit({ kind: 'run', run: runId, resumed: began !== undefined })
    const result = await execute(embedded, runId, options.trigger).finally(view.finish)
    if (result === 'interrupted') return interrupted(runId, options.state, watch?.signal.aborted === true, terminal)
    return await report(embedded, runId, options.state, result, view.failure(), terminal)
  } finally {
    watch?.close()
    await view.finish()
    await embedded.close()
  }
}

type Result = Awaited<ReturnType<Embedded['execute']>>

async function execute(
  embedded: Embedded,
  runId: string,
  trigger: RunOptions['trigger'],
): Promise<Result | 'interrupted'> {
  return embedded.execute('verify-run', runId, { trigger }).catch((error: unknown) => {
    if (error instanceof Interrupted) return 'interrupted'
    throw error
  })
}

function interrupted(runId: string, state: string, waits: boolean, terminal: Terminal): ExitCode {
  const why = waits ? 'waits for a custodian' : 'interrupted; nothing is lost'
  terminal.warn(`run ${runId}: ${why}. Go on with: npx odv run --resume ${runId}${stateOption(state)}`)
  terminal.emit({ kind: waits ? 'waiting' : 'interrupted', run: runId })
  return waits ? exitCode.waiting : exitCode.interrupted
}

async function report(
  embedded: Embedded,
  runId: string,
  state: string,
  result: Result,
  failure: Error | undefined,
  terminal: Terminal,
): Promise<ExitCode> {
  const summary = await readDocument<RunSummary>(embedded.ports, runKey(runId, 'summary.json'))
  const { result: verdict, reasons, stores } = decideRun(summary)
  terminal.print()
  for (const { storeId, result, reasons } of stores) {
    terminal.print(`${coloured(result)} ${bold(storeId)}`)
    for (const reason of reasons) terminal.print(`    ${reason}`)
    terminal.emit({ kind: 'verdict', store: storeId, verdict: result, reasons })
  }
  const { size } = await embedded.ports.ledger.head()
  const attested = await isAttested(embedded, runId)
  const count = (word: string) => stores.filter((store) => store.result === word).length
  terminal.emit({
    kind: 'summary',
    run: runId,
    verdict,
    reasons,
    verified: count('verified'),
    residual: count('residual'),
    incomplete: count('incomplete'),
    logSize: size,
    attested,
  })
  terminal.print()
  if (attested) {
    terminal.print(`attested in the log, which has ${size} entries now, under a signed checkpoint`)
    terminal.print(`export:  npx odv export --run ${runId} --out bundle-${runId}${stateOption(state)}`)
  } else {
    terminal.warn(`run ${runId}: NOT ATTESTED: its summary is not in the log under a signed checkpoint`)
  }
  if (result.status === 'FAILED') {
    terminal.warn(
      `run ${runId}: ${failure && failure.name === result.error ? failure.message : `${result.error}: ${result.cause}`}`,
    )
    return exitCodeOfError(Object.assign(new Error(result.cause), { name: result.error }))
  }
  return exitCodeOfVerdicts(stores.map((store) => store.result))
}

/** Sorts by time; the random end keeps two deployments apart. */
function newRunId(): string {
  const time = new Date()
    .toISOString()
    .replace(/[-:]/g, '')
    .replace(/\.\d+Z$/, '')
    .replace('T', '-')
  return `run-${time}-${randomBytes(3).toString('hex')}`
}

/** Whether the run's summary is in the log, and a checkpoint covers it. */
async function isAttested({ ports: { ledger } }: Embedded, runId: string): Promise<boolean> {
  const summary = await ledger.find(identityOf(runId, undefined, undefined, 'run-summary'))
  const covered = (await ledger.checkpoints()).at(-1)?.size ?? 0
  return summary?.seq !== undefined && summary.seq < covered
}
