import { EvidenceConflict } from '../errors.ts'
import type { Ports } from '../ports.ts'
import { passKey } from './evidence/evidence-keys.ts'
import { requireConfirmed } from './scope/require-confirmed.ts'
import { notifyInput, parseInput } from './task-input.ts'

/**
 * Keeps the task token with the request, and tells that there is one: whoever acknowledges it wakes the run up. An answer
 * that came before the token wakes it up at once. @throws ScopeUnconfirmed
 */
export async function notifyCustodian(
  ports: Pick<Ports, 'clock' | 'evidence' | 'runState' | 'taskTokens' | 'events'>,
  input: unknown,
): Promise<{ requestId: string }> {
  const { requestId, token, confirmedAt, ...ref } = parseInput('notify-custodian', notifyInput, input)
  requireConfirmed(ports, requestId, confirmedAt)
  const request = await ports.runState.getRequest(requestId)
  if (request === undefined) throw new EvidenceConflict(`request ${requestId}: expected one that was written down`)
  await ports.runState.putRequest({ ...request, token })
  await ports.events.publish('odv.request', {
    id: `${requestId}-request`,
    ...ref,
    requestId,
    channel: 'manual',
    ...(request.deadline !== undefined && { deadline: request.deadline }),
  })
  if (await ports.evidence.has(passKey(ref, 'acknowledgement.json')))
    await ports.taskTokens.succeed(token, { requestId })
  return { requestId }
}
