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
import { readDocument, readIfThere } from '../evidence/documents.ts'
import { type PassRef, passKey } from '../evidence/evidence-keys.ts'

type OrderPorts = Pick<Ports, 'evidence'> & { ledger: Pick<Ports['ledger'], 'find'> }
type Phase = 'scope' | 'scan' | 'deletion-request' | 'deletion-ack'

/**
 * Whether a pass that is attested `at` a time is dated behind all that went before it, from the scope on, as a reader of a verified store
 * will ask: what a clock dated otherwise is not signed, since no bundle with it would hold. One that was signed stays. @throws ClocksDiffer
 */
export async function requireInOrder({ evidence, ledger }: OrderPorts, ref: PassRef, at: string): Promise<void> {
  const { runId, storeId } = ref
  const find = (phase: Phase, pass?: number) =>
    ledger.find(identityOf(runId, phase === 'scope' ? undefined : storeId, pass, phase))
  const signed = async (phase: Phase, pass?: number): Promise<Moment[]> => {
    const found = await find(phase, pass)
    if (found === undefined) return []
    const { predicate } = parseStatement(parseEnvelope(found.envelope).payload)
    return 'times' in predicate
      ? [{ what: `the attestation of the ${phase}`, at: predicate.times.statementCreatedAt }]
      : []
  }
  if ((await find('scan', ref.pass)) !== undefined) return
  const moments = await signed('scope')
  for (let pass = 0; pass <= ref.pass; pass++) {
    const key = (document: 'request.json' | 'acknowledgement.json') => passKey({ ...ref, pass }, document)
    const coverage = await readDocument<Coverage>({ evidence }, passKey({ ...ref, pass }, 'coverage.json'))
    moments.push(...momentsOfListings(coverage, pass))
    if (pass === ref.pass) break
    moments.push(...(await signed('scan', pass)))
    const request = await readIfThere<DeletionRequest>({ evidence }, key('request.json'))
    if (request) moments.push(momentOfRequest(request, pass), ...(await signed('deletion-request', pass)))
    const answer = await readIfThere<Acknowledgement>({ evidence }, key('acknowledgement.json'))
    if (answer) moments.push(momentOfAnswer(answer, pass), ...(await signed('deletion-ack', pass)))
  }
  const wrong = firstOutOfOrder([...moments, { what: 'this attestation', at }])
  if (wrong !== undefined)
    throw new ClocksDiffer(
      `run ${runId}: store ${storeId}: pass ${ref.pass}: expected ${wrong.what} after what it follows, got an earlier time: a clock goes wrong, or was set`,
    )
}
