import { Interrupted } from './interrupted.ts'
import type { WaitState } from './machine.ts'
import { type Fields, readFields, unexpected } from './read-fields.ts'
import { readLeaving } from './read-leaving.ts'
import { evaluate, unfit, type Visit } from './run.ts'
import { parseTemplate } from './template.ts'

const longestWait = 99_999_999

const isSeconds = (value: unknown): value is number =>
  Number.isInteger(value) && (value as number) >= 0 && (value as number) <= longestWait

/** A Wait for a number of seconds; one until a time of day is not known here. @throws MachineUnsupported */
export function loadWait(where: string, definition: unknown): Omit<WaitState, 'name' | 'kind' | 'readsEnteredTime'> {
  const fields: Fields = readFields(where, definition, [
    'Type',
    'Comment',
    'Seconds',
    'Assign',
    'Output',
    'Next',
    'End',
  ])
  const seconds = parseTemplate(`${where}: Seconds`, fields.Seconds ?? null)
  if (seconds.kind !== 'expression' && !isSeconds(fields.Seconds))
    throw unexpected(where, 'Seconds', `an integer from 0 to ${longestWait} or an expression`, fields.Seconds)
  return { seconds, ...readLeaving(where, fields) }
}

/** One sleep, at most: a timer holds no more than 25 days, and stands still while the machine is suspended. */
const longestSleepMs = 60_000

/**
 * Waits until an end that is journaled before the wait begins: time passes whether anything runs or not, and an execution
 * that is run again waits for what is left of it.
 * @throws StateFailure for seconds that are none @throws Interrupted
 */
export async function wait(state: WaitState, visit: Visit): Promise<void> {
  const { run, step } = visit
  const { environment, steps, machine, execution, stop } = run
  const known = await steps.read(`${step}:until`)
  const until = String(known ?? (await steps.keep(`${step}:until`, await endOf(state, visit))))
  const left = () => Date.parse(until) - environment.now().getTime()
  if (left() > 0)
    environment.onEvent?.({
      kind: 'waiting',
      machine: machine.name,
      execution: execution.name,
      state: state.name,
      until,
    })
  for (let ms = left(); ms > 0; ms = left()) {
    if (stop.aborted) throw new Interrupted()
    await environment.sleep(Math.min(ms, longestSleepMs), stop)
  }
}

async function endOf(state: WaitState, visit: Visit): Promise<string> {
  const seconds = await evaluate(visit, state.seconds)
  if (!isSeconds(seconds)) throw unfit(visit, 'Seconds', `an integer from 0 to ${longestWait}`)
  return new Date(visit.run.environment.now().getTime() + seconds * 1000).toISOString()
}
