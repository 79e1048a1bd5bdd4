import type { Environment } from './environment.ts'
import { StateFailure } from './state-failure.ts'

/** Calls a handler; what it throws becomes a failure of its name, which `Retry` and `Catch` match. */
export async function call(environment: Environment, functionName: string, payload: unknown): Promise<unknown> {
  try {
    return JSON.parse(JSON.stringify((await environment.invoke(functionName, payload)) ?? null))
  } catch (error) {
    if (error instanceof Error) throw new StateFailure(error.name, error.message)
    throw new StateFailure('Error', `${functionName}: expected an Error to be thrown, got something else`)
  }
}
