import { Interrupted } from './interrupted.ts'
import type { MapState, Retrier, TaskState } from './machine.ts'
import type { Visit } from './run.ts'
import { matchesError, StateFailure } from './state-failure.ts'

/** Does the work of a state, again as often as its retriers say; `attempt` counts from 0. @throws StateFailure @throws Interrupted */
export async function retrying(
  state: Pick<TaskState | MapState, 'name' | 'retry'>,
  visit: Visit,
  work: (attempt: number) => Promise<unknown>,
): Promise<unknown> {
  const { run } = visit
  const retries = new Map<Retrier, number>()
  for (let attempt = 0; ; attempt++) {
    try {
      return await work(attempt)
    } catch (error) {
      if (!(error instanceof StateFailure)) throw error
      const retrier = state.retry.find(({ errorEquals }) => matchesError(errorEquals, error.error))
      const retried = retrier === undefined ? 0 : (retries.get(retrier) ?? 0)
      if (retrier === undefined || retried >= retrier.maxAttempts) throw error
      retries.set(retrier, retried + 1)
      const delayMs = delayOf(retrier, retried, run.environment.random())
      run.environment.onEvent?.({
        kind: 'task-retried',
        machine: run.machine.name,
        execution: run.execution.name,
        state: state.name,
        error: error.error,
        retry: retried + 1,
        delayMs,
      })
      await run.environment.sleep(delayMs, run.stop)
      if (run.stop.aborted) throw new Interrupted()
    }
  }
}

/** Milliseconds before the retry after `retried` others. With jitter, any time up to that. */
export function delayOf(retrier: Retrier, retried: number, random: number): number {
  const { intervalSeconds, backoffRate, maxDelaySeconds, jitter } = retrier
  const delay = Math.min(maxDelaySeconds, intervalSeconds * backoffRate ** retried) * 1000
  return jitter === 'FULL' ? delay * random : delay
}
