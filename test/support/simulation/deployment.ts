import { setImmediate } from 'node:timers/promises'
import { type ExecutionResult, runExecution } from '../../../lib/local/asl/interpreter.ts'
import { acknowledge } from '../../../lib/pipeline/acknowledge.ts'
import { executeDeletion } from '../../../lib/pipeline/execute-deletion.ts'
import { planSegment } from '../../../lib/pipeline/plan-segment.ts'
import { requireSameScopeToResume } from '../../../lib/pipeline/scope/require-same-scope.ts'
import { loaded, substitutions, type TaskName, tasks } from '../machines.ts'
import { memoryJournal } from './memory-ports.ts'
import type { ModelStore } from './model-store.ts'
import { createPorts } from './ports.ts'
import { type Call, Crash, type Process, type World } from './world.ts'

const named = (name: string, message = 'it took too long') => Object.assign(new Error(message), { name })

/** `left`: nobody may go on with it. */
type Ended = ExecutionResult | { status: 'left' }

/** The real machines and tasks over ports in memory, in a world that does not hold still. */
export function createDeployment(world: World, stores: readonly ModelStore[]) {
  const { chance, weather } = world
  const { evidence, setConfig, ...made } = createPorts(world, stores)
  const { ports, memory } = made
  const given: Promise<unknown>[] = []
  const beside: { machine: string; name: string; ended: Ended }[] = []
  /** What the journal said when executions were stopped. */
  const stopped: Map<string, string>[] = []

  const batchSize = chance.pick('batch size', [
    undefined,
    { bytes: 400, versions: 3, slice: 100 },
    { bytes: 150, versions: 2, slice: 64 },
  ])
  const atOnce = chance.pick('deleted at once', [
    undefined,
    { versions: 1, bytes: 2 ** 30 },
    { versions: 3, bytes: 300 },
  ])
  const callTask = (task: TaskName, payload: unknown): Promise<unknown> => {
    // What a large store is cut into, of a small one.
    if (task === 'plan-segment') return planSegment(ports, payload, batchSize)
    if (task === 'execute-deletion') return executeDeletion(ports, payload, atOnce)
    return tasks[task](ports, payload)
  }

  /** Calls a task as a Lambda is called: it may end in its middle, be given up while it goes on, or be called twice. */
  async function invoke(name: string, payload: unknown, process: Process): Promise<unknown> {
    const task = name as TaskName
    const begin = (more: Partial<Call> = {}) => {
      const call: Call = {
        task,
        payload: payload as Record<string, unknown>,
        process,
        began: { tick: world.tick, at: world.now },
        skewMs: Math.round((chance.number('skew') - 0.5) * 200),
        portsLeft: Number.POSITIVE_INFINITY,
        ...more,
      }
      return world.calls
        .run(call, () => callTask(task, structuredClone(payload)))
        .then(
          (output) => {
            if (call.portsLeft < 0) throw new Crash(`${task}: ended`)
            return output
          },
          (error: Error) => {
            world.said.push(`${error.name}: ${error.message}`)
            throw error
          },
        )
    }
    if (chance.rarely(`hours pass before ${task}`, weather.pauses))
      world.now += 1_800_000 * Math.ceil(chance.number('hours') * 8)
    if (chance.rarely(`stopped before ${task}`, weather.stops)) {
      stopped.push(new Map(memory.journal.steps))
      throw named('States.TaskFailed', 'stopped')
    }
    const few = () => Math.floor(chance.number('few') * 12)
    if (chance.rarely(`${task} given up`, weather.late)) {
      const call = begin({ late: { untilTick: world.tick + few() * few() * 8 } })
      given.push(call.catch(() => undefined))
      throw named('TimeoutError')
    }
    const output = await begin(chance.rarely(`${task} ends in its middle`, weather.crashes) ? { portsLeft: few() } : {})
    if (chance.rarely(`${task} called twice`, weather.late)) return begin()
    return output
  }

  const environmentOf = (process: Process, journal = memory.journal) => ({
    machines: loaded,
    substitutions,
    invoke: (name: string, payload: unknown) => invoke(name, payload, process),
    token: { read: memory.tokens.read },
    tokenIntervalMs: 90_000,
    documents: evidence,
    journal: {
      read: journal.read,
      async write(execution: string, step: string, json: string) {
        if (process.isDead) throw new Crash('killed')
        return journal.write(execution, step, json)
      },
    },
    now: world.clock,
    random: () => 0.5,
    async sleep(ms: number) {
      world.now += ms
      await setImmediate()
      await world.pass('sleep')
    },
    concurrency: 2,
    signal: process.stop.signal,
  })

  /** Runs an execution, goes on with it as often as it is killed, and says how it ended. */
  async function execute(machine: string, name: string, input?: unknown, journal = memory.journal): Promise<Ended> {
    for (let kills = 0; ; kills++) {
      const process: Process = { isDead: false, stop: new AbortController() }
      try {
        if (kills > 0 && machine === 'verify-run') await requireSameScopeToResume(ports, name)
        return await runExecution(environmentOf(process, journal), machine, { name, input })
      } catch (error) {
        if (process.isDead) continue
        const { name: kind, message } = error as Error
        world.said.push(`${kind}: ${message}`)
        if (kind === 'ServiceUnavailable') continue
        if (kind === 'ManifestInvalid') {
          if (chance.number('put back') < 0.5) return { status: 'left' }
          world.setManifest('early')
          continue
        }
        throw error
      }
    }
  }

  /** Redrives the executions of a run's stores that were stopped, from where they were then. */
  async function redriveStopped(runId: string): Promise<void> {
    for (const steps of stopped.filter((each) =>
      [...each.keys()].some((key) => key.startsWith(`verify-store/${runId}-`)),
    )) {
      stopped.splice(stopped.indexOf(steps), 1)
      for (const key of [...steps.keys()].filter(
        (each) => each.startsWith(`verify-store/${runId}-`) && each.endsWith(' began'),
      ))
        await execute(
          'verify-store',
          key.slice('verify-store/'.length, -' began'.length),
          undefined,
          memoryJournal(steps),
        )
    }
  }

  /** Redrives every execution of a run that failed, from the state that it failed in. */
  async function redriveFailed(runId: string): Promise<void> {
    const { steps } = memory.journal
    const executions = new Set([...steps.keys()].map((key) => key.slice(0, key.indexOf(' '))))
    for (const execution of executions) {
      const [machine, name] = execution.split('/') as [string, string]
      if (name !== runId && !name.startsWith(`${runId}-`)) continue
      // It is replayed from the journal.
      if ((await execute(machine, name)).status !== 'FAILED') continue
      const failed = [...steps].filter(([key, json]) => key.startsWith(`${execution} `) && json.startsWith('{"error"'))
      const last = failed.at(-1)
      if (last === undefined) continue
      steps.delete(last[0])
      await execute(machine, name)
    }
  }

  return {
    ...made,
    setConfig,
    execute,
    /** Executions that nobody waits for, by their names, and how they ended. */
    beside,
    begin(machine: string, name: string, input: unknown): void {
      const ending = world.calls
        .exit(() => execute(machine, name, input))
        .then((ended) => {
          beside.push({ machine, name, ended })
        })
      given.push(ending)
    },
    redriveFailed,
    redriveStopped,
    /** Everything that was given up ends. */
    async settle() {
      await world.end()
      await Promise.all(given.splice(0))
      world.begin()
    },
    answer: (requestId: string) => acknowledge(ports, { requestId, by: 'custodian' }),
  }
}

export type Deployed = ReturnType<typeof createDeployment>
