import type { Journal } from '../journal.ts'
import { StateFailure } from './state-failure.ts'

/** What an execution has finished, by deterministic names. */
export type Steps = {
  read(step: string): Promise<unknown | undefined>
  /** Keeps a step; returns what is kept, which is another's value if that came first. */
  keep<T>(step: string, value: T): Promise<T>
}

export function journaledSteps(journal: Journal, execution: string): Steps {
  const read = async (step: string) => {
    const json = await journal.read(execution, step)
    return json === undefined ? undefined : JSON.parse(json)
  }
  return {
    read,
    async keep(step, value) {
      await journal.write(execution, step, JSON.stringify(value))
      return read(step)
    },
  }
}

/** Steps of work that is done again as a whole. */
export const forgottenSteps: Steps = { read: async () => undefined, keep: async (_, value) => value }

type Outcome = { result: unknown } | { error: string; cause: string }

/**
 * Does the work unless the journal has its outcome; a failure is an outcome as well. A crash before the outcome is
 * written has the work done again.
 */
export async function once(steps: Steps, step: string, work: () => Promise<unknown>): Promise<unknown> {
  const known = (await steps.read(step)) as Outcome | undefined
  const outcome = known ?? (await steps.keep(step, await outcomeOf(work)))
  if ('error' in outcome) throw new StateFailure(outcome.error, outcome.cause)
  return outcome.result
}

async function outcomeOf(work: () => Promise<unknown>): Promise<Outcome> {
  try {
    return { result: await work() }
  } catch (error) {
    if (error instanceof StateFailure) return { error: error.error, cause: error.message }
    throw error
  }
}
