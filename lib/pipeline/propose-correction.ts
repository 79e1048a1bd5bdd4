import { hash } from 'node:crypto'
import { verifyEnvelope } from '../attestation/envelope.ts'
import { attestationKeyAt } from '../attestation/key-chain.ts'
import { identityOfStatement, parseStatement, type Statement } from '../attestation/statement.ts'
import {
  type CorrectionDocument,
  correctedReason,
  correctionDocument,
  correctionName,
  correctionStatement,
} from '../attestation/to-correction.ts'
import { EvidenceConflict, InputInvalid, NotKnown } from '../errors.ts'
import { parseEvidence } from '../evidence-json.ts'
import { gateForms } from '../export/leak-gate/gate-document.ts'
import { prepareViews } from '../export/leak-gate/prepare-views.ts'
import { searchViews } from '../export/leak-gate/search-views.ts'
import { contextOf } from '../export/restate.ts'
import type { Ports, PublicKeys } from '../ports.ts'
import { openRunIndex } from './evidence/documents.ts'
import { runKey } from './evidence/evidence-keys.ts'
import { readAttestationKeys } from './keys/key-chains.ts'
import { correctionWords, parseInput, proposeInput } from './task-input.ts'

type ProposePorts = Pick<Ports, 'clock' | 'evidence' | 'largeEvidence' | 'caseKey' | 'runState' | 'ledger' | 'tool'> &
  Reader
type Reader = { attestationSigner: PublicKeys }
type ComposePorts = Pick<Ports, 'clock' | 'evidence' | 'ledger' | 'tool'> & Reader

/** What is taken back, and with which entry: absent as long as the correction is not in the log. */
export type Proposed = Pick<CorrectionDocument['corrects'], 'entry' | 'phase' | 'storeId'> & {
  runId: string
  seq?: number
}

/**
 * Writes down that an entry of the log is taken back, once: what stood on it counts as `incomplete` when `attest` has signed that. What
 * people wrote is searched for every identifier in scope before anything is written, since a log forgets nothing. Durable steps: the
 * document; once it is in the log, the list of runs, which holds no evidence. Repeating it after `attest` says where it is in the log.
 *
 * @throws NotKnown when there is no such entry @throws InputInvalid when it cannot be taken back, or the words name a subject
 * @throws EvidenceConflict when it was taken back before in other words
 */
export async function proposeCorrection(ports: ProposePorts, input: unknown): Promise<Proposed> {
  const { entry, ...words } = parseInput('propose-correction', proposeInput, input)
  const { evidence, ledger } = ports
  const { correction, statement } = await toCorrection(ports, entry, words)
  const { runId, corrects } = correction
  await requireNobodyNamed(ports, runId, words)
  const document = correctionDocument(correction)
  const { sha256 } = await evidence.put(correctionName(runId, entry), document)
  if (sha256 !== hash('sha256', document, 'hex'))
    throw new EvidenceConflict(
      `correct: entry ${entry}: expected the words in which it was taken back before, got others`,
    )
  const seq = (await ledger.find(identityOfStatement(statement)))?.seq
  if (seq !== undefined) await markRun(ports, correction, seq)
  const { phase, storeId } = corrects
  return { runId, entry, phase, ...(storeId !== undefined && { storeId }), ...(seq !== undefined && { seq }) }
}

/**
 * The statement of a correction that was written down. Whoever signs it believes nothing of the document but the words.
 * @throws EvidenceMissing when it was not written down @throws EvidenceConflict when it says something else of the entry than the log
 */
export async function composeCorrection(
  ports: ComposePorts,
  { runId, entry }: { runId: string; entry: number },
): Promise<Statement> {
  const name = correctionName(runId, entry)
  const stored = await ports.evidence.get(name)
  const words = parseInput('attest', correctionWords, parseEvidence(Buffer.from(stored).toString(), name))
  const { correction, statement } = await toCorrection(ports, entry, words)
  if (correction.runId !== runId || !Buffer.from(stored).equals(correctionDocument(correction)))
    throw new EvidenceConflict(`correct: entry ${entry}: expected what the log says of it, got something else`)
  return statement
}

async function toCorrection(
  ports: ComposePorts,
  entry: number,
  { explanation, approvedBy }: Pick<CorrectionDocument, 'explanation' | 'approvedBy'>,
): Promise<{ correction: CorrectionDocument; statement: Statement }> {
  const { tool, clock } = ports
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
  return { correction, statement: said }
}

async function readEntry({ ledger, attestationSigner }: Pick<ComposePorts, 'ledger'> & Reader, entry: number) {
  const keys = await readAttestationKeys(ledger, attestationSigner)
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
  const { hits } = await searchViews(
    prepareViews(() => views, 'once'),
    index,
    gateForms,
  )
  if (hits[0] !== undefined)
    throw new InputInvalid(`correct: ${hits[0].path}: line ${hits[0].record}: expected no identifier in scope, got one`)
}

/** The list of runs shows no verdict that was taken back. */
async function markRun(
  { runState }: Pick<Ports, 'runState'>,
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
