import { isDeepStrictEqual } from 'node:util'
import { acknowledgementStatement, requestStatement } from '../../attestation/to-statement.ts'
import { ProofInvalid } from '../../errors.ts'
import { contextOf, requireRestated, storeSectionOf } from '../restate.ts'
import { at, type Checked } from '../run-check.ts'
import type { EvidenceOf, RunEvidence, StoreEvidence } from '../run-evidence.ts'

/**
 * Every request asks for no more than its pass found, every answer is to the request before it and deletes no more than
 * was asked for, and the store report has exactly the requests and answers that were attested.
 */
export function checkDeletion(runs: readonly RunEvidence[]): Checked<undefined> {
  const stores = runs.flatMap(({ runId, stores }) => stores.map((store) => ({ runId, store })))
  for (const { runId, store } of stores) at(`run ${runId}: store ${store.storeId}`, () => checkStore(store))
  const count = stores.reduce((sum, { store }) => sum + store.requests.length + store.answers.length, 0)
  return { count, value: undefined }
}

function checkStore({ scans, requests, answers, verification }: StoreEvidence): void {
  requests.forEach((request, pass) => {
    const answer = answers[pass]
    at(`attestation ${request.seq}`, () => checkRequest(request, scans[pass]!))
    if (answer) at(`attestation ${answer.seq}`, () => checkAnswer(answer, request))
    if (!verification) return
    const reported = verification.model.requests[pass]
    if (!isDeepStrictEqual(reported?.request, request.model))
      throw new ProofInvalid(`pass ${pass}: expected the request that was attested, got another in the store report`)
    if (answer && !isDeepStrictEqual(reported?.acknowledgement, answer.model))
      throw new ProofInvalid(`pass ${pass}: expected the answer that was attested, got another in the store report`)
  })
}

function checkRequest(
  request: EvidenceOf<'deletion-request'>,
  { model: { found, ...scan } }: EvidenceOf<'scan'>,
): void {
  const { statement, predicate, model, document } = request
  const again = requestStatement(contextOf(statement), {
    store: storeSectionOf(predicate),
    request: model,
    document: { name: statement.subject[0]!.name, body: document },
  })
  requireRestated(statement, again)
  const isWithin =
    model.versions <= found.versions &&
    model.bytes <= found.bytes &&
    model.findings <= scan.findings &&
    model.subjects <= scan.subjects &&
    model.protectedVersions <= model.versions
  if (!isWithin) throw new ProofInvalid('request: expected no more than the pass found, got more')
}

function checkAnswer(answer: EvidenceOf<'deletion-ack'>, request: EvidenceOf<'deletion-request'>): void {
  const { statement, predicate, model, document } = answer
  const again = acknowledgementStatement(contextOf(statement), {
    store: storeSectionOf(predicate),
    request: request.model,
    acknowledgement: model,
    document: { name: statement.subject[0]!.name, body: document },
  })
  requireRestated(statement, again)
  const { deleted, rewritten = { versions: 0, bytes: 0 } } = model
  const isWithin =
    deleted.versions + rewritten.versions <= request.model.versions &&
    deleted.bytes + rewritten.bytes <= request.model.bytes
  if (!isWithin) throw new ProofInvalid('answer: expected no more deleted than was asked for, got more')
}
