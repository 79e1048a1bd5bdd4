import { MachineUnsupported } from '../../errors.ts'
import type { Environment } from './environment.ts'
import { execute } from './execute.ts'
import type { ExecutionResult } from './run.ts'
import { substitute } from './template.ts'

export type { Environment, ExecutionEvent } from './environment.ts'
export { Interrupted } from './interrupted.ts'
export { loadMachine } from './load-machine.ts'
export type { ExecutionResult } from './run.ts'

/**
 * Runs a state machine as Step Functions would, in process. To run the same name again goes on with it: what the
 * journal has as finished is not done again, the input it began with stays, and the result is the same.
 * @throws Interrupted when the environment's signal stopped it @throws MachineUnsupported when a definition names what
 * the environment does not have. A fault of the journal is thrown as it is.
 */
export async function runExecution(
  environment: Environment,
  machine: string,
  execution: { name: string; input: unknown },
): Promise<ExecutionResult> {
  checkEnvironment(environment, machine)
  return execute(environment, environment.machines[machine]!, execution)
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
