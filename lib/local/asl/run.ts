import type { Environment } from './environment.ts'
import type { Bindings } from './expression.ts'
import type { Machine } from './machine.ts'
import { StateFailure } from './state-failure.ts'
import type { Steps } from './steps.ts'
import { evaluateTemplate, type Template } from './template.ts'

export type ExecutionResult =
  | { status: 'SUCCEEDED'; output: unknown }
  | { status: 'FAILED'; error: string; cause: string }

/** One running execution, or one item of a Map within it. */
export type Run = {
  environment: Environment
  machine: Machine
  execution: { name: string; id: string; startTime: string; input: unknown }
  steps: Steps
  /** Aborted: start nothing new. */
  stop: AbortSignal
  /** Runs a machine as a child. @throws StateFailure when it cannot be started under this name */
  startExecution(
    machine: string,
    execution: { name: string; input: unknown },
    stop: AbortSignal,
  ): Promise<{ run: Run; result: ExecutionResult }>
}

/** One time that a state is entered. */
export type Visit = {
  run: Run
  state: string
  /** Its name in the journal: the same whenever the execution is run again. */
  step: string
  input: unknown
  /** As they were when the state was entered. */
  variables: Readonly<Record<string, unknown>>
  enteredTime: string | undefined
}

export const arnOf = (kind: 'stateMachine' | 'execution' | 'mapRun', name: string) =>
  `arn:aws:states:local:000000000000:${kind}:${name}`

/** Evaluates a field of the state; `more` are the parts of `$states` and of its context that only this field has. */
export function evaluate(
  visit: Visit,
  template: Template,
  more: { states?: Record<string, unknown>; context?: Record<string, unknown> } = {},
): Promise<unknown> {
  return evaluateTemplate(template, bindingsOf(visit, more), visit.run.environment.substitutions)
}

function bindingsOf(
  { run: { execution, machine }, state, input, variables, enteredTime }: Visit,
  more: { states?: Record<string, unknown>; context?: Record<string, unknown> },
): Bindings {
  const { id, name, startTime } = execution
  const context = {
    Execution: { Id: id, Name: name, StartTime: startTime, Input: execution.input },
    State: { Name: state, EnteredTime: enteredTime },
    StateMachine: { Id: arnOf('stateMachine', machine.name), Name: machine.name },
    ...more.context,
  }
  return { variables, states: { input, context, ...more.states } }
}

/** Step Functions carries 256 KiB of data: more would only fail there. */
const largestData = 262_144

/** @throws StateFailure States.DataLimitExceeded */
export function limitSize<T>({ run, state }: Visit, what: string, value: T): T {
  const size = Buffer.byteLength(JSON.stringify(value) ?? '')
  if (size > largestData)
    throw new StateFailure(
      'States.DataLimitExceeded',
      `${run.machine.name}: ${state}: ${what}: expected at most ${largestData} bytes, got ${size}`,
    )
  return value
}

/** What a state gave that its field cannot take. */
export function unfit({ run, state }: Visit, field: string, expected: string): StateFailure {
  return new StateFailure(
    'States.QueryEvaluationError',
    `${run.machine.name}: ${state}: ${field}: expected the expression to return ${expected}`,
  )
}
