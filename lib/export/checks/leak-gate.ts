import { isDeepStrictEqual } from 'node:util'
import { ProofInvalid } from '../../errors.ts'
import { bundlePaths } from '../bundle-paths.ts'
import { aboutTheGate, coveredBy, type GateDocument, gateForms, parseGateDocument } from '../leak-gate/gate-document.ts'
import { companionVersion } from '../report/companions.ts'
import { attestedOf } from '../report/figures.ts'
import { at, type Checked } from '../run-check.ts'
import type { RunEvidence } from '../run-evidence.ts'
import { versionOf } from './companions.ts'
import type { Layout } from './layout.ts'

/**
 * Whoever made the bundle says that exactly these files were searched for the identifiers of exactly these runs, that the
 * search sees, and that it found none. It is not signed: a verifier has no identifiers to search for.
 */
export function checkLeakGate(
  files: ReadonlyMap<string, Uint8Array>,
  layout: Layout,
  runs: readonly RunEvidence[],
): Checked<undefined> {
  at(bundlePaths.leakGate, () => {
    const gate = parseGateDocument(files.get(bundlePaths.leakGate)!)
    if (!isDeepStrictEqual(gate.covered, coveredBy(files)))
      throw new ProofInvalid('covered: expected exactly the files of this bundle, got others')
    checkScopes(gate, runs)
    // Another version may have other words and forms.
    if (versionOf(layout) !== companionVersion) return
    if (!isDeepStrictEqual(gate.about, aboutTheGate) || !isDeepStrictEqual(gate.forms, gateForms))
      throw new ProofInvalid('about, forms: expected those of this version, got others')
  })
  return { count: files.size - 2, value: undefined }
}

function checkScopes({ scopes, runsWithoutScope }: GateDocument, runs: readonly RunEvidence[]): void {
  const said = new Map(
    scopes.flatMap(({ manifestSha256, subjects, runs: own }) =>
      own.map((runId) => [runId, { manifestSha256, subjects }] as const),
    ),
  )
  const named = [...scopes.flatMap((scope) => scope.runs), ...runsWithoutScope]
  if (new Set(named).size < named.length || named.length !== runs.length)
    throw new ProofInvalid('runs: expected each of this bundle once, got others')
  for (const run of runs) {
    const scope = scopeOf(run)
    if (
      !isDeepStrictEqual(said.get(run.runId), scope) ||
      (scope === undefined) !== runsWithoutScope.includes(run.runId)
    )
      throw new ProofInvalid(`run ${run.runId}: expected the scope that was attested, got another`)
  }
  for (const { subjects, planted, detected } of scopes)
    if (detected !== planted || (planted === 0 && subjects > 0))
      throw new ProofInvalid(`controls: expected all of them to be detected, got ${detected} of ${planted}`)
}

/** Who is in scope of a run, as its first statement that says so has it; all of them say the same. */
export function scopeOf(run: RunEvidence): { manifestSha256: string; subjects: number } | undefined {
  const scope = attestedOf(run).flatMap(({ predicate }) => predicate.scope ?? [])[0]
  return scope && { manifestSha256: scope.manifest.sha256, subjects: scope.population }
}
