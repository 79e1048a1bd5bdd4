import { waysOf } from '../../attestation/limitations.ts'
import type { Statement } from '../../attestation/statement.ts'
import type { Verdict } from '../../verdict/decide-verdict.ts'
import { explainedOf } from '../../verdict/exceptions.ts'
import {
  custodianOf,
  type Figures,
  firstFoundAt,
  goneSinceOf,
  inOrderSeen,
  isSamePlace,
  type StoreFigures,
} from './figures.ts'

/**
 * What the runs of a bundle come to, store by store and obligation by obligation. A night is a date (UTC) on which a run could have begun,
 * from the first to the last run of the bundle; `missed` are those on which none of them began.
 */
export type Period = {
  from: string
  to: string
  nights: string[]
  missed: string[]
  obligations: { obligation?: Obligation; stores: StorePeriod[] }[]
  log: LogPart
}

export type Obligation = { instrument: string; clause?: string; reference?: string; dueAt?: string }

/**
 * One store under one obligation. `runs`: those in which it was, in the order in which they saw it; `byNight`: their verdicts by date, the worst of a date.
 * `verifiedSince`: when the first verdict was signed of those that have all been `verified` since, of a store in the same place. `remains`: of the last
 * run, unless that is `verified`, without numbers where a scan was not attested or, `isTakenBack`, said that nothing remains and was not to be relied on; `goneSince`: when it was signed that all that was found is gone; `lookedFor`: how many subjects the runs that scanned it had in scope, and whether their
 * manifests or limitations differ, so that their verdicts do not say the same; `explainedVersions`: of the unverified ones, those that an approved exception explains; `until`: when the last of what is protected can be deleted, as far as that is known.
 */
export type StorePeriod = {
  storeId: string
  country?: string
  custodian?: string
  runs: StoreRun[]
  byNight: Map<string, Verdict>
  counts: Record<Verdict, number>
  firstFindingAt?: string
  verifiedSince?: string
  goneSince?: string
  lookedFor?: LookedFor
  remains?: {
    isTakenBack?: true
    foundVersions?: number
    findings?: number
    unverifiedVersions?: number
    explainedVersions?: number
    until?: string
  }
}

export type LookedFor = { least: number; most: number; last: number; manifests: number; sameWays: boolean }

type StoreRun = { runId: string; at: string; store: StoreFigures; isTakenBack: boolean }

/**
 * Which entries of the log are in the bundle: a log has no gaps, so what is left out between the first and the last entry of its runs is
 * seen, though not what it says. `absent`: ranges of numbers, both ends included; `before` and `after`: how many are left out there;
 * `besides`: how many it holds there, of changed keys.
 */
export type LogPart = {
  first: number
  last: number
  present: number
  absent: [from: number, to: number][]
  before: number
  after: number
  besides: number
}

/** `attested`: every entry that the bundle holds, also those of no run. `size`: of the log, as the newest checkpoint has it. */
export function toPeriod(
  figures: Figures,
  attested: readonly { seq: number; statement: Statement }[],
  size: number,
): Period {
  const begun = figures.runs.flatMap(({ startedAt }) => startedAt ?? []).sort()
  const nights = datesFrom(begun[0]!.slice(0, 10), begun.at(-1)!.slice(0, 10))
  const dates = new Set(begun.map((at) => at.slice(0, 10)))
  const each = figures.runs.flatMap(({ runId, startedAt, stores, corrections }) =>
    stores.map((store) => {
      // What is about no store is about all of them.
      const isTakenBack = corrections.some(({ predicate: { corrects } }) =>
        [store.storeId, undefined].includes(corrects.storeId),
      )
      return { runId, at: startedAt!, store, isTakenBack }
    }),
  )
  const obliged = Map.groupBy(each, ({ store }, i) => JSON.stringify(obligationAt(each, i, store.storeId) ?? null))
  return {
    from: nights[0]!,
    to: nights.at(-1)!,
    nights,
    missed: nights.filter((night) => !dates.has(night)),
    obligations: [...obliged].map(([key, own]) => {
      const obligation = JSON.parse(key) as Obligation | null
      const stores = [...Map.groupBy(own, ({ store }) => store.storeId)].map(([id, ofStore]) =>
        toStorePeriod(id, ofStore),
      )
      return { ...(obligation && { obligation }), stores }
    }),
    log: toLogPart(attested, size),
  }
}

/** A run that attested nothing about a store counts for the obligation before it, or else for the first one after it. */
function obligationAt(each: readonly StoreRun[], at: number, storeId: string): Obligation | undefined {
  const isTold = ({ store }: StoreRun) => store.storeId === storeId && obligationOf(store) !== 'not told'
  const told = each.slice(0, at + 1).findLast(isTold) ?? each.slice(at).find(isTold)
  const obligation = told && obligationOf(told.store)
  return obligation === 'not told' ? undefined : obligation
}

function obligationOf({ evidence }: StoreFigures): Obligation | undefined | 'not told' {
  const statement = evidence?.verification ?? evidence?.scans[0]
  // Both come from JSON: what is optional in them is absent and never undefined.
  return statement === undefined ? 'not told' : (statement.predicate.obligation as Obligation | undefined)
}

function toStorePeriod(storeId: string, ofStore: StoreRun[]): StorePeriod {
  const runs = inOrderSeen(ofStore)
  const { store: last, isTakenBack } = runs.at(-1)!
  const found = firstFoundAt(runs)
  const gone = goneSinceOf(runs)
  const lookedFor = lookedForOf(runs)
  const since = runs[runs.findLastIndex(({ store }) => store.verdict !== 'verified' || !isSamePlace(store, last)) + 1]
  const custodian = runs.flatMap(({ store }) => custodianOf(store) ?? []).at(-1)
  const byNight = new Map<string, Verdict>()
  for (const { at, store } of runs) {
    const night = at.slice(0, 10)
    byNight.set(night, worse(byNight.get(night) ?? 'verified', store.verdict))
  }
  const of = (verdict: Verdict) => runs.filter(({ store }) => store.verdict === verdict).length
  return {
    storeId,
    ...(last.country !== undefined && { country: last.country }),
    ...(custodian !== undefined && { custodian }),
    runs,
    byNight,
    counts: { verified: of('verified'), residual: of('residual'), incomplete: of('incomplete') },
    ...(found !== undefined && { firstFindingAt: found }),
    ...(since && { verifiedSince: since.store.evidence?.verification?.predicate.times.statementCreatedAt ?? since.at }),
    ...(gone !== undefined && { goneSince: gone }),
    ...(lookedFor && { lookedFor }),
    ...(last.verdict !== 'verified' && { remains: remainsOf(last, isTakenBack) }),
  }
}

function lookedForOf(runs: readonly StoreRun[]): LookedFor | undefined {
  const scans = runs.flatMap(({ store }) => store.evidence?.scans[0]?.predicate ?? [])
  if (scans.length === 0) return undefined
  const populations = scans.map(({ scope }) => scope.population)
  return {
    least: Math.min(...populations),
    most: Math.max(...populations),
    last: populations.at(-1)!,
    manifests: new Set(scans.map(({ scope }) => scope.manifest.sha256)).size,
    sameWays: new Set(scans.map(({ limitations }) => JSON.stringify(waysOf(limitations)))).size === 1,
  }
}

function remainsOf({ evidence }: StoreFigures, isTakenBack: boolean): NonNullable<StorePeriod['remains']> {
  const coverage = evidence?.scans.at(-1)?.model
  const until = coverage?.protected
    .flatMap((each) => each.until ?? [])
    .sort()
    .at(-1)
  if (coverage === undefined) return {}
  const foundVersions = coverage.found.versions
  const unverifiedVersions = coverage.unverified.reduce((sum, { versions }) => sum + versions, 0)
  if (isTakenBack && foundVersions + unverifiedVersions === 0) return { isTakenBack }
  return {
    foundVersions,
    findings: coverage.findings,
    unverifiedVersions,
    explainedVersions: explainedOf(coverage).explained.versions,
    ...(until !== undefined && { until }),
  }
}

const order: readonly Verdict[] = ['verified', 'incomplete', 'residual']

function worse(a: Verdict, b: Verdict): Verdict {
  return order.indexOf(a) > order.indexOf(b) ? a : b
}

const day = 24 * 60 * 60 * 1000

/** All dates from one to another, both included. */
function datesFrom(first: string, last: string): string[] {
  const [from, to] = [Date.parse(first), Date.parse(last)]
  return Array.from({ length: Math.round((to - from) / day) + 1 }, (_, n) =>
    new Date(from + n * day).toISOString().slice(0, 10),
  )
}

/** At least one of the entries is of a run. */
export function toLogPart(attested: readonly { seq: number; statement: Statement }[], size: number): LogPart {
  const held = attested.map(({ seq }) => seq)
  const sorted = attested
    .flatMap(({ seq, statement }) => ('runId' in statement.predicate ? seq : []))
    .sort((a, b) => a - b)
  const [first, last] = [sorted[0]!, sorted.at(-1)!]
  const between = held.filter((seq) => seq >= first && seq <= last).sort((a, b) => a - b)
  const absent = between.flatMap((seq, i): [number, number][] =>
    i > 0 && seq > between[i - 1]! + 1 ? [[between[i - 1]! + 1, seq - 1]] : [],
  )
  const before = first - held.filter((seq) => seq < first).length
  const after = size - 1 - last - held.filter((seq) => seq > last).length
  return { first, last, present: between.length, absent, before, after, besides: held.length - between.length }
}
