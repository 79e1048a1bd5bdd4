import type { Verdict } from '../verdict/decide-verdict.ts'
import type { Predicate, RunPhase, Statement } from './statement.ts'
import { headOf, type StatementContext, tailOf, toStatement } from './statement-context.ts'
import { optional, scopeOf } from './statement-sections.ts'

export type Correction = Extract<Predicate, { phase: 'correction' }>
/** What can be taken back: what was said of a run, but no correction, since that could make a verdict better again. */
export type CorrectablePhase = Exclude<RunPhase, 'correction'>

/**
 * An earlier attestation that does not hold, and why. It only takes back: a verdict that stood on it counts as `incomplete`, a
 * `residual` stays one, and what would hold in its place is for another run to show.
 */
export type CorrectionDocument = {
  schemaVersion: 1
  runId: string
  corrects: { entry: number; phase: CorrectablePhase; storeId?: string; pass?: number; envelopeSha256: string }
  /** What people wrote, without any identifier. */
  explanation: string
  approvedBy: string
}

/** What is left of a verdict that was taken back: it can only become worse. */
export const withoutGood = (verdict: Verdict): Verdict => (verdict === 'residual' ? 'residual' : 'incomplete')

/** What stands beside a verdict that was taken back. */
export const correctedReason = (seq: number, entry: number) => `corrected: entry ${seq} takes back entry ${entry}`

const limitations = ['A correction says that an attestation does not hold, and not what would hold in its place.']

/** The context is the run's own: its scope, its configuration. The document follows from what the statement says, byte for byte. */
export function correctionStatement(context: StatementContext, correction: CorrectionDocument): Statement {
  const { runId, corrects, explanation, approvedBy } = correction
  const { entry, phase, storeId, pass, envelopeSha256 } = corrects
  return toStatement(
    context,
    { name: correctionName(runId, entry), body: correctionDocument(correction) },
    {
      ...headOf(context),
      phase: 'correction',
      result: 'not-applicable',
      supersedes: [envelopeSha256],
      corrects: { entry, phase, ...optional({ storeId, pass }) },
      explanation,
      approvedBy,
      ...optional({ scope: context.scope && scopeOf(context) }),
      ...tailOf({ ...context, limitations }),
    },
  )
}

export const correctionName = (runId: string, entry: number) => `runs/${runId}/corrections/${entry}.json`

export function correctionDocument({ runId, corrects, explanation, approvedBy }: CorrectionDocument): Uint8Array {
  const { entry, phase, storeId, pass, envelopeSha256 } = corrects
  const model: CorrectionDocument = {
    schemaVersion: 1,
    runId,
    corrects: { entry, phase, ...optional({ storeId, pass }), envelopeSha256 },
    explanation,
    approvedBy,
  }
  return new TextEncoder().encode(`${JSON.stringify(model, null, 1)}\n`)
}

/** What a statement says, as its document has it. */
export function correctionOf({ runId, supersedes, corrects, explanation, approvedBy }: Correction): CorrectionDocument {
  return {
    schemaVersion: 1,
    runId,
    corrects: { ...corrects, envelopeSha256: supersedes[0]! } as CorrectionDocument['corrects'],
    explanation,
    approvedBy,
  }
}
