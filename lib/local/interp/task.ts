import { type Bindings, evaluate } from './expression.ts'
import { type Frame, runExecution } from './interpreter.ts'
import type { State } from './machine.ts'
import { Interrupted, isCaught, StateFailed } from './state-failed.ts'

type TaskState = Extract<State, { kind: 'task' }>
type Bind = (states: Record<string, unknown>) => Bindings

/** How a task ended, as the journal keeps it. */
type Ended = { result: unknown } | { error: string; cause: string }

const pollMilliseconds = 200

/** The result of a task state: from the journal if it ended before, otherwise by doing it, with its retries. */
export async function runTask(
  frame: Frame,
  name: string,
  state: TaskState,
  step: string,
  bind: Bind,
): Promise<unknown> {
  const { journal } = frame.environment
  const recorded = await journal.read(executionOf(frame), step)
  const ended = recorded === undefined ? await tryTask(frame, name, state, step, bind) : (JSON.parse(recorded) as Ended)
  if (recorded === undefined) await journal.write(executionOf(frame), step, JSON.stringify(ended))
  if ('error' in ended) throw new StateFailed(ended.error, ended.cause)
  return ended.result
}

async function tryTask(frame: Frame, name: string, state: TaskState, step: string, bind: Bind): Promise<Ended> {
  const { random, sleep, signal } = frame.environment
  const retried = state.retry.map(() => 0)
  for (;;) {
    try {
      return { result: await doTask(frame, name, state, step, bind) }
    } catch (error) {
      if (!(error instanceof StateFailed)) throw error
      const index = state.retry.findIndex(({ errors }) => isCaught(errors, error.error))
      const retrier = state.retry[index]
      if (retrier === undefined || retried[index]! >= retrier.attempts)
        return { error: error.error, cause: error.causeText }
      const seconds = retrier.interval * retrier.rate ** retried[index]!
      retried[index]!++
      await sleep(seconds * 1000 * (retrier.jitter ? random() : 1), signal)
      if (signal.aborted) throw new Interrupted('state machine: told to stop')
    }
  }
}

async function doTask(frame: Frame, name: string, state: TaskState, step: string, bind: Bind): Promise<unknown> {
  switch (state.resource) {
    case 'invoke': {
      const { FunctionName, Payload } = (await evaluate(state.arguments, bind({}))) as {
        FunctionName: string
        Payload: unknown
      }
      return toInvoked(await invoke(frame, FunctionName, Payload))
    }
    case 'invoke-and-wait':
      return waitForToken(frame, name, state, step, bind)
    case 'start-execution':
      return startExecution(frame, await evaluate(state.arguments, bind({})))
    default:
      return state.resource satisfies never
  }
}

const toInvoked = (payload: unknown) => ({ StatusCode: 200, ExecutedVersion: '$LATEST', Payload: payload })

async function invoke(frame: Frame, functionName: string, payload: unknown): Promise<unknown> {
  return frame.environment.invoke(functionName, payload).catch((error: Error) => {
    throw new StateFailed(error.name, error.message)
  })
}

/**
 * 1. Calls the function with the token. A crash before it was noted calls it again, with the same token.
 * 2. Notes that it was called, and until when to wait. A crash after this goes on waiting until the same moment.
 */
async function waitForToken(frame: Frame, name: string, state: TaskState, step: string, bind: Bind): Promise<unknown> {
  const { journal, token: tokens, now, sleep, signal, onWaiting } = frame.environment
  const token = `${executionOf(frame)}/${step}`
  const bindings = bind({})
  const context = { ...(bindings.states.context as object), Task: { Token: token } }
  const waiting = { ...bindings, states: { ...bindings.states, context } }

  let noted = await journal.read(executionOf(frame), `${step}:waiting`)
  if (noted === undefined) {
    const seconds =
      state.timeout === undefined ? Number.POSITIVE_INFINITY : Number(await evaluate(state.timeout, waiting))
    const until = Number.isFinite(seconds) ? now().getTime() + seconds * 1000 : 8.64e15
    const { FunctionName, Payload } = (await evaluate(state.arguments, waiting)) as {
      FunctionName: string
      Payload: unknown
    }
    await invoke(frame, FunctionName, Payload)
    noted = JSON.stringify({ until })
    await journal.write(executionOf(frame), `${step}:waiting`, noted)
  }
  const { until } = JSON.parse(noted) as { until: number }
  onWaiting?.({ execution: frame.execution.name, state: name, until: new Date(until) })
  for (;;) {
    const answer = await tokens.read(token)
    if (answer !== undefined) return answer
    if (signal.aborted) throw new Interrupted('state machine: told to stop')
    const left = until - now().getTime()
    if (left <= 0) throw new StateFailed('States.Timeout', 'no answer in time')
    await sleep(Math.min(left, pollMilliseconds), signal)
  }
}

async function startExecution(frame: Frame, started: unknown): Promise<unknown> {
  const { StateMachineArn, Name, Input } = started as { StateMachineArn: string; Name: string; Input: unknown }
  const ended = await runExecution(frame.environment, StateMachineArn, { name: Name, input: Input })
  if (ended.status === 'SUCCEEDED')
    return { ExecutionArn: `${StateMachineArn}:${Name}`, Name, Status: ended.status, Output: ended.output }
  throw new StateFailed('States.TaskFailed', JSON.stringify({ Error: ended.error, Cause: ended.cause }))
}

const executionOf = ({ execution }: Frame) => execution.name
