import { BundleInvalid, ProofInvalid } from '../../../lib/errors.ts'
import { verifyFiling } from '../../../lib/export/verify-bundle.ts'
import { checkSubjectProof, subjectRootsOf } from '../../../lib/export/verify-subject-proof.ts'
import { Identifier } from '../../../lib/manifest/identifier.ts'
import { bundlePrefix } from '../../../lib/pipeline/export-selection.ts'
import { proveSubject } from '../../../lib/pipeline/prove-subject.ts'
import { formatSubjectProof } from '../../../lib/proof/subject-proof.ts'
import { parseStoreReport } from '../../../lib/verdict/parse-store-report.ts'
import type { Deployed } from './deployment.ts'
import type { ModelStore, ModelVersion } from './model-store.ts'
import { everybody } from './people.ts'
import type { World } from './world.ts'

export type Proving = {
  world: World
  deployed: Deployed
  stores: readonly ModelStore[]
  scope: ReadonlySet<string>
  /** Whether a run looks for somebody in this version. */
  names(version: ModelVersion, person: string): boolean
}

/** Every claim about one person by a run, of which there is a bundle under its name, that the truth contradicts. */
export async function proofProblems(proving: Proving, runId: string): Promise<string[]> {
  const { deployed, scope } = proving
  const filing = verifyFiling(filesOf(deployed, runId))
  const run = filing.runs.find((each) => each.runId === runId)
  if (run?.summary?.predicate.subjects === undefined) return []
  const roots = rootsOf(run)
  const problems: string[] = []
  const counted = { deleted: 0, 'never-found': 0, residual: 0, undetermined: 0 }
  for (const person of everybody) {
    const say = (problem: string) => problems.push(`${runId}: ${person.slice(0, 2)}…${person.slice(-3)}: ${problem}`)
    const asked = await proveSubject(
      deployed.ports,
      { runId, ...(roots ?? { scopeEnvelope: '', summaryEnvelope: '' }) },
      new Identifier(person),
    )
    const due = roots === undefined ? 'taken-back' : scope.has(person) ? 'proof' : 'not-in-scope'
    if (asked.kind !== due) say(`expected ${due}, got ${asked.kind}`)
    if (asked.kind !== 'proof') continue
    try {
      const { status, before, after } = checkSubjectProof(filing, Buffer.from(formatSubjectProof(asked.proof)))
      counted[status]++
      const wrong = contradictionOf(proving, runId, person, { status, before, after })
      if (wrong !== undefined) say(`${status}, ${before} before and ${after} after: ${wrong}`)
    } catch (error) {
      if (!(error instanceof BundleInvalid)) throw error
      say(`a proof that does not hold: ${error.message}`)
    }
  }
  const { deleted, neverFound, residual, undetermined } = run.summary.predicate.subjects.statuses
  const attested = { deleted, 'never-found': neverFound, residual, undetermined }
  if (roots !== undefined && JSON.stringify(counted) !== JSON.stringify(attested))
    problems.push(`${runId}: ${JSON.stringify(attested)} attested, of ${JSON.stringify(counted)}`)
  return problems
}

function filesOf({ memory }: Deployed, runId: string): Map<string, Uint8Array> {
  const prefix = bundlePrefix(runId)
  return new Map(
    [...memory.documents].flatMap(([key, body]) => (key.startsWith(prefix) ? [[key.slice(prefix.length), body]] : [])),
  )
}

/** Undefined of a run of which something was taken back. */
function rootsOf(run: Parameters<typeof subjectRootsOf>[0]): ReturnType<typeof subjectRootsOf> | undefined {
  try {
    return subjectRootsOf(run)
  } catch (error) {
    if (error instanceof ProofInvalid) return undefined
    throw error
  }
}

type Said = { status: string; before: number; after: number }

function contradictionOf(
  { world, deployed, stores, names }: Proving,
  runId: string,
  person: string,
  { status, before, after }: Said,
): string | undefined {
  const most = { before: 0, after: 0 }
  const least = { before: 0, after: 0 }
  // What was read may be lost with the call that read it.
  let mayBeLost = world.chance.happened.length > 0
  for (const { storeId, listings, readBy } of stores) {
    const { documents } = deployed.memory
    const body = documents.get(`runs/${runId}/stores/${storeId}/report.json`)
    // Of a store without a verdict those that were settled count.
    const settled = [0, 1, 2].filter((pass) =>
      documents.has(`runs/${runId}/stores/${storeId}/pass-${pass}/coverage.json`),
    )
    const last = (body === undefined ? settled : parseStoreReport(body).passes).length - 1
    for (let pass = 0; pass <= last; pass++) {
      const own = listings.filter((each) => each.runId === runId && each.pass === pass)
      const listed = own.filter(({ listing }) => listing === 'opening')
      const closed = Math.max(...own.map(({ tick }) => tick))
      const all = [...new Set(listed.flatMap(({ versions }) => versions))]
      const about = all.filter((each) => names(each, person))
      mayBeLost ||= all.some(({ content }) => content.endsCalls)
      const read = readBy(runId, pass)
      const seen = about.filter(
        (each) =>
          read.has(each) &&
          each.content.named.includes(person) &&
          !each.content.isOpaque &&
          // Of what went while it was read in slices some were read, and to cut it all of it was looked at.
          (each.died ?? Number.POSITIVE_INFINITY) > closed,
      )
      if (pass === 0 || pass < last) most.before += about.length
      if (pass === 0) least.before += seen.length
      if (pass !== last) continue
      most.after += about.length
      least.after += seen.length
    }
  }
  if (before > most.before || after > most.after) return `at most ${most.before} and ${most.after} are there`
  if (!mayBeLost && (before < least.before || after < least.after))
    return `${least.before} and ${least.after} were read`
  const wasDeleted = stores.some(({ deletions }) =>
    deletions.some((each) => each.runId === runId && names(each.version, person)),
  )
  return status === 'never-found' && wasDeleted ? 'this run deleted some of it' : undefined
}
