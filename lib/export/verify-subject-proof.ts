import { waysOf } from '../attestation/limitations.ts'
import { ProofInvalid } from '../errors.ts'
import { describeSubject } from '../proof/describe-subject.ts'
import { parseSubjectProof, type SubjectProof, type SubjectRoots, verifySubjectProof } from '../proof/subject-proof.ts'
import type { InventoryTimes, SubjectStatus } from '../verdict/decide-subject.ts'
import type { Verdict } from '../verdict/decide-verdict.ts'
import { type BundleSummary, toRunResult } from './bundle-summary.ts'
import { attestedOf } from './report/figures.ts'
import { plural } from './report/wording.ts'
import { runCheck } from './run-check.ts'
import type { RunEvidence, StoreEvidence } from './run-evidence.ts'

/**
 * What a proof shows once it holds. `words` name nobody. `stores`: all that its run had. `later`: a run of the bundle that began later, of which the
 * proof says nothing: the last one that is residual, or else the last. `foundBy`: a run of the bundle that found data, and may have found theirs, in a store
 * that this run did not have, or had looked at before, or in which it looked in other ways. `entriesBehind`: of the log, behind this run and not in the bundle.
 */
export type ProofSummary = {
  runId: string
  status: SubjectStatus
  before: number
  after: number
  stores: string[]
  lastInventories?: InventoryTimes
  words: string
  later?: { runId: string; result: Verdict }
  foundBy?: string
  entriesBehind?: number
}

/** A bundle that was verified before. */
type Filing = { summary: Pick<BundleSummary, 'size' | 'fingerprints'>; runs: readonly RunEvidence[] }

/** Whether the data of its subject is shown to be gone, or never to have been there, as far as the bundle goes. */
export const showsGone = ({ status, foundBy }: Pick<ProofSummary, 'status' | 'foundBy'>): boolean =>
  (status === 'deleted' || status === 'never-found') && foundBy === undefined

/** The attestations of a run that a proof rests on. @throws ProofInvalid when the run says nothing of subjects */
export function subjectRootsOf({ runId, scope, corrections, summary }: RunEvidence): SubjectRoots & {
  scopeEnvelope: string
  summaryEnvelope: string
  lastInventories?: InventoryTimes
} {
  const subjects = summary?.predicate.subjects
  const scopeRoot = scope?.predicate.scope.scopeRoot
  if (!scope || !summary || !subjects || scopeRoot === undefined)
    throw new ProofInvalid(
      `run ${runId}: expected a scope and a summary that says what it came to for subjects, got none`,
    )
  if (corrections.length > 0)
    throw new ProofInvalid(`run ${runId}: expected a run that stands, got one that was taken back in part`)
  return {
    population: scope.predicate.scope.population,
    scopeRoot,
    resultRoot: subjects.resultRoot,
    run: summary.predicate.result,
    scopeEnvelope: scope.envelopeSha256,
    summaryEnvelope: summary.envelopeSha256,
    ...(subjects.lastInventories !== undefined && { lastInventories: subjects.lastInventories }),
  }
}

/**
 * Verifies one subject's proof against the runs of a bundle that was verified before.
 * @throws BundleInvalid with the check `proof`
 */
export function checkSubjectProof({ summary, runs }: Filing, bytes: Uint8Array): ProofSummary {
  return runCheck('proof', () => {
    const proof = parseSubjectProof(bytes)
    const { run, lastInventories } = requireProof(runs, proof)
    const { runId, status, before, after } = proof
    const later = laterThan(runs, run)
    // A scan that was never attested may be what made it residual.
    const foundBy = foundAfter(runs, run) ?? (later?.result === 'residual' ? later.runId : undefined)
    const entriesBehind = absentBehind(summary, runs, run)
    const stores = storeIdsOf(run)
    const words = [
      describeSubject({ status, before, after }, lastInventories),
      describeStores(stores),
      ...describeOthers(foundBy, later),
      ...describeAbsent(entriesBehind),
    ].join('; ')
    return {
      count: 1,
      value: {
        ...{ runId, status, before, after, stores, words },
        ...(lastInventories !== undefined && { lastInventories }),
        ...(later && { later }),
        ...(foundBy !== undefined && { foundBy }),
        ...(entriesBehind > 0 && { entriesBehind }),
      },
    }
  }).value
}

function laterThan(runs: readonly RunEvidence[], run: RunEvidence): ProofSummary['later'] {
  const later = runs.slice(runs.indexOf(run) + 1).map(toRunResult)
  const last = later.findLast(({ result }) => result === 'residual') ?? later.at(-1)
  return last && { runId: last.runId, result: last.result }
}

/** Whether it was closed does not matter: a run that waits for a custodian has found what it found. */
function foundAfter(runs: readonly RunEvidence[], run: RunEvidence): string | undefined {
  const own = new Map(run.stores.map((store) => [placeOf(store), lastLookOf(store, run)]))
  const seen = [...Map.groupBy(runs.flatMap(looksOf), ({ place }) => place)].flatMap(([place, looks]) => {
    const inOrder = looks.toSorted((a, b) => Number(a.at > b.at) - Number(a.at < b.at))
    const seenAt = own.get(place)?.at
    return seenAt === undefined
      ? inOrder.slice(-1)
      : inOrder.filter(
          (look) =>
            look.at > seenAt || runs.indexOf(look.run) > runs.indexOf(run) || isOpen(look, own.get(place)!, inOrder),
        )
  })
  const finders = new Set(seen.filter(({ found }) => found > 0).map((look) => look.run))
  finders.delete(run)
  return runs.findLast((each) => finders.has(each))?.runId
}

/** Whether what was found before is neither what this run would have found, nor shown to be gone by one that would have. */
const isOpen = (look: Look, own: Look, inOrder: readonly Look[]): boolean =>
  look.ways !== own.ways &&
  !inOrder.some(
    (later) => later.at > look.at && later.verified && later.ways === look.ways && later.manifest === look.manifest,
  )

const looksOf = (run: RunEvidence) =>
  run.stores.flatMap((store) => {
    const last = lastLookOf(store, run)
    return last ? [{ run, place: placeOf(store), ...last }] : []
  })

type Look = { at: string; found: number; ways: string; manifest: string; verified: boolean }

function lastLookOf({ scans, verification }: StoreEvidence, { corrections }: RunEvidence): Look | undefined {
  const last = scans.at(-1)
  if (last === undefined) return undefined
  const verified = corrections.length === 0 && verification?.predicate.result === 'verified'
  return {
    at: last.model.inventory.startedAt,
    // What an earlier pass found is gone only where the last one shows it.
    found: verified ? 0 : Math.max(...scans.map(({ model }) => model.found.versions)),
    ways: JSON.stringify(waysOf(last.predicate.limitations)),
    manifest: last.predicate.scope.manifest.sha256,
    verified,
  }
}

/** A bucket under the same name may be another one. */
const placeOf = ({ storeId, scans }: StoreEvidence) => `${storeId} ${scans[0]?.predicate.store.uri}`

const storeIdsOf = ({ scope, stores }: RunEvidence) => (scope?.predicate.stores ?? stores).map(({ storeId }) => storeId)

/** A log has no gaps. Transitions are in every bundle, and each ended the duty of a key. */
function absentBehind(
  { size, fingerprints }: Filing['summary'],
  runs: readonly RunEvidence[],
  run: RunEvidence,
): number {
  const end = attestedOf(run).at(-1)!.seq
  const held = [...runs.flatMap(attestedOf).map(({ seq }) => seq), ...fingerprints.flatMap(({ until }) => until ?? [])]
  return size - 1 - end - held.filter((seq) => seq > end).length
}

const storesShown = 10

function describeStores(stores: readonly string[]): string {
  const more = stores.length > storesShown ? ` and ${stores.length - storesShown} more` : ''
  return `stores of this run, of which alone this says anything: ${stores.slice(0, storesShown).join(', ')}${more}`
}

function describeOthers(foundBy: string | undefined, later: ProofSummary['later']): string[] {
  if (foundBy !== undefined)
    return [
      `but run ${foundBy} of the bundle found data that this one did not see, and may have found theirs: ask for a proof by it`,
    ]
  return later === undefined ? [] : [`run ${later.runId} of the bundle began later, of which this says nothing`]
}

const describeAbsent = (entries: number): string[] =>
  entries === 0
    ? []
    : [
        `the log has ${plural(entries, 'entry', 'entries')} behind this run that ${entries === 1 ? 'is' : 'are'} not in the bundle, and may be of later runs or take this back: ask for a bundle that has them`,
      ]

function requireProof(
  runs: readonly RunEvidence[],
  proof: SubjectProof,
): { run: RunEvidence; lastInventories?: InventoryTimes } {
  const run = runs.find(({ runId }) => runId === proof.runId)
  if (!run) throw new ProofInvalid('run: expected one of this bundle, got another')
  const roots = subjectRootsOf(run)
  for (const name of ['scopeEnvelope', 'summaryEnvelope'] as const)
    if (proof[name] !== roots[name]) throw new ProofInvalid(`${name}: expected that of the run, got another`)
  verifySubjectProof(proof, roots)
  const { lastInventories } = roots
  return { run, ...(lastInventories !== undefined && { lastInventories }) }
}
