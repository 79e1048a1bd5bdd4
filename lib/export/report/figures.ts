import { isDeepStrictEqual } from 'node:util'
import { waysOf } from '../../attestation/limitations.ts'
import type { KeyProtection } from '../../attestation/statement.ts'
import type { Verdict } from '../../verdict/decide-verdict.ts'
import type { RunResult } from '../bundle-summary.ts'
import { toRunResult, toStoreResults } from '../bundle-summary.ts'
import type { ScopeDocument } from '../run-documents.ts'
import type { RunEvidence, StoreEvidence } from '../run-evidence.ts'
import type { Answerable } from './wording.ts'

/**
 * What the files for people are made of, computed from the statements and documents of a bundle alone. `runs` in the order
 * of the log; `latest` is the last of them, which the report describes in full. `stores` are those of all runs. `limitations` are what
 * the last run admits, and `otherLimitations` what only others do.
 */
export type Figures = {
  organization: string
  runs: (RunResult & {
    startedAt?: string
    population?: number
    unconfirmedRows?: number
    stores: StoreFigures[]
  } & Answerable &
    Pick<RunEvidence, 'corrections'>)[]
  latest: Figures['runs'][number]
  stores: StoreHistory[]
  /** What kept the keys of all runs, as far as all statements say; a file where one says so. */
  keyProtection?: KeyProtection
  limitations: string[]
  otherLimitations: string[]
}

/** One store in one run. `evidence` is absent when nothing about it was attested. */
export type StoreFigures = {
  storeId: string
  country?: string
  verdict: Verdict
  reasons: string[]
  evidence?: StoreEvidence
}

/** One store over all runs of the bundle, in the order in which it was seen. `since`: the run with which its present verdict began;
 * `goneSince`: when that was signed, if the verdict is `verified`, data was found before, all runs looked at the same place, and whom
 * each found a verified one looked for again. */
export type StoreHistory = {
  storeId: string
  country?: string
  custodian?: string
  verdicts: { runId: string; verdict: Verdict; reasons: string[] }[]
  since: string
  firstFoundAt?: string
  goneSince?: string
}

/** @throws Error when there is no run */
export function toFigures(evidence: readonly RunEvidence[]): Figures {
  const runs = evidence.map((run) => ({
    ...toRunResult(run),
    ...startOf(run),
    ...answerableOf(run),
    ...(run.scope && { population: run.scope.predicate.scope.population, ...unconfirmedOf(run.scope.model) }),
    stores: storesOf(run),
    corrections: run.corrections,
  }))
  const latest = runs.at(-1)
  if (latest === undefined) throw new Error('report: expected at least one run')
  const statements = evidence.flatMap(attestedOf)
  const limitations = limitationsOf(evidence.slice(-1))
  return {
    organization: new URL(statements.at(-1)!.statement.predicateType).hostname,
    runs,
    latest,
    stores: [...new Set(runs.flatMap(({ stores }) => stores.map(({ storeId }) => storeId)))].map((storeId) =>
      historyOf(storeId, runs),
    ),
    ...protectionOf(statements),
    limitations,
    otherLimitations: limitationsOf(evidence.slice(0, -1)).filter((each) => !limitations.includes(each)),
  }
}

const unconfirmedOf = ({ manifest: { notYetTransferred: rows } }: ScopeDocument) =>
  rows === undefined ? {} : { unconfirmedRows: rows }

/** Every statement of a run says the same of these. */
function answerableOf(run: RunEvidence): Answerable {
  const predicate = attestedOf(run).at(-1)?.predicate
  return {
    ...(predicate?.people && { people: predicate.people }),
    ...(predicate?.retention && { retention: predicate.retention }),
    ...(predicate?.scope?.manifest.party !== undefined && { manifest: predicate.scope.manifest }),
  }
}

function protectionOf(statements: ReturnType<typeof attestedOf>): { keyProtection?: KeyProtection } {
  const said = new Set(statements.map(({ predicate }) => predicate.signer?.keyProtection))
  if (said.has('key-file')) return { keyProtection: 'key-file' }
  return said.has(undefined) ? {} : { keyProtection: 'kms' }
}

const limitationsOf = (evidence: readonly RunEvidence[]) => [
  ...new Set(evidence.flatMap(attestedOf).flatMap(({ predicate }) => predicate.limitations)),
]

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

/**
 * What runs say of one store, in the order in which they saw it: by the beginning of their last inventory of it, or of the run where there
 * is none. Runs overlap: one that waits for a custodian sees the store again after others that began later.
 */
export function inOrderSeen<T extends { at?: string; store: StoreFigures }>(ofStore: readonly T[]): T[] {
  const seenAt = ({ at = '', store }: T) => store.evidence?.scans.at(-1)?.model.inventory.startedAt ?? at
  return ofStore.toSorted((a, b) => Number(seenAt(a) > seenAt(b)) - Number(seenAt(a) < seenAt(b)))
}

/** Whether a store is where it was in another run, as far as evidence says where: a bucket under the same name may be another one. */
export function isSamePlace(one: StoreFigures, other: StoreFigures): boolean {
  const [a, b] = [one, other].map(({ evidence }) => evidence?.scans[0]?.predicate.store)
  if (a === undefined || b === undefined) return true
  return a.kind === b.kind && a.uri === b.uri && a.region === b.region && a.account === b.account
}

export const custodianOf = ({ evidence }: StoreFigures): string | undefined =>
  (evidence?.verification ?? evidence?.scans.at(-1))?.predicate.store.custodian

/** When the first scan that found something in a store was signed. */
export function firstFoundAt(ofStore: readonly { store: StoreFigures }[]): string | undefined {
  return ofStore
    .flatMap(({ store }) => store.evidence?.scans ?? [])
    .flatMap(({ predicate }) => (predicate.scan.found.versions > 0 ? predicate.times.statementCreatedAt : []))
    .toSorted()[0]
}

/**
 * From which run of a store on what all of them found there is gone: each that found something was followed by one that is verified, or is that itself, and
 * looked for the same subjects in the same ways, as far as statements say. Undefined where nothing was found, one was not, or the last is not verified.
 */
function goneFrom(own: readonly { store: StoreFigures }[]): number | undefined {
  if (own.at(-1)?.store.verdict !== 'verified') return undefined
  const shown = own.flatMap(({ store }, i) =>
    firstFoundAt([{ store }]) === undefined
      ? []
      : [
          own.findIndex(
            (later, n) => n >= i && later.store.verdict === 'verified' && looksForAllOf(store, later.store),
          ),
        ],
  )
  return shown.length === 0 || shown.includes(-1) ? undefined : Math.max(...shown)
}

/** Of one manifest more are in scope later, when their transfer is no longer in the future. */
function looksForAllOf(one: StoreFigures, later: StoreFigures): boolean {
  const [a, b] = [one, later].map(({ evidence }) => evidence?.scans[0]?.predicate)
  if (a === undefined || b === undefined) return false
  return (
    a.scope.manifest.sha256 === b.scope.manifest.sha256 &&
    a.scope.population <= b.scope.population &&
    isDeepStrictEqual(waysOf(a.limitations), waysOf(b.limitations))
  )
}

/** When it was first signed that all that was found in a store is gone, of what still holds: runs in the order in which they saw it. */
export function goneSinceOf(own: readonly { store: StoreFigures }[]): string | undefined {
  const [from, newest] = [goneFrom(own), own.at(-1)!.store]
  if (from === undefined || !own.every(({ store }) => isSamePlace(store, newest))) return undefined
  const changed = own.findLastIndex(({ store }) => store.verdict !== newest.verdict)
  return own[Math.max(changed + 1, from)]!.store.evidence?.verification?.predicate.times.statementCreatedAt
}

function historyOf(storeId: string, runs: Figures['runs']): StoreHistory {
  const own = inOrderSeen(
    runs.flatMap(({ runId, startedAt, stores }) =>
      stores
        .filter((store) => store.storeId === storeId)
        .map((store) => ({ runId, ...(startedAt !== undefined && { at: startedAt }), store })),
    ),
  )
  const newest = own.at(-1)!
  const changed = own.findLastIndex(({ store }) => store.verdict !== newest.store.verdict)
  const found = firstFoundAt(own)
  const since = own[changed + 1]!
  const goneSince = goneSinceOf(own)
  const custodian = own.flatMap(({ store }) => custodianOf(store) ?? []).at(-1)
  return {
    storeId,
    ...(newest.store.country !== undefined && { country: newest.store.country }),
    ...(custodian !== undefined && { custodian }),
    verdicts: own.map(({ runId, store: { verdict, reasons } }) => ({ runId, verdict, reasons })),
    since: since.runId,
    ...(found !== undefined && { firstFoundAt: found }),
    ...(goneSince !== undefined && { goneSince }),
  }
}
