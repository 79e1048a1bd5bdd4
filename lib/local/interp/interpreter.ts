import type { Journal } from '../journal.ts'
import { eachLimited } from './each-limited.ts'
import { type Bindings, evaluate } from './expression.ts'
import type { Catcher, Machine, State, Template } from './machine.ts'
import { Interrupted, isCaught, StateFailed } from './state-failed.ts'
import { runTask } from './task.ts'

/**
 * Runs state machines in process as Step Functions would. A task that finished is one line in the journal: running an
 * execution of the same name again goes on where it stopped, and everything else is recomputed, since it is pure.
 */
export type Environment = {
  /** By the name that the StateMachineArn substitution gives. */
  machines: Readonly<Record<string, Machine>>
  /** Calls a handler; the name of what it throws is the States Language error. */
  invoke(functionName: string, payload: unknown): Promise<unknown>
  /** The answer to a task token; `undefined` while there is none. */
  token: { read(token: string): Promise<unknown | undefined> }
  /** The bucket that ItemReader and ResultWriter use. */
  documents: { get(key: string): Promise<Uint8Array>; put(key: string, body: string): Promise<unknown> }
  journal: Journal
  now(): Date
  random(): number
  /** Ends early when the signal is aborted. */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>
  /** Items of one Map at once, at most. */
  concurrency: number
  /** Aborted: tasks under way finish, nothing new starts, and the execution ends with `Interrupted`. */
  signal: AbortSignal
  /** A state began to wait for an answer to its token. */
  onWaiting?(waiting: { execution: string; state: string; until: Date }): void
}

export type ExecutionResult =
  | { status: 'SUCCEEDED'; output: unknown }
  | { status: 'FAILED'; error: string; cause: string }

/** Where a state runs: its execution, the place of its states in the journal, and the variables that it sees. */
export type Frame = {
  environment: Environment
  machine: Machine
  execution: { name: string; input: unknown }
  path: string
  variables: Record<string, unknown>
  item?: { Index: number; Value: unknown }
}

/** Runs an execution to its end, or goes on with it. @throws Interrupted */
export async function runExecution(
  environment: Environment,
  machineName: string,
  execution: { name: string; input: unknown },
): Promise<ExecutionResult> {
  const machine = environment.machines[machineName]
  if (machine === undefined) throw new RangeError(`state machine ${machineName}: expected one that was loaded`)
  const frame: Frame = { environment, machine, execution, path: `${machineName}:`, variables: {} }
  try {
    return { status: 'SUCCEEDED', output: await runStates(frame, execution.input) }
  } catch (error) {
    if (!(error instanceof StateFailed)) throw error
    return { status: 'FAILED', error: error.error, cause: error.causeText }
  }
}

async function runStates(frame: Frame, input: unknown): Promise<unknown> {
  const visits = new Map<string, number>()
  let [name, value]: [string | undefined, unknown] = [frame.machine.start, input]
  while (name !== undefined) {
    if (frame.environment.signal.aborted) throw new Interrupted('state machine: told to stop')
    const visit = visits.get(name) ?? 0
    visits.set(name, visit + 1)
    ;[name, value] = await runState(frame, name, visit, value)
  }
  return value
}

type Step = [next: string | undefined, output: unknown]

async function runState(frame: Frame, name: string, visit: number, input: unknown): Promise<Step> {
  const state = frame.machine.states[name]!
  const step = `${frame.path}${name}#${visit}`
  const bind = (states: Record<string, unknown>) => bindingsOf(frame, name, { input, ...states })
  try {
    switch (state.kind) {
      case 'task': {
        const result = await runTask(frame, name, state, step, bind)
        return [state.next, await leave(frame, state, bind({ result }), result)]
      }
      case 'map': {
        const items = (await evaluate(state.items, bind({}))) as unknown[]
        const result = await runItems(frame, state, step, bind, items, frame.variables)
        return [state.next, await leave(frame, state, bind({ result }), result)]
      }
      case 'distributed-map': {
        const result = await runDistributed(frame, state, step, bind)
        return [state.next, await leave(frame, state, bind({ result }), result)]
      }
      case 'pass':
        return [state.next, await leave(frame, state, bind({}), input)]
      case 'choice':
        return [await choose(state, bind({})), input]
      case 'succeed':
        return [undefined, await leave(frame, state, bind({}), input)]
      case 'fail':
        throw new StateFailed(
          String(await evaluate(state.error, bind({}))),
          String(await evaluate(state.cause, bind({}))),
        )
      default:
        return state satisfies never
    }
  } catch (error) {
    const catcher =
      error instanceof StateFailed && 'catch' in state
        ? state.catch.find((each) => isCaught(each.errors, error.error))
        : undefined
    if (catcher === undefined) throw error
    return recover(frame, catcher, bind, error as StateFailed)
  }
}

/** Assign and Output are evaluated from the values before; what is assigned is seen from the next state on. */
async function leave(frame: Frame, state: State, bindings: Bindings, otherwise: unknown): Promise<unknown> {
  const output = state.Output === undefined ? otherwise : await evaluate(state.Output, bindings)
  await assign(frame, state.Assign, bindings)
  return output
}

async function assign(frame: Frame, template: Template | undefined, bindings: Bindings): Promise<void> {
  if (template !== undefined) Object.assign(frame.variables, await evaluate(template, bindings))
}

async function recover(
  frame: Frame,
  catcher: Catcher,
  bind: (states: Record<string, unknown>) => Bindings,
  failed: StateFailed,
): Promise<Step> {
  const errorOutput = { Error: failed.error, Cause: failed.causeText }
  const bindings = bind({ errorOutput })
  const output = catcher.output === undefined ? errorOutput : await evaluate(catcher.output, bindings)
  await assign(frame, catcher.assign, bindings)
  return [catcher.next, output]
}

async function choose(state: Extract<State, { kind: 'choice' }>, bindings: Bindings): Promise<string> {
  for (const { condition, next } of state.choices) {
    const holds = await evaluate(condition, bindings)
    if (typeof holds !== 'boolean')
      throw new StateFailed('States.QueryEvaluationError', 'Condition: expected true or false')
    if (holds) return next
  }
  return state.otherwise
}

type MapState = Extract<State, { kind: 'map' | 'distributed-map' }>

/** Items in order of their results. The first failure stops further items and fails the Map. */
async function runItems(
  frame: Frame,
  state: MapState,
  step: string,
  bind: (states: Record<string, unknown>) => Bindings,
  items: readonly unknown[],
  outer: Record<string, unknown>,
): Promise<unknown[]> {
  const { environment } = frame
  const limit = Math.min(state.concurrency || environment.concurrency, environment.concurrency)
  return eachLimited(items, limit, async (value, index) => {
    const item = { Index: index, Value: value }
    const input = state.selector === undefined ? value : await evaluate(state.selector, withItem(bind({}), item))
    const variables = Object.create(outer) as Record<string, unknown>
    return runStates({ ...frame, machine: state.processor, path: `${step}/${index}/`, variables, item }, input)
  })
}

async function runDistributed(
  frame: Frame,
  state: Extract<State, { kind: 'distributed-map' }>,
  step: string,
  bind: (states: Record<string, unknown>) => Bindings,
): Promise<unknown> {
  const { documents } = frame.environment
  const reader = (await evaluate(state.reader, bind({}))) as { Key: string }
  const writer = (await evaluate(state.writer, bind({}))) as { Bucket: string; Prefix: string }
  const lines = Buffer.from(await documents.get(reader.Key))
    .toString('utf8')
    .split('\n')
    .filter(Boolean)
  const items = lines.map((line) => JSON.parse(line) as unknown)
  // The children of a distributed Map are executions of their own: they see no variables of this one.
  const results = await runItems(frame, state, step, bind, items, {}).catch((error: unknown) => {
    if (!(error instanceof StateFailed)) throw error
    throw new StateFailed('States.ExceedToleratedFailureThreshold', `an item failed: ${error.error}`)
  })
  const key = `${writer.Prefix}/SUCCEEDED_0.jsonl`
  await documents.put(key, results.map((result) => `${JSON.stringify(result)}\n`).join(''))
  return { MapRunArn: step, ResultWriterDetails: { Bucket: writer.Bucket, Key: key } }
}

function bindingsOf(frame: Frame, name: string, states: Record<string, unknown>): Bindings {
  const { execution, machine, variables, item } = frame
  const context = {
    Execution: { Id: `${machine.name}:${execution.name}`, Name: execution.name, Input: execution.input },
    StateMachine: { Name: machine.name },
    State: { Name: name },
    ...(item && { Map: { Item: item } }),
  }
  const seen: Record<string, unknown> = {}
  for (const key in variables) seen[key] = variables[key]
  return { ...seen, states: { ...states, context } }
}

function withItem(bindings: Bindings, item: unknown): Bindings {
  const { states } = bindings
  return { ...bindings, states: { ...states, context: { ...(states.context as object), Map: { Item: item } } } }
}
