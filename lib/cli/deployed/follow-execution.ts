import { setTimeout } from 'node:timers/promises'
import { isExpired } from '../../aws/explain-fault.ts'
import { NotKnown, ServiceUnavailable } from '../../errors.ts'
import type { Execution, Executions } from '../../ports.ts'
import type { Ended, Following, MachineName } from '../deployment.ts'
import type { Followed } from './follow-run.ts'

/** Between two looks, in milliseconds: soon after the start, then slower; a custodian takes days. */
const pace = { first: 500, growth: 1.3, slowest: 4_000, waiting: 10_000 }

/** An outage of this many looks in a row, a quarter of an hour, ends the following; the execution goes on. */
const patience = 200

/** Step Functions may show an execution some time after it began it. */
const looksUntilSeen = 12

export type Failed = Extract<Execution, { state: 'failed' }>
type Over = Exclude<Execution, { state: 'running' }>
type Left = Extract<Ended, { status: 'waiting' | 'interrupted' | 'lost' }>

/** `isNew`: it was just started. */
export type Followable = { machine: MachineName; name: string; isNew: boolean; followed: Followed | undefined }

export const isRunning = (execution: Execution): execution is { state: 'running' } => execution.state === 'running'

/** Follows an execution until it ends, or nobody waits for it any more. It goes on either way. @throws NotKnown */
export async function followExecution(
  executions: Executions,
  { machine, name, isNew, followed }: Followable,
  { signal, wait }: Pick<Following, 'signal' | 'wait'>,
): Promise<Over | Left> {
  let delay = pace.first
  let unseen = 0
  for (let failures = 0; ; ) {
    if (signal.aborted) return { status: 'interrupted' }
    try {
      // First how it stands, then what is new: once it has ended, everything is there to be told.
      const execution = await executions.find(machine, name)
      if (execution === undefined && !(isNew && ++unseen < looksUntilSeen))
        throw new NotKnown(`${machine} ${name}: expected an execution of this name, got none`)
      await followed?.poll()
      if (execution !== undefined && !isRunning(execution)) return execution
      failures = 0
    } catch (error) {
      if (error instanceof NotKnown) throw error
      const mayPass = error instanceof ServiceUnavailable && !isExpired(error)
      if (!mayPass || ++failures >= patience) return { status: 'lost', error }
    }
    const isWaiting = followed?.isWaiting() === true
    if (isWaiting && !wait) return { status: 'waiting' }
    delay = Math.min(delay * pace.growth, pace.slowest)
    await setTimeout(isWaiting ? pace.waiting : delay, undefined, { signal }).catch(() => {})
  }
}
