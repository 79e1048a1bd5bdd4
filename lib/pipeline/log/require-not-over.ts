import { identityOf, identityOfStatement, type Statement } from '../../attestation/statement.ts'
import { EvidenceConflict } from '../../errors.ts'
import type { Evidence, Ledger } from '../../ports.ts'
import { runKey, storeKey } from '../evidence/evidence-keys.ts'

/**
 * The identities of what ends whatever a statement is a part of: once one of them is in the log it is too late for this one, since no
 * bundle would hold that has it behind them. A summary is too late behind the verdict on a store that it says none is attested of. Nothing
 * ends what a correction or a change of a key is about.
 */
export function endsOf({ predicate }: Statement): string[] {
  if (predicate.phase === 'correction' || predicate.phase === 'key-transition') return []
  const { runId, phase } = predicate
  const verdictOn = (storeId: string) => identityOf(runId, storeId, undefined, 'verification')
  if (predicate.phase === 'run-summary') {
    const counted = new Set(predicate.inputs.map(({ name }) => name))
    return predicate.stores.flatMap(({ storeId }) => (counted.has(storeId) ? [] : [verdictOn(storeId)]))
  }
  const ofStore = 'storeId' in predicate && phase !== 'verification' ? [predicate.storeId] : []
  return [identityOf(runId, undefined, undefined, 'run-summary'), ...ofStore.map(verdictOn)]
}

/**
 * Whoever redrives an execution of a run, or of a store, that was judged without what it attests comes too late, also before that is signed.
 * What is in the log stays. @throws EvidenceConflict
 */
export async function requireOpen(
  { evidence, ledger }: { evidence: Pick<Evidence, 'has'>; ledger: Pick<Ledger, 'find'> },
  statement: Statement,
): Promise<void> {
  const { predicate } = statement
  if (predicate.phase === 'run-summary' || endsOf(statement).length === 0 || !('runId' in predicate)) return
  if ((await ledger.find(identityOfStatement(statement)))?.seq !== undefined) return
  const { runId, phase } = predicate
  const isCounted = 'storeId' in predicate && phase !== 'verification'
  // The report counts what was attested before it.
  if (isCounted && (await evidence.has(storeKey(runId, predicate.storeId, 'report.json')))) throw tooLate()
  if (await evidence.has(runKey(runId, 'summary.json'))) throw tooLate()
}

/** @throws EvidenceConflict when the log has one of them */
export async function requireNotOver(ledger: Pick<Ledger, 'find'>, ends: readonly string[]): Promise<void> {
  for (const each of ends) if ((await ledger.find(each))?.seq !== undefined) throw tooLate()
}

const tooLate = () =>
  new EvidenceConflict(
    'attest: expected a run, and a store, that have no verdict yet: what comes now is in none, or lacks one. Begin another run',
  )
