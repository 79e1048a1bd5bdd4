import { parseEnvelope } from '../../attestation/envelope.ts'
import { identityOf, parseStatement } from '../../attestation/statement.ts'
import type { Acknowledgement, DeletionRequest } from '../../deletion/request.ts'
import { ClocksDiffer } from '../../errors.ts'
import type { Coverage } from '../../inventory/coverage.ts'
import type { Ports } from '../../ports.ts'
import {
  firstOutOfOrder,
  type Moment,
  momentOfAnswer,
  momentOfRequest,
  momentsOfListings,
} from '../../verdict/in-order.ts'
import { readIfThere } from '../evidence/documents.ts'
import { passKey } from '../evidence/evidence-keys.ts'

type OrderPorts = Pick<Ports, 'evidence'> & { ledger: Pick<Ports['ledger'], 'find'> }
type Signed = { runId: string; storeId: string; pass?: number; phase: 'scan' | 'verification' | 'run-summary' }
type Phase = 'scope' | 'deletion-request' | 'deletion-ack' | Signed['phase']

/**
 * Whether what is attested of a store `at` a time is dated behind all that went before it, from the scope on, as a reader of a verified store
 * will ask: what a clock dated otherwise is not signed, since no bundle with it would hold. One that was signed stays. @throws ClocksDiffer
 */
export async function requireInOrder(ports: OrderPorts, ref: Signed, at: string): Promise<void> {
  const { runId, storeId, phase, pass } = ref
  if ((await find(ports, ref, phase, pass)) !== undefined) return
  const moments = [...(await momentsBefore(ports, ref)), { what: 'this attestation', at }]
  const wrong = firstOutOfOrder(moments)
  if (wrong !== undefined)
    throw new ClocksDiffer(
      `run ${runId}: store ${storeId}: ${phase}: expected ${wrong.what} after what it follows, got an earlier time: a clock goes wrong, or was set`,
    )
}

async function momentsBefore(ports: OrderPorts, ref: Signed): Promise<Moment[]> {
  const signed = async (phase: Phase, pass?: number): Promise<Moment[]> => {
    const found = await find(ports, ref, phase, pass)
    if (found === undefined) return []
    const { predicate } = parseStatement(parseEnvelope(found.envelope).payload)
    return 'times' in predicate
      ? [{ what: `the attestation of the ${phase}`, at: predicate.times.statementCreatedAt }]
      : []
  }
  const moments = await signed('scope')
  for (let pass = 0; ; pass++) {
    const key = (document: 'coverage.json' | 'request.json' | 'acknowledgement.json') =>
      passKey({ ...ref, pass }, document)
    const coverage = await readIfThere<Coverage>(ports, key('coverage.json'))
    if (coverage === undefined) return [...moments, ...(await signed('verification'))]
    moments.push(...momentsOfListings(coverage, pass))
    if (pass === ref.pass) return moments
    moments.push(...(await signed('scan', pass)))
    const request = await readIfThere<DeletionRequest>(ports, key('request.json'))
    if (request) moments.push(momentOfRequest(request, pass), ...(await signed('deletion-request', pass)))
    const answer = await readIfThere<Acknowledgement>(ports, key('acknowledgement.json'))
    if (answer) moments.push(momentOfAnswer(answer, pass), ...(await signed('deletion-ack', pass)))
  }
}

function find({ ledger }: OrderPorts, { runId, storeId }: Signed, phase: Phase, pass?: number) {
  const isOfRun = phase === 'scope' || phase === 'run-summary'
  return ledger.find(identityOf(runId, isOfRun ? undefined : storeId, pass, phase))
}
