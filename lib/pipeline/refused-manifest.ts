import type { RunOutcome } from '../attestation/to-run-summary.ts'
import type { Evidence } from '../ports.ts'
import { formatDocument, readDocument } from './evidence/documents.ts'
import { runKey } from './evidence/evidence-keys.ts'

/** Why a run's manifest was refused, as it is or for what is to be done with it: what is wrong, and the first bad rows by line. It stays in the evidence and is never exported. */
type Refusal = { schemaVersion: 1; reasons: string[] }

const keyOf = (runId: string) => runKey(runId, 'manifest-refused.json')

const refusals: ReadonlySet<string> = new Set(['ManifestInvalid', 'ConfigInvalid'])

/** Writes down why a manifest was refused, for who asks after the run has ended. The error goes on. */
export async function tellRefusal<T>(evidence: Evidence, runId: string, work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (error instanceof Error && refusals.has(error.name)) {
      const refusal: Refusal = { schemaVersion: 1, reasons: error.message.split('\n').map((line) => line.trim()) }
      await evidence.put(keyOf(runId), formatDocument(refusal))
    }
    throw error
  }
}

/**
 * Stores without a verdict, for people, with the reason why a refused manifest left them without one. Statements say that there is none,
 * and which error it was.
 */
export async function withRefusal<S extends { storeId: string; reasons: string[] }>(
  ports: { evidence: Evidence },
  { runId, failure, verdicts }: Pick<RunOutcome, 'failure' | 'verdicts'> & { runId: string },
  stores: readonly S[],
): Promise<S[]> {
  const isRefused = refusals.has(failure?.error ?? '') && (await ports.evidence.has(keyOf(runId)))
  if (!isRefused) return [...stores]
  const { reasons } = await readDocument<Refusal>(ports, keyOf(runId))
  return stores.map((store) =>
    verdicts.some(({ storeId }) => storeId === store.storeId) ? store : { ...store, reasons },
  )
}
