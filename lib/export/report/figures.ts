import type { Verdict } from '../../verdict/decide-verdict.ts'
import type { RunResult } from '../bundle-summary.ts'
import { toRunResult, toStoreResults } from '../bundle-summary.ts'
import type { RunEvidence, StoreEvidence } from '../run-evidence.ts'

/**
 * What the files for people are made of, computed from the statements and documents of a bundle alone. `runs` in the order
 * of the log; `latest` is the last of them, which the report describes in full. `stores` are those of all runs.
 */
export type Figures = {
  organization: string
  runs: (RunResult & { startedAt?: string; stores: StoreFigures[] } & Pick<RunEvidence, 'corrections'>)[]
  latest: Figures['runs'][number]
  stores: StoreHistory[]
  limitations: string[]
}

/** One store in one run. `evidence` is absent when nothing about it was attested. */
export type StoreFigures = {
  storeId: string
  country?: string
  verdict: Verdict
  reasons: string[]
  evidence?: StoreEvidence
}

/** One store over all runs of the bundle. `since`: the run with which its present verdict began;
 * `goneSince`: when that was signed, if the verdict is `verified` and data was found before. */
export type StoreHistory = {
  storeId: string
  country?: string
  custodian?: string
  verdicts: { runId: string; verdict: Verdict }[]
  since: string
  firstFoundAt?: string
  goneSince?: string
}

/** @throws Error when there is no run */
export function toFigures(evidence: readonly RunEvidence[]): Figures {
  const runs = evidence.map((run) => ({
    ...toRunResult(run),
    ...startOf(run),
    stores: storesOf(run),
    corrections: run.corrections,
  }))
  const latest = runs.at(-1)
  if (latest === undefined) throw new Error('report: expected at least one run')
  const statements = evidence.flatMap(attestedOf)
  return {
    organization: new URL(statements.at(-1)!.statement.predicateType).hostname,
    runs,
    latest,
    stores: [...new Set(runs.flatMap(({ stores }) => stores.map(({ storeId }) => storeId)))].map((storeId) =>
      historyOf(storeId, runs),
    ),
    limitations: [...new Set(statements.flatMap(({ predicate }) => predicate.limitations))],
  }
}

/** Every attestation of a run, in the order of the log. */
export function attestedOf({ scope, stores, corrections, summary }: RunEvidence) {
  const ofStores = stores.flatMap(({ scans, requests, answers, verification }) =>
    [...scans, ...requests, ...answers, verification ?? []].flat(),
  )
  return [scope ?? [], ...ofStores, summary ?? [], ...corrections].flat().sort((a, b) => a.seq - b.seq)
}

function startOf(run: RunEvidence): { startedAt?: string } {
  const first = attestedOf(run)[0]
  return first === undefined ? {} : { startedAt: first.predicate.times.statementCreatedAt }
}

function storesOf(run: RunEvidence): StoreFigures[] {
  return toStoreResults(run).map(({ storeId, country, verdict, reasons }) => {
    const evidence = run.stores.find((store) => store.storeId === storeId)
    return {
      storeId,
      ...(country !== undefined && { country }),
      verdict,
      reasons,
      ...(evidence && { evidence }),
    }
  })
}

function historyOf(storeId: string, runs: Figures['runs']): StoreHistory {
  const own = runs.flatMap(({ runId, stores }) =>
    stores.filter((store) => store.storeId === storeId).map((store) => ({ runId, store })),
  )
  const newest = own.at(-1)!
  const changed = own.findLastIndex(({ store }) => store.verdict !== newest.store.verdict)
  const found = own
    .flatMap(({ store }) => store.evidence?.scans ?? [])
    .find(({ predicate }) => predicate.scan.found.versions > 0)
  const since = own[changed + 1]!
  const goneSince =
    found && newest.store.verdict === 'verified'
      ? since.store.evidence?.verification?.predicate.times.statementCreatedAt
      : undefined
  const custodian = own.flatMap(({ store }) => store.evidence?.verification?.predicate.store.custodian ?? []).at(-1)
  return {
    storeId,
    ...(newest.store.country !== undefined && { country: newest.store.country }),
    ...(custodian !== undefined && { custodian }),
    verdicts: own.map(({ runId, store }) => ({ runId, verdict: store.verdict })),
    since: since.runId,
    ...(found && { firstFoundAt: found.predicate.times.statementCreatedAt }),
    ...(goneSince !== undefined && { goneSince }),
  }
}
