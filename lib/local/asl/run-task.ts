import { call, called } from './call.ts'
import type { TaskState } from './machine.ts'
import { evaluate, limitSize, unfit, type Visit } from './run.ts'
import { StateFailure } from './state-failure.ts'
import { timeoutOf, waitForToken } from './wait-for-token.ts'

/** One attempt of a task. @throws StateFailure @throws Interrupted */
export async function runTask(state: TaskState, visit: Visit): Promise<unknown> {
  switch (state.resource) {
    case 'invoke': {
      const given = (await evaluate(visit, state.arguments)) as { FunctionName: string; Payload: unknown }
      limitSize(visit, 'Payload', given.Payload)
      const payload = await call(visit.run, given.FunctionName, given.Payload)
      return { ExecutedVersion: '$LATEST', Payload: payload, StatusCode: 200 }
    }
    case 'invoke-and-wait':
      return waitForToken(state, visit)
    case 'run-task': {
      const { runTask } = visit.run.environment
      if (runTask === undefined)
        throw new StateFailure('States.TaskFailed', `${state.name}: there are no containers here`)
      const given = (await evaluate(visit, state.arguments)) as Record<string, unknown>
      const seconds = await timeoutOf(state, visit)
      return called(visit.run, String(given.TaskDefinition), () => runTask(given, seconds))
    }
    case 'start-execution':
      return startExecution(state, visit)
    default:
      return state.resource satisfies never
  }
}

/** Runs a child to its end; a child that failed fails this task, with the child's error in the cause. */
async function startExecution(state: TaskState, visit: Visit): Promise<unknown> {
  const given = (await evaluate(visit, state.arguments)) as { StateMachineArn: string; Name: unknown; Input: unknown }
  if (typeof given.Name !== 'string') throw unfit(visit, 'Name', 'a text')
  const execution = { name: given.Name, input: limitSize(visit, 'Input', given.Input) }
  const { run, result } = await visit.run.startExecution(given.StateMachineArn, execution, visit.run.stop)
  const described = { ExecutionArn: run.execution.id, Name: run.execution.name, Status: result.status }
  if (result.status === 'SUCCEEDED') return { ...described, Output: result.output }
  throw new StateFailure(
    'States.TaskFailed',
    JSON.stringify({ ...described, Error: result.error, Cause: result.cause }),
  )
}
