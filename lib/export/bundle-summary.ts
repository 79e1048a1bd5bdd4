import type { Verdict } from '../verdict/decide-verdict.ts'
import type { Checkpoints } from './checks/checkpoint.ts'
import type { Keys } from './checks/keys.ts'
import type { KeyFingerprint } from './key-fingerprint.ts'
import type { RunEvidence } from './run-evidence.ts'

/** What holds in a bundle that holds. */
export type BundleSummary = {
  /** Attestations in the bundle; `checkpoint.size` is how many the log has. */
  entries: number
  runs: RunResult[]
  /** `root` in base64, as the checkpoint has it. */
  checkpoint: { origin: string; size: number; root: string }
  /** Older checkpoints that are proven to be beginnings of this one. */
  olderCheckpoints: number[]
  keys: { attestation: KeyFingerprint; log: KeyFingerprint }
  /** False: nobody said whose keys these have to be, so the bundle proves only that it agrees with itself. */
  pinned: boolean
  /** The checkpoint that the auditor kept and that this log continues. */
  since?: { size: number }
  /** Every check that was made, in order, and how many things it looked at. */
  checks: { name: string; count: number }[]
}

/**
 * One run. `closed`: its summary is in the log. Until then, and for a store without an attested verdict, there is no
 * result: that is not a clean one.
 */
export type RunResult = {
  runId: string
  closed: boolean
  result?: Verdict
  reasons: string[]
  /** All stores of the scope. `passes` counts the scans that were attested. */
  stores: { storeId: string; country?: string; passes: number; verdict?: Verdict; reasons: string[] }[]
}

export function toRunResult({ runId, scope, stores, summary }: RunEvidence): RunResult {
  const judged = new Map(summary?.predicate.stores.map((store) => [store.storeId, store]))
  const countries = new Map(scope?.predicate.stores.map(({ storeId, country }) => [storeId, country]))
  const found = new Map(stores.map((store) => [store.storeId, store]))
  return {
    runId,
    closed: summary !== undefined,
    ...(summary && { result: summary.predicate.result }),
    reasons: summary?.predicate.reasons ?? [],
    stores: [...new Set([...countries.keys(), ...judged.keys()])].map((storeId) => {
      const country = countries.get(storeId)
      const decided = judged.get(storeId) ?? found.get(storeId)?.verification?.predicate
      return {
        storeId,
        ...(country !== undefined && { country }),
        passes: found.get(storeId)?.scans.length ?? 0,
        ...(decided && { verdict: decided.result }),
        reasons: decided?.reasons ?? [],
      }
    }),
  }
}

export function checkpointOf({ newest, older }: Checkpoints) {
  const { origin, size, root } = newest
  return {
    checkpoint: { origin, size, root: Buffer.from(root).toString('base64') },
    olderCheckpoints: older.map((each) => each.size),
  }
}

export function keysOf({ fingerprints, pinned }: Keys) {
  return { keys: fingerprints, pinned }
}
