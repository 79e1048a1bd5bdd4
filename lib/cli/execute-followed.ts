import { type Environment, Interrupted, type runExecution } from '../local/asl/interpreter.ts'
import type { Ended, Following } from './deployment.ts'
import type { FunctionName } from './embedded-machines.ts'
import { noRoomIn } from './no-room.ts'
import { isProgramGone } from './program-gone.ts'
import { createWaitWatch } from './stop-when-waiting.ts'
import { type TaskEvent, toRunEvents } from './task-events.ts'

type Call = (name: FunctionName, payload: unknown) => Promise<unknown>

/**
 * Runs an execution whose tasks are seen as they begin and end, until it ends or nobody waits for it any more. A disk without
 * room, or a program that was exchanged, ends it as if the machine had been switched off, with that error: a task that could not
 * write, or begin, says nothing about its store.
 */
export async function executeFollowed(
  environment: Omit<Environment, 'invoke' | 'signal'>,
  call: Call,
  { signal, wait, onEvent }: Following,
  run: (environment: Environment) => ReturnType<typeof runExecution>,
): Promise<Ended> {
  const watch = wait ? undefined : createWaitWatch()
  const stopped = new AbortController()
  let failure: Error | undefined
  const tell = (event: TaskEvent) => {
    watch?.onTask(event)
    for (const each of toRunEvents(event)) onEvent(each)
  }
  const invoke = async (name: string, payload: unknown) => {
    const event = { name: name as FunctionName, payload: payload as Record<string, unknown> }
    tell({ kind: 'began', ...event })
    try {
      const output = await call(event.name, payload)
      tell({ kind: 'done', ...event, output: output as Record<string, unknown> })
      return output
    } catch (error) {
      failure = error as Error
      if (isFull(failure) || isProgramGone(failure)) stopped.abort(failure)
      // What was given up says so: who interrupted it knows.
      if (!signal.aborted || failure.name !== 'Runtime.ExitError') tell({ kind: 'failed', ...event, error: failure })
      throw error
    }
  }
  try {
    const result = await run({
      ...environment,
      invoke,
      signal: AbortSignal.any([signal, stopped.signal, ...(watch ? [watch.signal] : [])]),
      ...(watch && { onEvent: watch.onEvent }),
    })
    if (result.status === 'SUCCEEDED') return { status: 'succeeded' }
    const message = failure?.name === result.error ? failure.message : `${result.error}: ${result.cause}`
    return { status: 'failed', error: result.error, message }
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error
    stopped.signal.throwIfAborted()
    return { status: watch?.signal.aborted ? 'waiting' : 'interrupted' }
  } finally {
    watch?.close()
  }
}

/** What we throw has a name of its own, also where a file that may not be read is its cause. */
const isFull = (error: Error) => error.name === 'Error' && noRoomIn(error) !== undefined
