import * as z from 'zod/mini'
import type { Ports } from '../ports.ts'
import { executionName } from './execution-name.ts'
import { runId } from './fields.ts'
import type { AnswerOf, ApiRequest, Route } from './route.ts'

const started = z.strictObject({ runId })

export const postRunRoute = {
  method: 'POST',
  path: '/runs',
  /** Nothing to choose yet: a run is of every store. */
  body: z.strictObject({}),
  answers: { 200: started, 202: started },
} satisfies Route

/**
 * Starts a run of every store. 202: it runs. 200: it was started under this idempotency key before, and has ended; also
 * after Step Functions has forgotten the name, since evidence is written once and a second run would write none.
 */
export async function postRun(
  ports: Pick<Ports, 'clock' | 'random' | 'executions' | 'runState'>,
  { idempotencyKey }: Pick<ApiRequest, 'idempotencyKey'>,
): Promise<AnswerOf<typeof postRunRoute>> {
  const name = executionName(ports, 'run', idempotencyKey)
  const answer = { headers: { location: `/runs/${name}` }, body: { runId: name } }
  const ended = idempotencyKey !== undefined && (await ports.runState.getRun(name))?.state === 'finished'
  if (ended || (await ports.executions.start('verify-run', name, { trigger: 'on-demand' })) === 'exists')
    return { status: 200, ...answer }
  return { status: 202, ...answer }
}
