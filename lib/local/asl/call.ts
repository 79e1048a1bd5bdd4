import { Interrupted } from './interrupted.ts'
import type { Run } from './run.ts'
import { StateFailure } from './state-failure.ts'

/**
 * Calls a handler; what it throws becomes a failure of its name, which `Retry` and `Catch` match.
 * @throws StateFailure @throws Interrupted instead of beginning a call after the interruption, or where one fails behind it: it is begun again
 */
export function call(run: Run, functionName: string, payload: unknown): Promise<unknown> {
  return called(run, functionName, () => run.environment.invoke(functionName, payload))
}

/** The same for whatever else is called. */
export async function called({ stop }: Run, name: string, begin: () => Promise<unknown>): Promise<unknown> {
  if (stop.aborted) throw new Interrupted()
  try {
    return JSON.parse(JSON.stringify((await begin()) ?? null))
  } catch (error) {
    if (stop.aborted) throw new Interrupted()
    if (error instanceof Error) throw new StateFailure(error.name, error.message)
    throw new StateFailure('Error', `${name}: expected an Error to be thrown, got something else`)
  }
}
