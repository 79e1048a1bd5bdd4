import { identityOfStatement } from '../../attestation/statement.ts'
import { ProofInvalid } from '../../errors.ts'
import { at, type Checked } from '../run-check.ts'
import type { Evidence, EvidenceOf, RunEvidence, StoreEvidence } from '../run-evidence.ts'

/**
 * Every run is told once, whole and in order, by the numbers that the log gave: the scope before everything, then for
 * each store scan, request and answer in turn and its verdict after them, and the summary last. What a later attestation
 * counts or names has to be there. Without a summary the run is not closed, and may end anywhere. Corrections come at any time.
 */
export function checkSequence(evidence: readonly Evidence[]): Checked<RunEvidence[]> {
  const identities = new Set(evidence.map(({ statement }) => identityOfStatement(statement)))
  if (identities.size < evidence.length)
    throw new ProofInvalid('attestations: expected one for each run, store, pass and phase, got more')
  if (evidence.length === 0) throw new ProofInvalid('attestations: expected at least one about a run, got none')
  const runs = [...Map.groupBy(evidence, ({ predicate }) => predicate.runId)].map(([runId, ofRun]) =>
    at(`run ${runId}`, () => toRun(runId, ofRun)),
  )
  return { count: evidence.length, value: runs }
}

function toRun(runId: string, all: readonly Evidence[]): RunEvidence {
  const corrections = all.filter((each) => each.phase === 'correction')
  const ofRun = all.filter((each) => each.phase !== 'correction')
  const scope = ofRun.find((each) => each.phase === 'scope')
  const summary = ofRun.find((each) => each.phase === 'run-summary')
  const ofStores = ofRun.filter((each) => each.phase !== 'scope' && each.phase !== 'run-summary')
  if (ofStores.length > 0 && scope === undefined)
    throw new ProofInvalid('scope: expected it to be attested before the first scan, got none')
  if (scope && ofRun[0] !== scope) throw new ProofInvalid('scope: expected it to be attested first, got it later')
  if (summary && ofRun.at(-1) !== summary)
    throw new ProofInvalid('run-summary: expected it to be attested last, got it earlier')

  const stores = [...Map.groupBy(ofStores, ({ predicate }) => predicate.storeId)].map(([storeId, ofStore]) =>
    at(`store ${storeId}`, () => toStore(storeId, ofStore)),
  )
  for (const { name, digest } of summary?.predicate.inputs ?? [])
    if (stores.find(({ storeId }) => storeId === name)?.verification?.envelopeSha256 !== digest.sha256)
      throw new ProofInvalid(`store ${name}: expected the verification that the run summary names, got none or another`)
  return { runId, ...(scope && { scope }), stores, corrections, ...(summary && { summary }) }
}

type OfStore = Exclude<Evidence, EvidenceOf<'scope'> | EvidenceOf<'run-summary'> | EvidenceOf<'correction'>>

const turns = ['scan', 'deletion-request', 'deletion-ack'] as const

function toStore(storeId: string, ofStore: readonly OfStore[]): StoreEvidence {
  const store: StoreEvidence = { storeId, scans: [], requests: [], answers: [] }
  const last = ofStore.at(-1)
  const steps = last?.phase === 'verification' ? ofStore.slice(0, -1) : ofStore
  steps.forEach((each, i) => {
    const [phase, pass] = [turns[i % 3]!, Math.floor(i / 3)]
    if (each.phase !== phase || each.predicate.pass !== pass)
      throw new ProofInvalid(`attestation ${each.seq}: expected the ${phase} of pass ${pass}, got ${nameOf(each)}`)
    if (each.phase === 'scan') store.scans.push(each)
    else if (each.phase === 'deletion-request') store.requests.push(each)
    else store.answers.push(each)
  })
  if (last?.phase !== 'verification') return store
  requireCounted(last, steps.length)
  return { ...store, verification: last }
}

/** The report counts its passes, requests and answers. Only a failure can have kept the last of them from being attested. */
function requireCounted({ model }: EvidenceOf<'verification'>, attested: number): void {
  const { passes, requests, failure } = model
  const answers = requests.filter(({ acknowledgement }) => acknowledgement).length
  const counted = passes.length + requests.length + answers
  if (failure ? attested > counted : attested !== counted)
    throw new ProofInvalid(`attestations: expected ${counted}, as the store report counts, got ${attested}`)
}

function nameOf({ phase, predicate }: OfStore): string {
  return phase === 'verification' ? 'a verification' : `the ${phase} of pass ${predicate.pass}`
}
