import { hash } from 'node:crypto'
import { verifyEnvelope } from '../attestation/envelope.ts'
import { attestationKeyAt } from '../attestation/key-chain.ts'
import { parseStatement } from '../attestation/statement.ts'
import {
  type CorrectionDocument,
  correctedReason,
  correctionDocument,
  correctionName,
  correctionStatement,
} from '../attestation/to-correction.ts'
import { EvidenceConflict, InputInvalid, NotKnown } from '../errors.ts'
import { gateForms } from '../export/leak-gate/gate-document.ts'
import { searchViews } from '../export/leak-gate/search-views.ts'
import { contextOf } from '../export/restate.ts'
import type { Ports } from '../ports.ts'
import { appendAttestation } from './append-attestation.ts'
import { openRunIndex } from './documents.ts'
import { runKey } from './evidence-keys.ts'
import { readAttestationKeys } from './key-chains.ts'

type CorrectPorts = Pick<Ports, 'clock' | 'evidence' | 'largeEvidence' | 'caseKey' | 'runState' | 'ledger' | 'tool'> & {
  attestationSigner: Ports['attestationSigner']
}

/**
 * Takes back an entry of the log, once: what stood on it counts as `incomplete` from then on. What people wrote is searched for every
 * identifier in scope before anything is written, since a log forgets nothing. Durable steps: the document, the attestation as
 * everywhere, and last the list of runs, which holds no evidence.
 *
 * @throws NotKnown when there is no such entry @throws InputInvalid when it cannot be taken back, or the words name a subject
 * @throws EvidenceConflict when it was taken back before in other words
 */
export async function correctEntry(
  ports: CorrectPorts,
  { entry, explanation, approvedBy }: { entry: number; explanation: string; approvedBy: string },
): Promise<{ seq: number } & CorrectionDocument> {
  const { evidence, tool, clock } = ports
  const { statement, envelopeSha256 } = await readEntry(ports, entry)
  const { predicate } = statement
  if (predicate.phase === 'key-transition' || predicate.phase === 'correction')
    throw new InputInvalid(`correct: entry ${entry}: expected an attestation about a run, got a ${predicate.phase}`)
  const correction: CorrectionDocument = {
    schemaVersion: 1,
    runId: predicate.runId,
    corrects: {
      entry,
      phase: predicate.phase,
      ...('storeId' in predicate && { storeId: predicate.storeId }),
      ...('pass' in predicate && { pass: predicate.pass }),
      envelopeSha256,
    },
    explanation,
    approvedBy,
  }
  const context = contextOf({ ...statement, predicate })
  const said = correctionStatement(
    {
      ...context,
      tool: { ...tool, configSha256: context.tool.configSha256 },
      createdAt: clock().toISOString(),
    },
    correction,
  )
  await requireNobodyNamed(ports, predicate.runId, { explanation, approvedBy })
  const document = correctionDocument(correction)
  const { sha256 } = await evidence.put(correctionName(predicate.runId, entry), document)
  if (sha256 !== hash('sha256', document, 'hex'))
    throw new EvidenceConflict(
      `correct: entry ${entry}: expected the words in which it was taken back before, got others`,
    )
  const { seq } = await appendAttestation(ports, said)
  await markRun(ports, correction, seq)
  return { seq, ...correction }
}

async function readEntry({ ledger, attestationSigner }: CorrectPorts, entry: number) {
  const keys = await readAttestationKeys(ledger, await attestationSigner.publicKey())
  for await (const { seq, envelope } of ledger.entries(entry, entry + 1)) {
    if (seq !== entry) break
    const { payload } = verifyEnvelope(envelope, attestationKeyAt({ attestation: keys }, seq))
    return { statement: parseStatement(payload), envelopeSha256: hash('sha256', envelope, 'hex') }
  }
  throw new NotKnown(`correct: entry ${entry}: expected one of the log, got none`)
}

/** A run that failed before its manifest was compiled has nobody in scope. */
async function requireNobodyNamed(
  ports: Pick<Ports, 'evidence' | 'largeEvidence' | 'caseKey'>,
  runId: string,
  words: { explanation: string; approvedBy: string },
): Promise<void> {
  if (!(await ports.evidence.has(runKey(runId, 'subject-index')))) return
  const { index } = await openRunIndex(ports, runId)
  const views = Object.entries(words).map(([path, text]) => ({ path, bytes: new TextEncoder().encode(text) }))
  const { hits } = await searchViews(views, index, gateForms)
  if (hits[0] !== undefined)
    throw new InputInvalid(`correct: ${hits[0].path}: line ${hits[0].record}: expected no identifier in scope, got one`)
}

/** The list of runs shows no verdict that was taken back. */
async function markRun(
  { runState }: CorrectPorts,
  { runId, corrects }: CorrectionDocument,
  seq: number,
): Promise<void> {
  const run = await runState.getRun(runId)
  if (run === undefined) return
  const reason = correctedReason(seq, corrects.entry)
  const stores = run.stores.map((store) => {
    const isMeant = corrects.storeId === undefined || corrects.storeId === store.storeId
    if (!isMeant || store.reasons?.includes(reason)) return store
    const verdict = store.verdict === 'verified' ? 'incomplete' : store.verdict
    return { ...store, ...(verdict !== undefined && { verdict }), reasons: [...(store.reasons ?? []), reason] }
  })
  await runState.putRun({ ...run, stores })
}
