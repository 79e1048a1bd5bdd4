import * as z from 'zod/mini'
import { NotKnown } from '../errors.ts'
import type { CostDocument } from '../pipeline/estimate-cost.ts'
import { readIfThere } from '../pipeline/evidence/documents.ts'
import { runKey } from '../pipeline/evidence/evidence-keys.ts'
import { readAttestedRun } from '../pipeline/log/attested-run.ts'
import { runId, storeId } from '../pipeline/task-input.ts'
import type { Execution, Ledger, Ports, RequestRecord, RunRecord } from '../ports.ts'
import { reasons, requestId, time, verdict } from './fields.ts'
import type { AnswerOf, ApiRequest, Route } from './route.ts'

/** `verdict` and `reasons`, of the run and of its stores, are there once the run's summary is attested. */
const run = z.strictObject({
  runId,
  state: z.enum(['starting', 'running', 'finished', 'failed']),
  attested: z.boolean(),
  /** A dry run lists and plans, and ends without a verdict. */
  trigger: z.optional(z.enum(['nightly', 'on-demand', 'dry-run'])),
  startedAt: z.optional(time),
  finishedAt: z.optional(time),
  /** The name of the error that a failed run ended with. */
  error: z.optional(z.string()),
  verdict: z.optional(verdict),
  reasons: z.optional(reasons),
  stores: z.array(z.strictObject({ storeId, verdict: z.optional(verdict), reasons: z.optional(reasons) })),
  /** What waits for a custodian, until `deadline`. */
  openRequests: z.array(z.strictObject({ requestId, storeId, pass: z.int(), deadline: time })),
  /** What a run would read and cost, once a dry run has ended; `unlisted` are stores that could not be listed. */
  estimate: z.optional(
    z.strictObject({
      usd: z.number(),
      asOf: z.string(),
      versions: z.int(),
      bytes: z.int(),
      requests: z.int(),
      lambdaSeconds: z.int(),
      unlisted: z.array(storeId),
    }),
  ),
})

export const getRunRoute = { method: 'GET', path: '/runs/{id}', answers: { 200: run } } satisfies Route

/** How a run stands. `failed`: its execution ended badly, or ended without having closed the run. */
export async function getRun(
  ports: Pick<Ports, 'runState' | 'evidence' | 'executions'> & { ledger: Pick<Ledger, 'find' | 'checkpoints'> },
  { id }: Pick<ApiRequest, 'id'>,
): Promise<AnswerOf<typeof getRunRoute>> {
  if (!runId.safeParse(id).success) throw new NotKnown('run: expected the name of one')
  const record = await ports.runState.getRun(id)
  const execution = await ports.executions.find('verify-run', id)
  if (record === undefined && execution === undefined) throw new NotKnown('run: expected one of this deployment')
  const attested = await readAttestedRun(ports, id)
  const state = stateOf(record, execution, attested !== undefined)
  const estimate = isPlanned(record) ? await readEstimate(ports, id) : undefined
  const requests = state === 'running' ? await ports.runState.listRequests(id) : []
  return {
    status: 200,
    body: {
      runId: id,
      state,
      attested: attested !== undefined,
      ...(record && { trigger: record.trigger, startedAt: record.startedAt }),
      ...(record?.finishedAt !== undefined && { finishedAt: record.finishedAt }),
      ...(execution?.state === 'failed' && { error: execution.error }),
      ...(attested && { verdict: attested.result, reasons: attested.reasons }),
      stores: attested
        ? attested.stores.map(({ storeId, result, reasons }) => ({ storeId, verdict: result, reasons }))
        : (record?.stores ?? []).map(({ storeId }) => ({ storeId })),
      openRequests: requests.flatMap(toOpenRequest),
      ...(estimate && { estimate }),
    },
  }
}

/** An execution that nobody remembers is over: what it did not close then, it did not close at all. */
function stateOf(
  record: RunRecord | undefined,
  execution: Execution | undefined,
  attested: boolean,
): z.output<typeof run>['state'] {
  switch (execution?.state) {
    case 'running':
      return record ? 'running' : 'starting'
    case 'failed':
      return 'failed'
    default:
      return attested || isPlanned(record) ? 'finished' : 'failed'
  }
}

/** A dry run closes itself, and there is nothing to attest. */
const isPlanned = (record: RunRecord | undefined) => record?.trigger === 'dry-run' && record.state === 'finished'

/** Nothing on one machine, where nothing is paid for. */
async function readEstimate(ports: Pick<Ports, 'evidence'>, id: string) {
  const cost = await readIfThere<CostDocument>(ports, runKey(id, 'cost.json'))
  if (cost === undefined) return undefined
  const { usd, asOf, passes, requests, lambdaSeconds, unlisted } = cost
  const sum = (field: 'versions' | 'bytes') => passes.reduce((total, pass) => total + pass[field], 0)
  return { usd, asOf, versions: sum('versions'), bytes: sum('bytes'), requests, lambdaSeconds, unlisted }
}

function toOpenRequest({ requestId, storeId, pass, deadline, acknowledgedAt }: RequestRecord) {
  return deadline === undefined || acknowledgedAt !== undefined ? [] : [{ requestId, storeId, pass, deadline }]
}
