import { hash } from 'node:crypto'
import { call } from './call.ts'
import { Interrupted } from './interrupted.ts'
import type { TaskState } from './machine.ts'
import { evaluate, unfit, type Visit } from './run.ts'
import { StateFailure } from './state-failure.ts'

const longestTimeout = 99_999_999

/**
 * Calls the handler with a task token, then waits for the token's answer until the deadline. The token belongs to this
 * visit of the state, so a retry or a resumed execution waits for the same one.
 *
 * 1. An answer that is there already counts, also one that came while nothing ran.
 * 2. The handler is called with the token. A crash before step 3 has it called again with the same token.
 * 3. The deadline is journaled, counted from before the call: from now on the handler is not called again, and the
 *    deadline passes whether anything runs or not. Nobody's time runs who was not called.
 * 4. The token is asked for its answer until there is one or the deadline passed.
 * @throws StateFailure States.Timeout @throws Interrupted
 */
export async function waitForToken(state: TaskState, visit: Visit): Promise<unknown> {
  const { run, step } = visit
  const { environment, steps } = run
  const token = tokenOf(visit)
  const answer = await environment.token.read(token)
  if (answer !== undefined) return answer

  let called = (await steps.read(`${step}:called`)) as { deadline: string } | undefined
  if (called === undefined) {
    const seconds = await timeoutOf(state, visit)
    const deadline = new Date(environment.now().getTime() + seconds * 1000).toISOString()
    const given = await evaluate(visit, state.arguments, { context: { Task: { Token: token } } })
    const { FunctionName, Payload } = given as { FunctionName: string; Payload: unknown }
    await call(run, FunctionName, Payload)
    called = await steps.keep(`${step}:called`, { deadline })
  }
  const { deadline } = called
  const event = { machine: run.machine.name, execution: run.execution.name, state: state.name, deadline }
  environment.onEvent?.({ kind: 'waiting-for-token', ...event })
  return poll(visit, token, Date.parse(deadline))
}

async function poll({ run: { environment, machine, stop }, state }: Visit, token: string, deadline: number) {
  for (;;) {
    const answer = await environment.token.read(token)
    if (answer !== undefined) return answer
    const left = deadline - environment.now().getTime()
    if (left <= 0)
      throw new StateFailure('States.Timeout', `${machine.name}: ${state}: expected an answer before the deadline`)
    if (stop.aborted) throw new Interrupted()
    await environment.sleep(Math.min(left, environment.tokenIntervalMs ?? 200), stop)
  }
}

function tokenOf({ run, step }: Visit): string {
  return hash('sha256', JSON.stringify(['task-token', run.execution.id, run.execution.startTime, step]), 'hex')
}

/** The seconds that a state waits at most. @throws StateFailure */
export async function timeoutOf(state: TaskState, visit: Visit): Promise<number> {
  const seconds = await evaluate(visit, state.timeoutSeconds!)
  if (!Number.isInteger(seconds) || (seconds as number) < 1 || (seconds as number) > longestTimeout)
    throw unfit(visit, 'TimeoutSeconds', `an integer from 1 to ${longestTimeout}`)
  return seconds as number
}
