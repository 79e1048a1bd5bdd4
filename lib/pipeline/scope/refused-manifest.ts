import type { RunOutcome } from '../../attestation/to-run-summary.ts'
import type { Evidence } from '../../ports.ts'
import { formatDocument, readIfThere } from '../evidence/documents.ts'
import { runKey } from '../evidence/evidence-keys.ts'

/** Why a run's manifest was refused, as it is or for what is to be done with it: what is wrong, and the first bad rows by line. It stays in the evidence and is never exported. */
type Refusal = { schemaVersion: 1; reasons: string[] }

const keyOf = (runId: string) => runKey(runId, 'manifest-refused.json')

const refusals: ReadonlySet<string> = new Set(['ManifestInvalid', 'ConfigInvalid'])

/** Writes down why a manifest was refused, for who asks after the run has ended; of several refusals the first. The error goes on. */
export async function tellRefusal<T>(evidence: Evidence, runId: string, work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (error instanceof Error && refusals.has(error.name) && !(await evidence.has(keyOf(runId)))) {
      const refusal: Refusal = { schemaVersion: 1, reasons: error.message.split('\n').map((line) => line.trim()) }
      await evidence.put(keyOf(runId), formatDocument(refusal))
    }
    throw error
  }
}

/** The reason of a store before whose deletion the manifest was asked again and refused. */
const isRefusedLater = (reason: string) =>
  [...refusals].some((error) =>
    ['ConfirmScope', 'ConfirmScopeAgain'].some((state) => reason === `failure: ${error} in ${state}`),
  )

/**
 * Stores, for people, with the reason why a refused manifest left them without a verdict or without a deletion. Statements say that it
 * did, and which error it was.
 */
export async function withRefusal<S extends { storeId: string; reasons: string[] }>(
  ports: { evidence: Evidence },
  { runId, failure, verdicts }: Pick<RunOutcome, 'failure' | 'verdicts'> & { runId: string },
  stores: readonly S[],
): Promise<S[]> {
  const hasVerdict = (store: S) => verdicts.some(({ storeId }) => storeId === store.storeId)
  const isRefused = (store: S) =>
    hasVerdict(store) ? store.reasons.some(isRefusedLater) : refusals.has(failure?.error ?? '')
  const refusal = stores.some(isRefused) ? await readIfThere<Refusal>(ports, keyOf(runId)) : undefined
  if (refusal === undefined) return [...stores]
  const { reasons } = refusal
  return stores.map((store) => {
    if (!isRefused(store)) return store
    return { ...store, reasons: hasVerdict(store) ? [...store.reasons, ...reasons] : reasons }
  })
}
