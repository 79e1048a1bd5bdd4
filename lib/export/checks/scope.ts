import { isDeepStrictEqual } from 'node:util'
import { scopeStatement } from '../../attestation/to-statement.ts'
import { ProofInvalid } from '../../errors.ts'
import { contextOf, requireRestated } from '../restate.ts'
import { at, type Checked } from '../run-check.ts'
import { attestationsOf, type EvidenceOf, type RunEvidence } from '../run-evidence.ts'

/**
 * Who and what was looked at was said before the first scan, and everything after it is about the same subjects, stores
 * and configuration: nobody moves the goal while the run goes on.
 */
export function checkScope(runs: readonly RunEvidence[]): Checked<undefined> {
  for (const run of runs)
    at(`run ${run.runId}`, () => {
      if (run.scope) checkRun(run, run.scope)
    })
  return { count: runs.filter(({ scope }) => scope).length, value: undefined }
}

function checkRun({ stores, summary }: RunEvidence, scope: EvidenceOf<'scope'>): void {
  const { statement, predicate, model } = scope
  const document = { name: statement.subject[0]!.name, body: scope.document }
  const said = contextOf(statement)
  const context = {
    ...said,
    scope: {
      subjects: model.manifest.subjects,
      ...(model.scopeRoot !== undefined && { scopeRoot: model.scopeRoot }),
      manifest: { ...said.scope?.manifest, sha256: model.manifest.sha256 },
      keyCommitment: model.keyCommitment,
    },
  }
  if (model.runId !== predicate.runId) throw new ProofInvalid('scope: run: expected that of its statement, got another')
  requireRestated(statement, scopeStatement(context, { stores: model.stores, document }))
  const planned = new Map(predicate.stores.map((store) => [store.storeId, store]))
  if (planned.size < predicate.stores.length) throw new ProofInvalid('scope: stores: expected each once, got more')

  const later = [...stores.flatMap(attestationsOf), ...(summary ? [summary] : [])]
  for (const each of later)
    at(`attestation ${each.seq}`, () => {
      requireSame('scope', each.predicate.scope, predicate.scope)
      requireSame('organization', each.statement.predicateType, statement.predicateType)
      if (each.predicate.environment && predicate.environment)
        requireSame('environment', each.predicate.environment, predicate.environment)
      requireSame('tool.configSha256', each.predicate.tool.configSha256, predicate.tool.configSha256)
    })
  for (const store of stores)
    at(`store ${store.storeId}`, () => {
      const attestations = attestationsOf(store)
      const first = attestations[0]?.predicate
      if (!planned.has(store.storeId)) throw new ProofInvalid('expected a store of the scope, got another')
      requireSame('country', first?.store.country, planned.get(store.storeId)?.country)
      for (const each of attestations)
        at(`attestation ${each.seq}`, () => {
          requireSame('store', each.predicate.store, first?.store)
          requireSame('store', each.predicate.store.storeId, store.storeId)
          requireSame('obligation', each.predicate.obligation, first?.obligation)
        })
    })
}

function requireSame(what: string, given: unknown, expected: unknown): void {
  if (!isDeepStrictEqual(given, expected))
    throw new ProofInvalid(`${what}: expected the same in all attestations of the run, got another`)
}
