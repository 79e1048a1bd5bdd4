import { parseEnvelope } from '../../../lib/attestation/envelope.ts'
import { identityOf, parseStatement } from '../../../lib/attestation/statement.ts'
import { checkBundle } from '../../../lib/pipeline/check-bundle.ts'
import { exportBundle } from '../../../lib/pipeline/export-bundle.ts'
import { signCheckpoint } from '../../../lib/pipeline/sign-checkpoint.ts'
import { decideVerdict } from '../../../lib/verdict/decide-verdict.ts'
import { parseStoreReport } from '../../../lib/verdict/parse-store-report.ts'
import type { Deployed } from './deployment.ts'
import type { Deletion, ModelStore, ModelVersion } from './model-store.ts'
import { type Content, confirmedIn, everybody, linesOf, type ManifestState, people } from './people.ts'
import { proofProblems } from './proofs.ts'
import type { World } from './world.ts'

type Lived = { world: World; deployed: Deployed; stores: readonly ModelStore[]; ended: readonly string[] }

/** Every claim of the product that the truth contradicts. */
export async function problemsOf(lived: Lived) {
  const { stores, problems } = verdictProblems(lived)
  return {
    stores,
    verdicts: Object.values(stores).map(({ verdict }) => verdict),
    problems: [
      ...problems,
      ...deletionProblems(lived),
      ...besideProblems(lived),
      ...(await bundleProblems(lived)),
      ...leakProblems(lived),
    ],
  }
}

const runsOf = ({ ended }: Lived) => ended.map((_, at) => `r${at}`)

/** Who was in scope of a run. */
function scopeOf({ deployed }: Lived, runId: string): ReadonlySet<string> {
  const { manifest } = deployed.written.get(`runs/${runId}/subject-index`) ?? {}
  return (manifest === undefined ? undefined : confirmedIn(manifest as ManifestState)) ?? new Set()
}

/** Whether a run looks for a person in a version: digests of identifiers it knows only if it is configured to. */
function namesOf({ deployed }: Lived, runId: string) {
  const config = deployed.memory.documents.get(`runs/${runId}/config.json`)
  const isHashed = config !== undefined && Buffer.from(config).includes('"hashedForms"')
  return ({ named, content }: ModelVersion, person: string) =>
    named.has(person) || (isHashed && content.hashed.includes(person))
}

const nameOf = ({ listed }: ModelVersion) => `${listed.kind} ${listed.versionId}`

/** `isSlow`: reading took more time than there was, which depends on what is read beside it. */
type Came = { verdict: string; reasons: string[]; answers: unknown[]; isSlow: boolean }

function verdictProblems(lived: Lived): { stores: Record<string, Came>; problems: string[] } {
  const { deployed, stores } = lived
  const came: Record<string, Came> = {}
  const problems: string[] = []
  for (const runId of runsOf(lived))
    for (const store of stores) {
      const { storeId } = store
      const body = deployed.memory.documents.get(`runs/${runId}/stores/${storeId}/report.json`)
      if (body === undefined) continue
      const report = parseStoreReport(body)
      const { verdict, reasons } = decideVerdict(report)
      const answers = report.requests.map(({ request, acknowledgement }) => {
        const { by, deleted, gone, kept } = acknowledgement ?? {}
        return { channel: request.channel, versions: request.versions, by, deleted, gone, kept }
      })
      const isSlow = report.passes.some(({ unverified }) => unverified.some(({ reason }) => reason === 'limit'))
      came[`${runId} ${storeId}`] = { verdict, reasons, answers, isSlow }
      const scope = scopeOf(lived, runId)
      const isNamed = namesOf(lived, runId)
      const names = (version: ModelVersion) => [...scope].some((each) => isNamed(version, each))
      for (const [pass, { found, clean }] of report.passes.entries()) {
        const listed = new Set(
          store.listings
            .filter((each) => each.runId === runId && each.pass === pass && each.listing === 'opening')
            .flatMap(({ versions }) => versions),
        )
        const about = [...listed].filter(names).length
        if (found.versions > about)
          problems.push(`${runId} ${storeId}: pass ${pass}: ${found.versions} found of ${about}`)
        if (clean.versions > listed.size - about)
          problems.push(`${runId} ${storeId}: pass ${pass}: ${clean.versions} clean of ${listed.size - about}`)
      }
      if (verdict !== 'verified') continue
      const pass = report.passes.length - 1
      const pages = [...deployed.written].filter(
        ([key]) => key.startsWith(`runs/${runId}/stores/${storeId}/pass-${pass}/`) && key.includes('/closing/'),
      )
      const ticks = pages.map(([, { listedAt }]) => listedAt!)
      const [first, last] = [Math.min(...ticks), Math.max(...ticks)]
      const there = store.history.filter(({ born, died = Number.POSITIVE_INFINITY }) => born <= first && died > last)
      const read = store.readBy(runId, pass)
      for (const version of there) {
        if (names(version)) problems.push(`${runId} ${storeId}: verified with somebody in ${nameOf(version)}`)
        if (version.listed.kind === 'object' && !read.has(version))
          problems.push(`${runId} ${storeId}: verified without reading ${nameOf(version)}`)
      }
    }
  return { stores: came, problems }
}

/** What is asked holds for an hour, by clocks that may differ, and be set. */
const lasts = ({ jumpedMs }: World) => 3_600_000 + 600_000 + jumpedMs

/** Whether anybody who asked lately could hear that this person is transferred. A manifest that is not there says nothing. */
function wasConfirmed(world: World, person: string, at: number): boolean {
  const { manifestHistory } = world
  return manifestHistory.some(({ at: from, state }, index) => {
    const to = manifestHistory[index + 1]?.at ?? Number.POSITIVE_INFINITY
    const isLately = from <= at && to >= at - lasts(world)
    return isLately && (state === 'absent' || confirmedIn(state)?.has(person) === true)
  })
}

/** The lines of subjects, and all others. */
function partedBy(content: Content, scope: ReadonlySet<string>) {
  const { went = [], stayed = [] } = Object.groupBy(linesOf(content), ({ owner }) =>
    owner !== undefined && scope.has(owner) ? 'went' : 'stayed',
  )
  return [went, stayed] as const
}

function deletionProblems(lived: Lived): string[] {
  const { world, deployed, stores } = lived
  const problemOf = (deletion: Deletion): string | undefined => {
    const { runId, storeId, pass, version, left, at, tick, beganTick } = deletion
    const scope = scopeOf(lived, runId)
    if (version.listed.protection) return 'it was protected'
    if (version.content.isOpaque) return 'nobody can read it'
    const [went, stayed] = left === undefined ? [undefined, []] : partedBy(version.content, scope)
    if (left && linesOf(left).some(({ text }, line) => text !== stayed[line]?.text)) return 'a record is another one'
    if (left && linesOf(left).length !== stayed.length) return 'a record of somebody else is missing'
    if (went?.some(({ owners }) => owners.some((each) => !scope.has(each)))) return 'a record of two'
    const others = version.content.owners.filter((owner) => !scope.has(owner))
    if (left === undefined && others.length > 0) return 'a record of somebody else'
    if (![...version.named].some((each) => scope.has(each))) return 'nobody is in it'
    const gone = went?.flatMap(({ named }) => named) ?? [...version.named]
    const known = gone.filter((each) => !people.strangers.includes(each))
    if (known.some((each) => !wasConfirmed(world, each, at))) return 'somebody whose transfer is not confirmed'
    const signed = deployed.appended.find(
      (each) => each.identity === identityOf(runId, storeId, pass, 'deletion-request'),
    )
    if (signed === undefined || signed.tick > tick) return 'its request was not signed'
    const over = deployed.written.get(`runs/${runId}/stores/${storeId}/report.json`)
    if (over !== undefined && over.tick < beganTick) return 'its store was judged'
    return undefined
  }
  const wrong = stores.flatMap(({ deletions }) =>
    deletions.flatMap((deletion) => {
      const problem = problemOf(deletion)
      return problem === undefined
        ? []
        : [`${deletion.runId} ${deletion.storeId}: deleted ${nameOf(deletion.version)}: ${problem}`]
    }),
  )
  const late = deployed.told.flatMap(({ kind, detail, at }) => {
    if (kind !== 'odv.request') return []
    const withdrawn = [...scopeOf(lived, detail.runId)].some((each) => !wasConfirmed(world, each, at))
    return withdrawn ? [`${detail.runId}: a custodian was asked about somebody whose transfer is not confirmed`] : []
  })
  return [...wrong, ...late]
}

/** What may end an execution that nobody redrives, and says nothing about the log. */
const passing =
  /^(?:ServiceUnavailable|StoreUnavailable|TimeoutError|Runtime\.ExitError|LogMoved|States\.TaskFailed|NotKnown)$/

/** Exports while runs go on, changes of keys and corrections end well, or for what is nobody's fault. */
function besideProblems({ deployed }: Lived): string[] {
  return deployed.beside.flatMap(({ machine, name, ended }) =>
    ended.status !== 'FAILED' || passing.test(ended.error)
      ? []
      : [`${machine} ${name}: ${ended.error}: ${ended.cause}`],
  )
}

async function bundleProblems(lived: Lived): Promise<string[]> {
  const { world, deployed, stores, ended } = lived
  const problems: string[] = []
  // What came late is covered by the checkpoint of the next run.
  await signCheckpoint(deployed.ports)
  const statements = deployed.memory.ledger.entries.map(({ envelope }) =>
    parseStatement(parseEnvelope(envelope).payload),
  )
  const requireBundle = async (exportId: string, selection: unknown) => {
    try {
      await exportBundle(deployed.ports, { exportId, selection })
      await checkBundle(deployed.ports, { exportId })
    } catch (error) {
      problems.push(`${exportId}: no bundle: ${(error as Error).name}: ${(error as Error).message}`)
    }
  }
  for (const [at, runId] of runsOf(lived).entries()) {
    const own = statements.filter(({ predicate }) => 'runId' in predicate && predicate.runId === runId)
    const isClosed = own.some(({ predicate }) => predicate.phase === 'run-summary')
    if (ended[at] === 'SUCCEEDED' && !isClosed) problems.push(`${runId}: succeeded without a summary`)
    if (own.length === 0) continue
    await requireBundle(runId, { runId })
    const proving = { world, deployed, stores, scope: scopeOf(lived, runId), names: namesOf(lived, runId) }
    if (isClosed) problems.push(...(await proofProblems(proving, runId)))
  }
  // Clocks may have been set to any time.
  if (statements.length > 0) await requireBundle('all', { from: '2000-01-01', to: '2100-01-01' })
  return problems
}

function leakProblems({ world, deployed }: Lived): string[] {
  const texts: [string, string][] = [
    ...[...deployed.memory.documents].map(([key, body]): [string, string] => [
      key,
      `${key} ${Buffer.from(body).toString('latin1')}`,
    ]),
    ...[...deployed.memory.journal.steps].map(([key, json]): [string, string] => [`journal ${key}`, json]),
    ...deployed.told.map(({ kind, detail }): [string, string] => [kind, JSON.stringify(detail)]),
    ...world.said.map((text): [string, string] => ['error', text]),
    ...deployed.memory.ledger.entries.map(({ seq, envelope }): [string, string] => [
      `entry ${seq}`,
      Buffer.from(parseEnvelope(envelope).payload).toString('latin1'),
    ]),
  ]
  return texts
    .filter(([, text]) => everybody.some((id) => text.includes(id)))
    .map(([where]) => `an identifier is in ${where}`)
}
