import { Interrupted } from './interrupted.ts'
import type { Catcher, ChoiceState, FailState, MapState, Scope, State, TaskState } from './machine.ts'
import { retrying } from './retrying.ts'
import { evaluate, limitSize, type Run, unfit, type Visit } from './run.ts'
import { runMap } from './run-map.ts'
import { runTask } from './run-task.ts'
import { matchesError, StateFailure } from './state-failure.ts'
import { once } from './steps.ts'
import type { Template } from './template.ts'
import { wait } from './wait.ts'

type Left = { output: unknown; assigned?: Record<string, unknown>; next?: string | undefined }

/**
 * Runs the states of a scope from its first to one that ends it; returns that one's output. Finished tasks and Maps
 * come from the journal, everything else is computed again.
 * @throws StateFailure @throws Interrupted
 */
export async function runStates(
  run: Run,
  scope: Scope,
  start: { path: string; input: unknown; variables: Visit['variables'] },
): Promise<unknown> {
  const visits = new Map<string, number>()
  let { input, variables } = start
  let name: string | undefined = scope.startAt
  while (name !== undefined) {
    if (run.stop.aborted) throw new Interrupted()
    const state: State = scope.states[name]!
    const visited = visits.get(name) ?? 0
    visits.set(name, visited + 1)
    const step = `${start.path}${name}#${visited}`
    const event = { machine: run.machine.name, execution: run.execution.name, state: name }
    run.environment.onEvent?.({ kind: 'state-entered', ...event })
    const enteredTime = state.readsEnteredTime ? await enteredTimeOf(run, step) : undefined
    const left: Left = await runState(state, { run, state: name, step, input, variables, enteredTime })
    run.environment.onEvent?.({ kind: 'state-exited', ...event })
    variables = { ...variables, ...left.assigned }
    input = left.output
    name = left.next
  }
  return input
}

async function enteredTimeOf({ steps, environment }: Run, step: string): Promise<string> {
  const known = await steps.read(`${step}:entered`)
  return String(known ?? (await steps.keep(`${step}:entered`, environment.now().toISOString())))
}

async function runState(state: State, visit: Visit): Promise<Left> {
  switch (state.kind) {
    case 'pass':
      return leave(visit, state, visit.input)
    case 'wait':
      await wait(state, visit)
      return leave(visit, state, visit.input)
    case 'choice':
      return { output: visit.input, next: await choose(state, visit) }
    case 'succeed':
      return { output: visit.input }
    case 'fail':
      throw await failureOf(state, visit)
    case 'task':
      return finishOrCatch(state, visit, () => retrying(state, visit, () => runTask(state, visit)))
    case 'map':
      return finishOrCatch(state, visit, () =>
        retrying(state, visit, (attempt) => runMap(state, attemptOf(visit, attempt), runStates)),
      )
    default:
      return state satisfies never
  }
}

/** A Map that is begun again runs all of its items anew: the journal has those of each attempt by names of their own. */
const attemptOf = (visit: Visit, attempt: number): Visit =>
  attempt === 0 ? visit : { ...visit, step: `${visit.step}~${attempt}` }

/** `Assign` and `Output` both see the variables as they were when the state was entered. */
async function leave(
  visit: Visit,
  { assign, output, next }: { assign?: Template; output?: Template; next?: string },
  absentOutput: unknown,
  states: Record<string, unknown> = {},
): Promise<Left> {
  const assigned = assign && ((await evaluate(visit, assign, { states })) as Record<string, unknown>)
  const given = output === undefined ? absentOutput : await evaluate(visit, output, { states })
  return {
    output: limitSize(visit, 'Output', given),
    ...(assigned && { assigned: limitSize(visit, 'Assign', assigned) }),
    next,
  }
}

async function choose(state: ChoiceState, visit: Visit): Promise<string> {
  for (const { condition, next } of state.choices) {
    const holds = await evaluate(visit, condition)
    if (typeof holds !== 'boolean') throw unfit(visit, 'Condition', 'true or false')
    if (holds) return next
  }
  if (state.default !== undefined) return state.default
  throw new StateFailure(
    'States.NoChoiceMatched',
    `${visit.run.machine.name}: ${state.name}: expected a choice to hold`,
  )
}

async function failureOf(state: FailState, visit: Visit): Promise<StateFailure> {
  const [error, cause] = [await evaluate(visit, state.error), await evaluate(visit, state.cause)]
  if (typeof error !== 'string') throw unfit(visit, 'Error', 'a text')
  if (typeof cause !== 'string') throw unfit(visit, 'Cause', 'a text')
  return new StateFailure(error, cause)
}

async function finishOrCatch(state: TaskState | MapState, visit: Visit, work: () => Promise<unknown>): Promise<Left> {
  try {
    const result = await once(visit.run.steps, visit.step, async () => limitSize(visit, 'result', await work()))
    return await leave(visit, state, result, { result })
  } catch (error) {
    if (!(error instanceof StateFailure)) throw error
    const catcher: Catcher | undefined = state.catch.find(({ errorEquals }) => matchesError(errorEquals, error.error))
    if (catcher === undefined) throw error
    const errorOutput = { Error: error.error, Cause: error.message }
    return leave(visit, catcher, errorOutput, { errorOutput })
  }
}
