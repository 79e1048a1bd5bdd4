import { GateBlind } from '../../errors.ts'
import { scopeOf } from '../../export/checks/leak-gate.ts'
import type { GateScope } from '../../export/leak-gate/pass-leak-gate.ts'
import type { Filing } from '../../export/read-filing.ts'
import { attestedOf } from '../../export/report/figures.ts'
import type { RunEvidence } from '../../export/run-evidence.ts'
import type { Ports } from '../../ports.ts'
import { openRunIndex } from '../evidence/documents.ts'

/**
 * Who is in scope of the runs of a bundle. Runs with the same manifest, configuration and number of subjects have the same
 * ones: rows of a manifest come into scope as time passes, and never leave it. Of these, the index of the last run is opened.
 */
export function gateScopesOf(
  ports: Pick<Ports, 'evidence' | 'largeEvidence' | 'caseKey'>,
  { runs }: Filing,
): { scopes: GateScope[]; runsWithoutScope: string[] } {
  const known = runs.map((run) => ({ runId: run.runId, config: configOf(run), scope: scopeOf(run) }))
  const same = Map.groupBy(
    known.flatMap(({ runId, config, scope }) => (scope ? [{ runId, config, ...scope }] : [])),
    ({ manifestSha256, subjects, config }) => `${manifestSha256} ${subjects} ${config}`,
  )
  const scopes = [...same.values()].map((own): GateScope => {
    const { manifestSha256, subjects } = own[0]!
    return {
      manifestSha256,
      subjects,
      runs: own.map(({ runId }) => runId),
      async open() {
        const { index } = await openRunIndex(ports, own.at(-1)!.runId)
        if (index.manifestSha256 !== manifestSha256 || index.subjects !== subjects)
          throw new GateBlind(`leak gate: run ${own.at(-1)!.runId}: expected the index of its scope, got another`)
        return index
      },
    }
  })
  return { scopes, runsWithoutScope: known.flatMap(({ runId, scope }) => (scope ? [] : [runId])) }
}

/** It says whether two identifiers that differ in case are the same one. */
const configOf = (run: RunEvidence) => attestedOf(run)[0]!.predicate.tool.configSha256
