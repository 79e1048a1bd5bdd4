import { randomBytes } from 'node:crypto'
import { decideRun } from '../../attestation/to-run-summary.ts'
import type { Config } from '../../config.ts'
import { NotKnown, UsageInvalid } from '../../errors.ts'
import type { Coverage } from '../../inventory/coverage.ts'
import type { RunSummary } from '../../pipeline/close-run.ts'
import { readIfThere } from '../../pipeline/evidence/documents.ts'
import { runKey, storeKey } from '../../pipeline/evidence/evidence-keys.ts'
import { isAttested } from '../../pipeline/log/attested-run.ts'
import { withoutTakenBack } from '../../pipeline/log/taken-back.ts'
import { withRefusal } from '../../pipeline/scope/refused-manifest.ts'
import type { Evidence, RunRecord } from '../../ports.ts'
import type { StoreReport } from '../../verdict/store-report.ts'
import { allToDo } from '../../verdict/what-to-do.ts'
import { type Deployment, type Ended, type Place, type RunEvent, withDeployment } from '../deployment.ts'
import { type ExitCode, exitCode, exitCodeOfVerdicts } from '../exit-code.ts'
import { tellFailed } from '../tell-failed.ts'
import { bold, coloured, dim, plural, type Terminal } from '../terminal.ts'
import { typed } from '../typed.ts'
import { showCost, showEstimate } from '../views/cost-view.ts'
import { describeExplained, explainedFields } from '../views/exceptions-view.ts'
import { createRunView } from '../views/run-view.ts'

export type RunOptions = {
  place: Place
  config?: string
  manifest?: string
  stores: string[]
  resume?: string
  trigger: RunRecord['trigger']
  dryRun: boolean
  /** Whether to wait for custodians, or to stop when nothing else is left to do. */
  wait: boolean
  cwd: string
  signal: AbortSignal
  onEvent?: (event: RunEvent) => void
}

/** `odv run`: one verification run, begun or gone on with, up to its signed summary. */
export async function runCommand(options: RunOptions, terminal: Terminal): Promise<ExitCode> {
  const { place, resume } = options
  if (resume !== undefined && (options.stores.length > 0 || options.manifest || options.dryRun))
    throw new UsageInvalid(
      '--resume: expected no --store, --manifest or --dry-run with it, since a run keeps what it began with',
    )
  if (place.kind === 'aws') return runDeployed(options, terminal)
  if (resume !== undefined) return runIn(options, undefined, terminal)
  const { configOfRun } = await import('../run-config.ts')
  const config = await configOfRun(options, place.state)
  const { leftOut } = config
  // Every store verified, and nothing else, would say more than it does.
  if (leftOut)
    terminal.warn(
      `not in this run: ${leftOut.join(', ')}, which the configuration has: nothing is said about ${leftOut.length === 1 ? 'it' : 'them'}`,
    )
  if (!options.dryRun) return runIn(options, config, terminal)
  const { dryRun } = await import('./dry-run.ts')
  return dryRun(config, terminal)
}

/** Deployed, what a run is about is in the deployment: a person who starts one does not choose it. */
function runDeployed(options: RunOptions, terminal: Terminal): Promise<ExitCode> {
  if (options.config !== undefined || options.manifest !== undefined || options.stores.length > 0)
    throw new UsageInvalid(
      'run --aws: expected no --config, --manifest or --store, since the configuration is in the deployment; ' +
        'odv config --aws puts it there',
    )
  return runIn(options.dryRun ? { ...options, trigger: 'dry-run' } : options, undefined, terminal)
}

async function runIn(options: RunOptions, config: Config | undefined, terminal: Terminal): Promise<ExitCode> {
  const opening = { create: options.resume === undefined, exclusive: true, ...(config && { config }) }
  return withDeployment(options.place, opening, async (deployment) => {
    if (options.place.kind === 'machine') warnOfClock(await deployment.ports.runState.listRuns(), new Date(), terminal)
    return runOn(deployment, options, terminal)
  })
}

/** Where the clock was set back, times in statements contradict the order of the log, and the newest run is not the last one. */
export function warnOfClock(runs: readonly RunRecord[], now: Date, terminal: Pick<Terminal, 'warn'>): void {
  const times = runs.map(({ startedAt, finishedAt = startedAt }) => finishedAt)
  const latest = times.reduce((a, b) => (a > b ? a : b), '')
  if (latest > now.toISOString())
    terminal.warn(
      `clock: expected a time after that of the last run, ${latest}, got ${now.toISOString()}: set the clock, since it decides ` +
        'who is in scope and what is attested',
    )
}

/** Begins a run or goes on with one, shows it, and says how it ended. */
export async function runOn(
  deployment: Deployment,
  options: Pick<RunOptions, 'resume' | 'trigger' | 'wait' | 'signal' | 'onEvent'>,
  terminal: Terminal,
): Promise<ExitCode> {
  const { resume, trigger, signal, wait } = options
  const runId = resume ?? newRunId()
  const began = resume === undefined ? undefined : await deployment.ports.runState.getRun(runId)
  if (resume !== undefined && began === undefined)
    throw new NotKnown(`run ${runId}: expected a run of ${deployment.words.where}`)
  terminal.print(`${bold('run')} ${runId}${resume === undefined ? '' : ', going on with it'}`)
  terminal.emit({ kind: 'run', run: runId, resumed: resume !== undefined })
  const view = createRunView(terminal, deployment)
  const onEvent = (event: RunEvent) => {
    view.observe(event)
    options.onEvent?.(event)
  }
  const input = resume === undefined ? { trigger } : undefined
  const ended = await deployment
    .execute('verify-run', runId, input, { signal, wait, onEvent })
    .finally(() => view.finish())
  if (ended.status === 'succeeded' && (began?.trigger ?? trigger) === 'dry-run')
    return showEstimate(deployment.ports, runId, terminal)
  return report(deployment, runId, ended, terminal)
}

async function report(deployment: Deployment, runId: string, ended: Ended, terminal: Terminal): Promise<ExitCode> {
  switch (ended.status) {
    case 'waiting':
    case 'interrupted':
      return stopped(deployment, runId, ended.status, terminal)
    case 'unbegun':
      terminal.emit({ kind: 'interrupted', run: runId })
      terminal.warn(`run ${runId}: interrupted before it began; there is nothing to go on with: begin another one`)
      return exitCode.interrupted
    case 'lost':
      terminal.warn(
        `run ${runId}: cannot be followed any more, and goes on. ${deployment.words.goOn}: ${typed} run --resume ${runId}${deployment.words.options}`,
      )
      throw ended.error
    case 'succeeded':
    case 'failed':
      return summarize(deployment, runId, ended, terminal)
    default:
      return ended satisfies never
  }
}

function stopped({ words }: Deployment, runId: string, why: 'waiting' | 'interrupted', terminal: Terminal): ExitCode {
  terminal.emit({ kind: why, run: runId })
  const what = why === 'waiting' ? 'waits for a custodian or a restore' : words.interrupted
  terminal.warn(`run ${runId}: ${what}. ${words.goOn}: ${typed} run --resume ${runId}${words.options}`)
  return why === 'waiting' ? exitCode.waiting : exitCode.interrupted
}

async function summarize(
  deployment: Deployment,
  runId: string,
  ended: Extract<Ended, { status: 'succeeded' | 'failed' }>,
  terminal: Terminal,
): Promise<ExitCode> {
  const { ports, words } = deployment
  const failed = () => {
    if (ended.status !== 'failed') return exitCode.fault
    return tellFailed(ended, terminal, `run ${runId}`)
  }
  const summary = await readIfThere<RunSummary>(ports, runKey(runId, 'summary.json'))
  if (summary === undefined) {
    terminal.warn(`run ${runId}: NOT ATTESTED: it ended without a summary`)
    return failed()
  }
  const { result: verdict, reasons, stores: judged } = await withoutTakenBack(ports, runId, decideRun(summary))
  const stores = await withRefusal(ports, summary, judged)
  terminal.print()
  for (const { storeId, result, reasons } of stores) {
    terminal.print(`${coloured(result)} ${bold(storeId)}`)
    for (const reason of reasons) terminal.print(`    ${reason}`)
    for (const { codes, advice } of allToDo(reasons)) terminal.print(dim(`      ${codes.join(', ')}: ${advice}`))
    const last = await lastPassOf(ports.evidence, runId, storeId)
    for (const line of last ? describeExplained(last) : []) terminal.print(`    ${line}`)
    terminal.emit({ kind: 'verdict', store: storeId, verdict: result, reasons, ...(last && explainedFields(last)) })
  }
  await showCost(ports, runId, terminal)
  const { size } = await ports.ledger.head()
  const attested = await isAttested(ports, runId)
  const leftOut = await leftOutOf(ports.evidence, runId)
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
    ...(leftOut && { leftOut }),
  })
  terminal.print()
  if (attested) {
    terminal.print(`attested in the log, which has ${plural(size, 'entry', 'entries')} now, under a signed checkpoint`)
    terminal.print(
      ended.status === 'failed' && ended.error === 'ManifestInvalid'
        ? `next:    mend the manifest, try it with ${typed} run --dry-run and the same stores, and begin another run`
        : `export:  ${typed} export --run ${runId} --out bundle-${runId}${words.options}`,
    )
  } else {
    terminal.warn(`run ${runId}: NOT ATTESTED: its summary is not in the log under a signed checkpoint`)
  }
  if (ended.status === 'failed' || !attested) return failed()
  return exitCodeOfVerdicts(stores.map((store) => store.result))
}

/** Stores of the configuration that the run was begun without, if it began with one. */
async function leftOutOf(evidence: Evidence, runId: string): Promise<Config['leftOut']> {
  return (await readIfThere<Config>({ evidence }, runKey(runId, 'config.json')))?.leftOut
}

/** What the verdict on a store followed from, if it was scanned to an end. */
async function lastPassOf(evidence: Evidence, runId: string, storeId: string): Promise<Coverage | undefined> {
  return (await readIfThere<StoreReport>({ evidence }, storeKey(runId, storeId, 'report.json')))?.passes.at(-1)
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
