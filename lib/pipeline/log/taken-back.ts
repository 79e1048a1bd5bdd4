import { basename } from 'node:path'
import { parseEnvelope } from '../../attestation/envelope.ts'
import { identityOf, parseStatement } from '../../attestation/statement.ts'
import {
  type CorrectablePhase,
  type CorrectionDocument,
  correctedReason,
  withoutGood,
} from '../../attestation/to-correction.ts'
import type { decideRun } from '../../attestation/to-run-summary.ts'
import { EvidenceConflict } from '../../errors.ts'
import type { Evidence, Ledger, Ports } from '../../ports.ts'
import { readDocument } from '../evidence/documents.ts'
import { correctionsPrefix, type PassRef, storeKey } from '../evidence/evidence-keys.ts'

type Decided = ReturnType<typeof decideRun>
/** Without a store it is about all of them. */
type Correction = { storeId?: string; reason: string }

/**
 * What a run came to, without what was taken back since: its documents say what they said, and whoever shows a verdict asks
 * the log as well. A correction is written down before it is signed, so that none in the log is missed.
 */
export async function withoutTakenBack(
  ports: { evidence: Pick<Evidence, 'list'>; ledger: Pick<Ledger, 'find'> },
  runId: string,
  { result, reasons, stores }: Decided,
): Promise<Decided> {
  const corrections = await readCorrections(ports, runId)
  if (corrections.length === 0) return { result, reasons, stores }
  return {
    result: withoutGood(result),
    reasons: [...reasons, ...corrections.map(({ reason }) => reason)],
    stores: stores.map((store) => {
      const taken = corrections.filter(({ storeId = store.storeId }) => storeId === store.storeId)
      if (taken.length === 0) return store
      const all = [...store.reasons, ...taken.map(({ reason }) => reason)]
      return { ...store, result: withoutGood(store.result), reasons: all }
    }),
  }
}

async function readCorrections(
  { evidence, ledger }: Parameters<typeof withoutTakenBack>[0],
  runId: string,
): Promise<Correction[]> {
  const corrections: Correction[] = []
  for await (const key of evidence.list(correctionsPrefix(runId))) {
    const entry = basename(key, '.json')
    const logged = await ledger.find(identityOf(runId, undefined, undefined, 'correction', entry))
    if (logged?.seq === undefined) continue
    const { predicate } = parseStatement(parseEnvelope(logged.envelope).payload)
    const storeId = predicate.phase === 'correction' ? predicate.corrects.storeId : undefined
    const reason = correctedReason(logged.seq, Number(entry))
    corrections.push({ ...(storeId !== undefined && { storeId }), reason })
  }
  return corrections
}

/** What a deletion stands on. */
const grounds: readonly CorrectablePhase[] = ['scope', 'scan', 'deletion-request']

/**
 * Whether somebody took back what the requests about a store stand on: nothing may be deleted because of them then. What was
 * written down counts, also before it is signed.
 */
export async function isTakenBack(
  { evidence }: Pick<Ports, 'evidence'>,
  { runId, storeId }: { runId: string; storeId: string },
): Promise<boolean> {
  for await (const key of evidence.list(correctionsPrefix(runId))) {
    const { corrects } = await readDocument<CorrectionDocument>({ evidence }, key)
    const { phase, storeId: about = storeId } = corrects
    if (about === storeId && grounds.includes(phase)) return true
  }
  return false
}

/** Whether a run's scope was taken back: nothing is requested or deleted in any of its stores then. */
export async function isScopeTakenBack({ evidence }: Pick<Ports, 'evidence'>, runId: string): Promise<boolean> {
  for await (const key of evidence.list(correctionsPrefix(runId))) {
    const { corrects } = await readDocument<CorrectionDocument>({ evidence }, key)
    if (corrects.phase === 'scope') return true
  }
  return false
}

/** Whether anything that a run said was taken back; what was written down counts, also before it is signed. */
export async function isPartlyTakenBack({ evidence }: Pick<Ports, 'evidence'>, runId: string): Promise<boolean> {
  for await (const _ of evidence.list(correctionsPrefix(runId))) return true
  return false
}

/**
 * An execution that was stopped is gone on with (redriven) long after the run judged its store without it: the verdict ends what may be deleted.
 * @throws EvidenceConflict when it was taken back, or the store has its verdict
 */
export async function requireStanding(ports: Pick<Ports, 'evidence'>, ref: PassRef): Promise<void> {
  if (await ports.evidence.has(storeKey(ref.runId, ref.storeId, 'report.json')))
    throw new EvidenceConflict(
      `run ${ref.runId}: store ${ref.storeId}: deletion: expected a store without a verdict, and the run has judged it: begin another run`,
    )
  if (await isTakenBack(ports, ref))
    throw new EvidenceConflict(
      `run ${ref.runId}: store ${ref.storeId}: deletion: expected what it stands on, and that was taken back`,
    )
}
