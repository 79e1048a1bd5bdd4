import { readFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import type { Config } from '../config.ts'
import { NotKnown } from '../errors.ts'
import { type Environment, type ExecutionEvent, loadMachine, runExecution } from '../local/asl/interpreter.ts'
import type { LocalPorts } from '../local/local-ports.ts'
import { acquireRunLock } from '../local/run-lock.ts'
import { callHandler } from '../local/sandbox/call-handler.ts'
import { createCounters, type Done } from '../local/sandbox/counters.ts'
import { logToFile } from '../local/sandbox/log-file.ts'
import { openSandbox } from '../local/sandbox/open-sandbox.ts'
import { isStateDirectory, makeStateDirectory, stateDirectory } from '../local/state-directory.ts'
import { embeddedPorts } from './embedded-ports.ts'

const functions = [
  'open-run',
  'build-index',
  'attest',
  'close-run',
  'sign-checkpoint',
  'take-inventory',
  'plan-listing',
  'plan-segment',
  'plan-batches',
  'scan-batch',
  'settle-segment',
  'settle-coverage',
  'request-deletion',
  'execute-deletion',
  'notify-custodian',
  'acknowledge',
  'decide-verdict',
  'estimate-cost',
  'export-bundle',
  'check-bundle',
] as const

/** Tasks that compute for long. The main thread has the database and stays free for progress and signals. */
const inThreads = new Set<string>(['build-index', 'scan-batch', 'execute-deletion'])

export type FunctionName = (typeof functions)[number]
export type MachineName = 'verify-run' | 'verify-store' | 'scan-store' | 'export-filing'

/** What a task was called with and answered: references and counters. */
export type TaskEvent = { name: FunctionName; payload: Record<string, unknown> } & (
  | { kind: 'began' }
  | { kind: 'done'; output: Record<string, unknown> }
  | { kind: 'failed'; error: Error }
)

/** The whole product on one machine: a state directory, the state machines, and threads for scanning. */
export type Embedded = {
  ports: LocalPorts
  call(name: FunctionName, payload: unknown): Promise<unknown>
  execute(machine: MachineName, name: string, input: unknown): ReturnType<typeof runExecution>
  progress(): Done
  /** At most one run at a time works on a state directory. @throws RunBusy */
  lock(): void
  close(): Promise<void>
}

/**
 * Opens a state directory, and makes it when `create` says so.
 * @throws NotKnown when there is none @throws KeyUnsafe @throws MachineUnsupported
 */
export async function openEmbedded(options: {
  state: string
  create: boolean
  config?: Config
  signal?: AbortSignal
  onTask?: (event: TaskEvent) => void
  onEvent?: (event: ExecutionEvent) => void
}): Promise<Embedded> {
  const paths = stateDirectory(options.state)
  if (options.create) await makeStateDirectory(paths)
  else if (!(await isStateDirectory(paths)))
    throw new NotKnown(`${options.state}: expected the state of an earlier run; name it with --state`)

  logToFile(join(paths.root, 'log.jsonl'))
  const { provide } = await import('../../functions/runtime.ts')
  const counters = createCounters()
  const ports = embeddedPorts(paths, { config: options.config, meter: counters.meter })
  provide(async () => ports)
  const cores = availableParallelism()
  const sandbox = openSandbox(cores, {
    composition: new URL('embedded-ports.ts', import.meta.url).href,
    stateRoot: paths.root,
    counters: counters.memory,
    logFile: join(paths.root, 'log.jsonl'),
  })

  const call = async (name: FunctionName, payload: unknown): Promise<unknown> => {
    const event = { name, payload: payload as Record<string, unknown> }
    options.onTask?.({ kind: 'began', ...event })
    try {
      const output = await (inThreads.has(name) ? sandbox.invoke(name, payload) : callHandler(name, payload))
      options.onTask?.({ kind: 'done', ...event, output: output as Record<string, unknown> })
      return output
    } catch (error) {
      options.onTask?.({ kind: 'failed', ...event, error: error as Error })
      throw error
    }
  }
  const environment = await toEnvironment(ports, call, cores, options)
  let lock: ReturnType<typeof acquireRunLock> | undefined
  return {
    ports,
    call,
    execute: (machine, name, input) => runExecution(environment, machine, { name, input }),
    progress: counters.read,
    lock() {
      lock ??= acquireRunLock(paths.lock, paths.root)
    },
    async close() {
      await sandbox.close()
      ports.close()
      lock?.release()
    },
  }
}

const machines: readonly MachineName[] = ['verify-run', 'verify-store', 'scan-store', 'export-filing']

/** Substitutes as the deployment does: functions and machines go by their names, the evidence by the ports. */
async function toEnvironment(
  ports: LocalPorts,
  call: (name: FunctionName, payload: unknown) => Promise<unknown>,
  cores: number,
  { signal, onEvent }: { signal?: AbortSignal; onEvent?: (event: ExecutionEvent) => void },
): Promise<Environment> {
  const substitutions = {
    Partition: 'aws',
    EvidenceBucket: 'evidence',
    ...Object.fromEntries(functions.map((name) => [`${pascal(name)}FunctionArn`, name])),
    ...Object.fromEntries(machines.map((name) => [`${pascal(name)}StateMachineArn`, name])),
  }
  const loaded = await Promise.all(
    machines.map(async (name) => {
      const text = await readFile(new URL(`../../statemachines/${name}.asl.json`, import.meta.url), 'utf8')
      return [name, loadMachine(name, JSON.parse(text))] as const
    }),
  )
  return {
    machines: Object.fromEntries(loaded),
    substitutions,
    invoke: (name, payload) => call(name as FunctionName, payload),
    token: ports.taskTokens,
    documents: ports.evidence,
    journal: ports.journal,
    now: ports.clock,
    random: Math.random,
    sleep,
    concurrency: Math.max(64, cores * 4),
    signal: signal ?? new AbortController().signal,
    ...(onEvent && { onEvent }),
  }
}

const pascal = (name: string) => name.replace(/(?:^|-)(.)/g, (_, letter: string) => letter.toUpperCase())

function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, milliseconds)
    signal.addEventListener('abort', done)
  })
}
