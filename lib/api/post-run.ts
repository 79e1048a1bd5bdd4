import * as z from 'zod/mini'
import { NameTaken } from '../errors.ts'
import { runId } from '../pipeline/task-input.ts'
import type { Ports } from '../ports.ts'
import { executionName } from './execution-name.ts'
import type { AnswerOf, ApiRequest, Route } from './route.ts'

const started = z.strictObject({ runId })

export const postRunRoute = {
  method: 'POST',
  path: '/runs',
  /** A run is of every store. A dry run lists and plans, tells what a run would cost, and reads nothing. */
  body: z.strictObject({ dryRun: z.optional(z.boolean()) }),
  answers: { 200: started, 202: started },
} satisfies Route

/**
 * Starts a run of every store. 202: it runs. 200: it was started under this idempotency key before, and has ended; also
 * after Step Functions has forgotten the name, since evidence is written once: a second run would write none, and after one that was
 * aborted go on from what was read months ago.
 * @throws NameTaken when the run of this key is a dry one and this is to be none, or the other way round
 */
export async function postRun(
  ports: Pick<Ports, 'clock' | 'random' | 'executions' | 'runState'>,
  { idempotencyKey, body }: Pick<ApiRequest<z.output<typeof postRunRoute.body>>, 'idempotencyKey' | 'body'>,
): Promise<AnswerOf<typeof postRunRoute>> {
  const trigger = body.dryRun ? 'dry-run' : 'on-demand'
  const name = executionName(ports, 'run', idempotencyKey)
  const answer = { headers: { location: `/runs/${name}` }, body: { runId: name } }
  const known = idempotencyKey === undefined ? undefined : await ports.runState.getRun(name)
  if (known && known.trigger !== trigger)
    throw new NameTaken(`verify-run ${name}: trigger: expected ${known.trigger}, got ${trigger}`)
  // An execution that nobody remembers is over.
  const isOver =
    known !== undefined &&
    (known.state === 'finished' || (await ports.executions.find('verify-run', name)) === undefined)
  if (isOver || (await ports.executions.start('verify-run', name, { trigger })) === 'exists')
    return { status: 200, ...answer }
  return { status: 202, ...answer }
}
