import { isDeepStrictEqual } from 'node:util'
import type { Environment } from './environment.ts'
import type { Machine } from './machine.ts'
import { arnOf, type ExecutionResult, type Run } from './run.ts'
import { runStates } from './run-states.ts'
import { StateFailure } from './state-failure.ts'
import { journaledSteps } from './steps.ts'
import { substitute } from './template.ts'

type Execution = { name: string; input: unknown }

/** Runs or goes on with an execution that nobody waits for as a child: the input that it began with stays. */
export async function execute(environment: Environment, machine: Machine, execution: Execution) {
  const { run } = await begin(environment, machine, execution, environment.signal)
  return finish(run)
}

async function begin(environment: Environment, machine: Machine, { name, input }: Execution, stop: AbortSignal) {
  const steps = journaledSteps(environment.journal, `${machine.name}/${name}`)
  type Began = { startTime: string; input: unknown }
  const began =
    ((await steps.read('began')) as Began | undefined) ??
    (await steps.keep<Began>('began', { startTime: environment.now().toISOString(), input: input ?? {} }))
  const run: Run = {
    environment,
    machine,
    execution: { name, id: arnOf('execution', `${machine.name}:${name}`), ...began },
    steps,
    stop,
    startExecution: (child, execution, stop) => startChild(environment, child, execution, stop),
  }
  return { run, began }
}

const executionName = /^[A-Za-z0-9_-]{1,80}$/

/** @throws StateFailure for a name that Step Functions refuses, and for one that began with another input */
async function startChild(environment: Environment, arn: string, execution: Execution, stop: AbortSignal) {
  const machine = environment.machines[substitute(arn, environment.substitutions)]!
  const where = `${machine.name}: execution`
  if (!executionName.test(execution.name))
    throw new StateFailure(
      'StepFunctions.InvalidNameException',
      `${where}: expected a name of at most 80 letters, digits, "_" and "-"`,
    )
  const { run, began } = await begin(environment, machine, execution, stop)
  // Without this, two parents that make the same name would share one result.
  if (!isDeepStrictEqual(began.input, JSON.parse(JSON.stringify(execution.input))))
    throw new StateFailure(
      'StepFunctions.ExecutionAlreadyExistsException',
      `${where} ${execution.name}: expected a name of its own, got one that began with another input`,
    )
  return { run, result: await finish(run) }
}

async function finish(run: Run): Promise<ExecutionResult> {
  const { input } = run.execution
  try {
    const output = await runStates(run, run.machine.scope, { path: '', input, variables: {} })
    return { status: 'SUCCEEDED', output }
  } catch (error) {
    if (error instanceof StateFailure) return { status: 'FAILED', error: error.error, cause: error.message }
    throw error
  }
}
