import { isDeepStrictEqual } from 'node:util'
import { MachineUnsupported } from '../../errors.ts'
import type { Environment } from './environment.ts'
import type { Machine } from './machine.ts'
import { arnOf, type ExecutionResult, type Run } from './run.ts'
import { runStates } from './run-states.ts'
import { StateFailure } from './state-failure.ts'
import { journaledSteps } from './steps.ts'
import { substitute } from './template.ts'

export type { Environment, ExecutionEvent } from './environment.ts'
export { Interrupted } from './interrupted.ts'
export { loadMachine } from './load-machine.ts'
export type { ExecutionResult } from './run.ts'

type Execution = { name: string; input: unknown }

/**
 * Runs a state machine as Step Functions would, in process. To run the same name again goes on with it: what the
 * journal has as finished is not done again, the input it began with stays, and the result is the same.
 * @throws Interrupted when the environment's signal stopped it @throws MachineUnsupported when a definition names what
 * the environment does not have. A fault of the journal is thrown as it is.
 */
export async function runExecution(
  environment: Environment,
  machine: string,
  execution: Execution,
): Promise<ExecutionResult> {
  checkEnvironment(environment, machine)
  const { run } = await begin(environment, environment.machines[machine]!, execution, environment.signal)
  return finish(run)
}

/** Before anything runs: every name in every machine means something here. */
function checkEnvironment({ machines, substitutions }: Environment, first: string): void {
  if (!Object.hasOwn(machines, first)) throw new MachineUnsupported(`${first}: expected a machine of this environment`)
  for (const machine of Object.values(machines)) {
    for (const name of machine.substitutions)
      if (!Object.hasOwn(substitutions, name))
        throw new MachineUnsupported(`${machine.name}: substitution "${name}": expected one of this environment`)
    for (const child of machine.children)
      if (!Object.hasOwn(machines, substitute(child, substitutions)))
        throw new MachineUnsupported(`${machine.name}: ${child}: expected a machine of this environment`)
  }
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
