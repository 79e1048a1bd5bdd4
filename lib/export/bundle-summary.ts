import { leftOutTexts } from '../attestation/limitations.ts'
import { correctedReason, withoutGood } from '../attestation/to-correction.ts'
import type { Checkpoint } from '../log/checkpoint.ts'
import type { Verdict } from '../verdict/decide-verdict.ts'
import type { CheckedTimestamp } from './checks/timestamp.ts'
import type { Keys } from './checks/transition.ts'
import { attestationKeyFingerprint, type KeyFingerprint, logKeyFingerprint } from './key-fingerprint.ts'
import type { LeftOutTimestamp } from './left-out.ts'
import type { LogPart } from './report/period.ts'
import type { EvidenceOf, RunEvidence } from './run-evidence.ts'

/** What holds in a bundle that holds. */
export type BundleSummary = {
  /** Attestations in the bundle; the log has `size` of them. */
  entries: number
  runs: RunResult[]
  /** All stores of the scope of every run. */
  stores: StoreResult[]
  /** The newest checkpoint: the log's name, its size and its root in base64. */
  origin: string
  size: number
  root: string
  /** How many entries of the log are not in the bundle: before, between and behind those of its runs; absent where all are. */
  absent?: Absent
  /** Sizes of the older checkpoints that are proven to be beginnings of it. */
  olderCheckpoints: number[]
  /** The two keys in force, then those that are not any more, oldest first. */
  fingerprints: ShownKey[]
  /** False: nobody said whose keys these have to be, so the bundle proves only that it agrees with itself. */
  pinned: boolean
  /** False: the report and tables are of another version, so nobody compared them with the evidence. */
  companions: boolean
  /** The checkpoint that the auditor kept and that this log continues. */
  since?: { size: number }
  /** Absent where there are none. */
  timestamps?: CheckedTimestamp[]
  /** Those that were kept and do not hold, as whoever made the bundle says; absent where there are none. */
  leftOut?: LeftOutTimestamp[]
  /** Every check that was made, in order, and how many things it looked at. */
  checks: { name: string; count: number }[]
}

export type Absent = { before: number; between: number; after: number }

/**
 * `closed`: the run's summary is in the log. Until then the run is incomplete, whatever its stores are. `storesLeftOut`: what it admits of stores that it was begun
 * without, absent where there are none.
 */
export type RunResult = {
  runId: string
  closed: boolean
  result: Verdict
  reasons: string[]
  storesLeftOut?: string[]
  /** How many subjects it came to what for; absent where the summary says nothing of them. */
  subjects?: NonNullable<EvidenceOf<'run-summary'>['predicate']['subjects']>
}

/** `passes` counts the scans that were attested. A store whose verdict was not attested is incomplete. */
export type StoreResult = {
  runId: string
  storeId: string
  country?: string
  passes: number
  verdict: Verdict
  reasons: string[]
}

/** What was taken back does not count any more: no run with a correction is `verified`, or says what it came to for subjects. */
export function toRunResult(run: RunEvidence): RunResult {
  const storesLeftOut = leftOutTexts((run.summary ?? run.scope)?.predicate.limitations ?? [])
  return { ...resultOf(run), ...(storesLeftOut.length > 0 && { storesLeftOut }) }
}

function resultOf({ runId, corrections, summary }: RunEvidence): RunResult {
  const taken = corrections.map(reasonOf)
  if (!summary) return { runId, closed: false, result: 'incomplete', reasons: ['run: not closed', ...taken] }
  const { result, reasons, subjects } = summary.predicate
  if (taken.length > 0) return { runId, closed: true, result: withoutGood(result), reasons: [...reasons, ...taken] }
  return { runId, closed: true, result, reasons, ...(subjects && { subjects }) }
}

const reasonOf = ({ seq, predicate }: EvidenceOf<'correction'>) => correctedReason(seq, predicate.corrects.entry)

export function toStoreResults({ runId, scope, stores, corrections, summary }: RunEvidence): StoreResult[] {
  const judged = new Map(summary?.predicate.stores.map((store) => [store.storeId, store]))
  const countries = new Map(scope?.predicate.stores.map(({ storeId, country }) => [storeId, country]))
  const evidence = new Map(stores.map((store) => [store.storeId, store]))
  return [...new Set([...countries.keys(), ...judged.keys()])].map((storeId) => {
    const country = countries.get(storeId)
    const { result, reasons } = judged.get(storeId) ?? evidence.get(storeId)?.verification?.predicate ?? notAttested
    // What is about no store is about all of them.
    const taken = corrections.filter(({ predicate }) => (predicate.corrects.storeId ?? storeId) === storeId)
    return {
      runId,
      storeId,
      ...(country !== undefined && { country }),
      passes: evidence.get(storeId)?.scans.length ?? 0,
      verdict: taken.length > 0 ? withoutGood(result) : result,
      reasons: [...reasons, ...taken.map(reasonOf)],
    }
  })
}

const notAttested = { result: 'incomplete' as const, reasons: ['verdict: not attested'] }

export function toAbsentSection({ before, absent, after }: LogPart): { absent?: Absent } {
  const between = absent.reduce((sum, [from, to]) => sum + to - from + 1, 0)
  return before + between + after === 0 ? {} : { absent: { before, between, after } }
}

export function toCheckpointSection({ origin, size, root }: Checkpoint, older: readonly Checkpoint[]) {
  return {
    origin,
    size,
    root: Buffer.from(root).toString('base64'),
    olderCheckpoints: older.map((checkpoint) => checkpoint.size),
  }
}

/** In OpenSSH's form, and the SHA-256 (hex) of the SubjectPublicKeyInfo. `until`: the entry that ended its duty. */
export type ShownKey = { name: 'attestation' | 'log'; fingerprint: string; spkiSha256: string; until?: number }

export function toKeySection({ chains, pinned }: Keys): { fingerprints: ShownKey[]; pinned: boolean } {
  const shown = (['attestation', 'log'] as const).flatMap((name) => chains[name].map((key) => ({ name, ...key })))
  const ordered = [
    ...shown.filter(({ until }) => until === undefined),
    ...shown.filter(({ until }) => until !== undefined),
  ]
  return { fingerprints: ordered.map(toShownKey), pinned }
}

function toShownKey({ name, pem, until }: { name: 'attestation' | 'log'; pem: string; until?: number }): ShownKey {
  const print: KeyFingerprint = name === 'attestation' ? attestationKeyFingerprint(pem) : logKeyFingerprint(pem)
  const { openssh, spkiSha256 } = print
  return { name, fingerprint: openssh, spkiSha256, ...(until !== undefined && { until }) }
}
