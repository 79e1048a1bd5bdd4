import { availableParallelism } from 'node:os'
import { join, resolve } from 'node:path'
import type { Config } from '../config.ts'
import { NotKnown, UsageInvalid } from '../errors.ts'
import { runExecution } from '../local/asl/interpreter.ts'
import { hasKeyFile } from '../local/key-files.ts'
import type { LocalPorts } from '../local/local-ports.ts'
import { acquireRunLock } from '../local/run-lock.ts'
import { callHandler } from '../local/sandbox/call-handler.ts'
import { createCounters } from '../local/sandbox/counters.ts'
import { logToFile } from '../local/sandbox/log-file.ts'
import { openSandbox } from '../local/sandbox/open-sandbox.ts'
import { bringBack, isStateDirectory, makeStateDirectory, stateDirectory } from '../local/state-directory.ts'
import { whatIsThere } from '../local/what-is-there.ts'
import { requireWholeLog } from '../pipeline/log/require-whole-log.ts'
import { requireSameScopeToResume } from '../pipeline/scope/require-same-scope.ts'
import type { Deployment, Ended, Following } from './deployment.ts'
import { type FunctionName, type MachineName, toEnvironment } from './embedded-machines.ts'
import { embeddedPorts } from './embedded-ports.ts'
import { executeFollowed } from './execute-followed.ts'
import { stateOption } from './terminal.ts'

/** Tasks that compute for long. The main thread has the database and stays free for progress and signals. */
const inThreads = new Set<string>(['build-index', 'scan-batch', 'execute-deletion'])
/** Of these those that change nothing, so that who interrupts a run waits no longer for them than this. */
const givenUp = ['build-index', 'scan-batch']
const givenUpMilliseconds = 3000

/** The whole product on one machine: a state directory, the state machines, and threads for scanning. */
export type Embedded = Omit<Deployment, 'execute'> & {
  ports: LocalPorts
  call(name: FunctionName, payload: unknown): Promise<unknown>
  /** Waits for calls, and once the signal says so no longer than seconds for those that only read: they fail then. */
  givingUp<T>(signal: AbortSignal, calls: () => Promise<T>): Promise<T>
  close(): Promise<void>
  execute(machine: MachineName, name: string, input: unknown, following: Following): Promise<Ended>
}

/** What a system says of a directory that cannot be made, or of a key that cannot be written into it. */
const notToBeMade = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOENT', 'ENOTDIR', 'EEXIST'])

/**
 * Opens a state directory, and makes it when `create` says so. `exclusive`: at most one run at a time works on it. With a `config` a run
 * begins, so a thread is started at once for it; `readsMuch`: and another one while the first one builds the index, since both will be needed.
 * @throws NotKnown when there is none @throws UsageInvalid when none can be made @throws KeyUnsafe @throws MachineUnsupported @throws RunBusy
 * @throws CheckpointRefused when its log is missing, or shorter than it was
 */
export async function openEmbedded(options: {
  state: string
  cwd: string
  create?: boolean
  exclusive?: boolean
  config?: Config
  readsMuch?: boolean
}): Promise<Embedded> {
  const paths = stateDirectory(resolve(options.cwd, options.state))
  if (options.create)
    await makeStateDirectory(paths).catch((cause: NodeJS.ErrnoException) => {
      if (!notToBeMade.has(cause.code ?? '')) throw cause
      throw new UsageInvalid(
        `state directory ${paths.root}: expected one that can be made and written, got ${whatIsThere(cause)}; --state DIR names another one`,
        { cause },
      )
    })
  else if (!(await isStateDirectory(paths)))
    throw new NotKnown(`${paths.root}: expected the state of an earlier run; name it with --state`)

  logToFile(join(paths.root, 'log.jsonl'))
  const counters = createCounters()
  const cores = availableParallelism()
  const sandbox = openSandbox(cores, {
    composition: new URL('embedded-ports.ts', import.meta.url).href,
    stateRoot: paths.root,
    counters: counters.memory,
    cores,
    logFile: join(paths.root, 'log.jsonl'),
  })
  if (options.config !== undefined) sandbox.prepare(['build-index', 'scan-batch'])
  const { provide } = await import('../../functions/runtime.ts')
  const hasSpareCore = () => counters.busyThreads() + 1 < cores
  const ports = embeddedPorts(paths, { config: options.config, meter: counters.meter, hasSpareCore })
  provide(async () => ports)
  const call = (name: FunctionName, payload: unknown): Promise<unknown> => {
    if (!inThreads.has(name)) return callHandler(name, payload)
    const output = sandbox.invoke(name, payload)
    if (name === 'build-index' && options.readsMuch) sandbox.prepare(['scan-batch'])
    return output
  }
  let lock: ReturnType<typeof acquireRunLock> | undefined
  const close = async () => {
    await sandbox.close()
    ports.close()
    lock?.release()
  }
  const begin = async () => {
    if (options.exclusive) {
      lock = acquireRunLock(paths.lock, paths.root)
      await requireWholeLog(ports, bringBack)
    }
    return toEnvironment(ports, cores)
  }
  const environment = await begin().catch(async (error: unknown) => {
    await close()
    throw error
  })
  const givingUp = async <T>(signal: AbortSignal, calls: () => Promise<T>): Promise<T> => {
    const giveUp = () => sandbox.giveUp(givenUp, givenUpMilliseconds)
    signal.addEventListener('abort', giveUp)
    const called = calls()
    if (signal.aborted) giveUp()
    return called.finally(() => signal.removeEventListener('abort', giveUp))
  }
  return {
    ports,
    call,
    givingUp,
    acknowledge: (payload) => call('acknowledge', payload),
    proposeCorrection: (payload) => call('propose-correction', payload),
    async execute(machine, name, input, following) {
      if (machine === 'verify-run' && input === undefined) {
        await requireSameScopeToResume(ports, name)
        await tellOpenRequests(ports, name, following)
      }
      const ended = await givingUp(following.signal, () =>
        executeFollowed(environment, call, following, (watched) => runExecution(watched, machine, { name, input })),
      )
      const isUnbegun =
        machine === 'verify-run' && ended.status === 'interrupted' && (await ports.runState.getRun(name)) === undefined
      return isUnbegun ? { status: 'unbegun' } : ended
    },
    hasKey: (kind, number) => hasKeyFile(paths.keys, kind, number),
    progress: counters.read,
    locate: (key) => join(stateDirectory(options.state).evidence, key),
    words: {
      where: 'this state directory',
      options: stateOption(options.state),
      interrupted: 'interrupted; nothing is lost',
      goOn: 'Go on with',
    },
    close,
  }
}

/** Who goes on with a run has not seen what was asked of custodians before. */
async function tellOpenRequests({ runState }: LocalPorts, runId: string, { onEvent }: Following): Promise<void> {
  for (const { storeId, pass, deadline, acknowledgedAt } of await runState.listRequests(runId))
    if (deadline !== undefined && acknowledgedAt === undefined)
      onEvent({ kind: 'requested', ref: { runId, storeId, pass } })
}
