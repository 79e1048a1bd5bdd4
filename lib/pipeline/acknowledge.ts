import type { Acknowledgement, DeletionRequest } from '../deletion/request.ts'
import { AnsweredTooLate, EvidenceConflict, NotKnown } from '../errors.ts'
import type { Ports } from '../ports.ts'
import { formatDocument, readDocument, readStoreReport } from './evidence/documents.ts'
import { passKey, runKey, storeKey } from './evidence/evidence-keys.ts'
import { acknowledgeInput, parseInput } from './task-input.ts'

/**
 * Takes the answer to a request, from its custodian or from the deadline, and wakes the run that waits for it. The first
 * answer counts. What a custodian says they deleted is not counted as deleted: the next pass looks for itself.
 * @throws NotKnown when no such request waits for a person.
 * @throws AnsweredTooLate when its store is judged without an answer, or its run closed without a verdict on it: nobody looks at the store again
 */
export async function acknowledge(
  ports: Pick<Ports, 'clock' | 'evidence' | 'runState' | 'taskTokens'>,
  input: unknown,
): Promise<{ requestId: string; by: Acknowledgement['by']; acknowledgedAt: string; first: boolean }> {
  const { requestId, by, certificateSha256 } = parseInput('acknowledge', acknowledgeInput, input)
  const record = await ports.runState.getRequest(requestId)
  if (record === undefined)
    throw new NotKnown(
      `request ${requestId}: expected a request that was made here, got none; odv status RUN shows those of a run`,
    )
  const { runId, storeId, pass } = record
  const request = await readDocument<DeletionRequest>(ports, passKey({ runId, storeId, pass }, 'request.json'))
  if (request.channel !== 'manual')
    throw new NotKnown(
      `request ${requestId}: expected one that waits for its custodian, got channel ${request.channel}`,
    )

  const key = passKey({ runId, storeId, pass }, 'acknowledgement.json')
  const answer: Acknowledgement = {
    schemaVersion: 1,
    requestId,
    by,
    acknowledgedAt: ports.clock().toISOString(),
    ...(certificateSha256 !== undefined && { certificateSha256 }),
    deleted: { versions: 0, bytes: 0 },
    gone: 0,
    kept: [],
  }
  const reportKey = storeKey(runId, storeId, 'report.json')
  const isJudged = () => ports.evidence.has(reportKey)
  const isClosed = () => ports.evidence.has(runKey(runId, 'summary.json'))
  const isInReport = async () => {
    const { requests } = await readStoreReport(ports, reportKey)
    return requests.some((each) => each.request.requestId === requestId && each.acknowledgement !== undefined)
  }
  const tooLate = () =>
    new AnsweredTooLate(
      `request ${requestId}: expected to be answered before the verdict on store ${storeId}, which run ${runId} has given without it; the next run looks again`,
    )
  if (!(await ports.evidence.has(key)) && ((await isJudged()) || (await isClosed()))) throw tooLate()
  const { created: first } = await ports.evidence.put(key, formatDocument(answer))
  const stored = await readDocument<Acknowledgement>(ports, key)
  if (stored.requestId !== requestId) throw new EvidenceConflict(`request ${requestId}: expected its own answer`)
  // One that came too late stays stored: whoever repeats it is not told that it counts.
  if ((await isJudged()) ? !(await isInReport()) : await isClosed()) throw tooLate()
  const now = (await ports.runState.getRequest(requestId)) ?? record
  await ports.runState.putRequest({ ...now, acknowledgedAt: stored.acknowledgedAt })
  if (now.token !== undefined) await ports.taskTokens.succeed(now.token, { requestId })
  return { requestId, by: stored.by, acknowledgedAt: stored.acknowledgedAt, first }
}
