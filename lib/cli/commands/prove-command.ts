import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { BundleInvalid, NotKnown, UsageInvalid } from '../../errors.ts'
import type { RunEvidence } from '../../export/run-evidence.ts'
import { verifyFiling } from '../../export/verify-bundle.ts'
import { checkSubjectProof, subjectRootsOf } from '../../export/verify-subject-proof.ts'
import { evidenceDirectory } from '../../local/evidence-directory.ts'
import { caseKeyFile } from '../../local/key-files.ts'
import { largeEvidenceDirectory } from '../../local/large-evidence-directory.ts'
import { isStateDirectory, stateDirectory } from '../../local/state-directory.ts'
import { whatIsThere } from '../../local/what-is-there.ts'
import { Identifier } from '../../manifest/identifier.ts'
import { proveSubject } from '../../pipeline/prove-subject.ts'
import { formatSubjectProof } from '../../proof/subject-proof.ts'
import type { Place } from '../deployment.ts'
import { type ExitCode, exitCode } from '../exit-code.ts'
import { writeNewFile } from '../new-file.ts'
import { readBundle } from '../read-bundle.ts'
import { formatBytes, type Terminal } from '../terminal.ts'
import { typed } from '../typed.ts'

export type ProveOptions = {
  subjectFrom?: string
  bundle?: string
  out?: string
  run?: string
  place: Place
  cwd: string
}

type Machine = Extract<Place, { kind: 'machine' }>

const defaultOut = 'subject-proof.json'

/**
 * `odv prove`: writes what a run came to for one subject into a new file that only its owner reads, to be handed to that person.
 * The identifier comes from a file or standard input and goes into that file alone.
 */
export async function proveCommand(options: ProveOptions, terminal: Terminal): Promise<ExitCode> {
  const { subjectFrom, bundle, out = defaultOut, place, cwd } = options
  if (subjectFrom === undefined) throw new UsageInvalid('prove: expected --subject-from FILE, or - for standard input')
  if (bundle === undefined) throw new UsageInvalid('prove: expected --bundle DIR')
  if (place.kind === 'machine') await requireState(place)
  const id = await readIdentifier(subjectFrom, cwd)
  const filing = await readHolding(bundle, cwd)
  const { runs } = filing
  const run = chooseRun(runs, options.run)
  const { runId } = run
  const last = runs.at(-1)!.runId
  if (options.run === undefined && runId !== last)
    terminal.warn(
      `run ${last} of this bundle began later and says nothing of subjects: this is what run ${runId} came to`,
    )
  const asked = await withKeptRuns(place, (ports) => proveSubject(ports, { runId, ...subjectRootsOf(run) }, id))
  switch (asked.kind) {
    case 'no-identifier':
      throw new UsageInvalid(`--subject-from: ${asked.problem}`)
    case 'taken-back':
      throw new UsageInvalid(
        `run ${runId}: expected one that stands, and part of it was taken back (odv correct), after this bundle was made or in it: no proof by it holds any more; a bundle of a later run may have one`,
      )
    case 'not-in-scope':
      terminal.emit({ kind: 'proof', run: runId, inScope: false })
      terminal.print(
        `not in scope of run ${runId}: its manifest confirms no transfer of this subject, so there is no proof`,
      )
      for (const other of withOtherScope(runs, run).slice(0, runsShown))
        terminal.print(
          `    run ${other} of this bundle looked for others, and may have found them: ask with --run ${other}`,
        )
      return exitCode.residual
    case 'proof': {
      const proof = formatSubjectProof(asked.proof)
      // What does not hold is not handed out.
      const { words } = checkSubjectProof(filing, Buffer.from(proof))
      await writeNewFile(cwd, out, proof, '--out', 0o600)
      const { status, before, after } = asked.proof
      terminal.emit({ kind: 'proof', run: runId, inScope: true, out: resolve(cwd, out), status, before, after })
      terminal.print(`${out}: ${formatBytes(proof.length)}, of run ${runId}; it names this subject and nobody else`)
      terminal.print(`    ${words}`)
      terminal.print(`verify:  ${typed} verify-proof ${out} --bundle ${bundle} --key PEM…`)
      return exitCode.good
    }
    default:
      return asked satisfies never
  }
}

const runsShown = 10
const provable = ({ summary, corrections }: RunEvidence) => summary?.predicate.subjects && corrections.length === 0

/** Of each other scope the newest run: who is not in a manifest any more may be in an older one. */
export function withOtherScope(runs: readonly RunEvidence[], run: RunEvidence): string[] {
  const scopeOf = ({ scope }: RunEvidence) =>
    `${scope?.predicate.scope.manifest.sha256} ${scope?.predicate.scope.population}`
  const newest = new Map(runs.filter(provable).map((each) => [scopeOf(each), each.runId]))
  newest.delete(scopeOf(run))
  return [...newest.values()].reverse()
}

async function requireState({ state, cwd }: Machine): Promise<void> {
  const paths = stateDirectory(resolve(cwd, state))
  if (!(await isStateDirectory(paths)))
    throw new NotKnown(`${paths.root}: expected the state of an earlier run; name it with --state`)
}

/** What runs keep and no bundle has. On AWS a person reads it in the role `proof-desk`. */
async function withKeptRuns<T>(
  place: Place,
  use: (ports: Parameters<typeof proveSubject>[0]) => Promise<T>,
): Promise<T> {
  if (place.kind === 'aws') {
    const { withStage } = await import('../deployed/open-deployed.ts')
    return withStage(place, ({ ports }) => use(ports))
  }
  const { evidence, keys } = stateDirectory(resolve(place.cwd, place.state))
  return use({
    evidence: evidenceDirectory(evidence),
    largeEvidence: largeEvidenceDirectory(evidence),
    caseKey: caseKeyFile(keys),
  })
}

/** Of several runs the newest that says something of subjects. */
function chooseRun(runs: readonly RunEvidence[], wanted: string | undefined): RunEvidence {
  const run = wanted === undefined ? runs.findLast(provable) : runs.find(({ runId }) => runId === wanted)
  if (run?.summary?.predicate.subjects === undefined)
    throw new NotKnown('prove: expected a run of this bundle that says what it came to for its subjects, got none')
  return run
}

/** One line. @throws UsageInvalid, which quotes nothing */
async function readIdentifier(from: string, cwd: string): Promise<Identifier> {
  const content =
    from === '-'
      ? await text(process.stdin)
      : await readFile(resolve(cwd, from), 'utf8').catch((cause: NodeJS.ErrnoException) => {
          throw new UsageInvalid(
            `--subject-from: expected a readable file that has the identifier on a line, got ${whatIsThere(cause)}`,
            { cause },
          )
        })
  const lines = content
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
  if (lines.length !== 1)
    throw new UsageInvalid(`--subject-from: expected one line with one identifier, got ${lines.length}`)
  return new Identifier(lines[0]!)
}

/** @throws UsageInvalid where the bundle does not hold, since nothing can be shown by it */
async function readHolding(bundle: string, cwd: string): Promise<ReturnType<typeof verifyFiling>> {
  try {
    return verifyFiling(await readBundle(bundle, cwd))
  } catch (cause) {
    if (!(cause instanceof BundleInvalid)) throw cause
    throw new UsageInvalid(`--bundle: expected one that holds: ${cause.message}`, { cause })
  }
}
