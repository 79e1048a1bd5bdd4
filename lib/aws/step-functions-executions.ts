import {
  DescribeExecutionCommand,
  type DescribeExecutionCommandOutput,
  type SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn'
import { NameTaken } from '../errors.ts'
import type { Execution, Executions, StartedMachine } from '../ports.ts'
import { faultOf, isFault } from './faults.ts'

/**
 * Executions of this deployment's state machines, whose ARNs begin with `machines` and end in `-<name>`. Step Functions
 * answers a repeated start of a running execution as it answered the first, and refuses the name once it has ended; after
 * 90 days it has forgotten it.
 */
export function stepFunctionsExecutions(client: SFNClient, machines: string): Executions {
  const machineArn = (machine: StartedMachine) => `${machines}-${machine}`
  const describe = (machine: StartedMachine, name: string): Promise<DescribeExecutionCommandOutput> =>
    client.send(new DescribeExecutionCommand({ executionArn: executionArn(machines, machine, name) }))
  return {
    async start(machine, name, input) {
      const text = JSON.stringify(input)
      try {
        await client.send(new StartExecutionCommand({ stateMachineArn: machineArn(machine), name, input: text }))
        return 'started'
      } catch (error) {
        if (!isFault(error, 'ExecutionAlreadyExists')) throw faultOf('executions: start', error)
      }
      const { input: given } = await describe(machine, name).catch((error) => {
        throw faultOf('executions: describe', error)
      })
      if (given !== text)
        throw new NameTaken(`${machine} ${name}: input: expected the one that it was started with, got another`)
      return 'exists'
    },
    async find(machine, name) {
      try {
        return toExecution(await describe(machine, name))
      } catch (error) {
        if (isFault(error, 'ExecutionDoesNotExist')) return undefined
        throw faultOf('executions: describe', error)
      }
    },
  }
}

/** `machines`: what the ARNs of the state machines begin with. */
export const executionArn = (machines: string, machine: StartedMachine, name: string) =>
  `${machines.replace(':stateMachine:', ':execution:')}-${machine}:${name}`

/** Whatever does not run and did not succeed has failed. */
function toExecution({ status, error, cause }: DescribeExecutionCommandOutput): Execution {
  switch (status) {
    case 'RUNNING':
    case 'PENDING_REDRIVE':
      return { state: 'running' }
    case 'SUCCEEDED':
      return { state: 'succeeded' }
    case 'ABORTED':
      return { state: 'failed', error: 'Aborted' }
    case 'TIMED_OUT':
      return { state: 'failed', error: 'States.Timeout' }
    default:
      return { state: 'failed', error: error ?? 'States.Runtime', ...(cause !== undefined && { cause }) }
  }
}
