import { ProofInvalid } from '../../errors.ts'
import {
  firstOutOfOrder,
  type Moment,
  momentOfAnswer,
  momentOfRequest,
  momentsOfListings,
} from '../../verdict/in-order.ts'
import { toStoreResults } from '../bundle-summary.ts'
import { at, type Checked } from '../run-check.ts'
import type { Evidence, RunEvidence, StoreEvidence } from '../run-evidence.ts'

/**
 * Where a store is verified, its listings, requests and answers are dated behind the scope, which was attested before them, and before what attests
 * each of them: otherwise they may be of another time than the run. `count`: these stores.
 */
export function checkTimes(runs: readonly RunEvidence[]): Checked<undefined> {
  const verified = runs.flatMap((run) => {
    const results = toStoreResults(run).filter(({ verdict }) => verdict === 'verified')
    return run.stores.flatMap((store) =>
      results.some(({ storeId }) => storeId === store.storeId) ? [{ run, store }] : [],
    )
  })
  for (const { run, store } of verified)
    at(`run ${run.runId}: store ${store.storeId}`, () => {
      const wrong = firstOutOfOrder(momentsIn(run, store))
      if (wrong) throw new ProofInvalid(`times: expected ${wrong.what} after what it follows, got an earlier time`)
    })
  return { count: verified.length, value: undefined }
}

/** In the order in which they have to have happened. */
function momentsIn({ scope, summary }: RunEvidence, { scans, requests, answers, verification }: StoreEvidence) {
  const passes = scans.flatMap((scan, pass) => {
    const [request, answer] = [requests[pass], answers[pass]]
    return [
      ...momentsOfListings(scan.model, pass),
      ...signed(scan),
      ...(request ? [momentOfRequest(request.model, pass), ...signed(request)] : []),
      ...(answer ? [momentOfAnswer(answer.model, pass), ...signed(answer)] : []),
    ]
  })
  return [...signed(scope), ...passes, ...signed(verification), ...signed(summary)]
}

const signed = (evidence: Evidence | undefined): Moment[] =>
  evidence ? [{ what: `attestation ${evidence.seq}`, at: evidence.predicate.times.statementCreatedAt }] : []
