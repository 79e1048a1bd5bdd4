import { isDeepStrictEqual } from 'node:util'
import type { RunStatement, Statement } from '../attestation/statement.ts'
import type { StatementContext } from '../attestation/statement-context.ts'
import { ProofInvalid } from '../errors.ts'
import type { StoreReport } from '../verdict/store-report.ts'

/**
 * A statement is made again from its document and has to come out the same: no figure in it is believed, and none is
 * left out of the comparison.
 * @throws ProofInvalid naming the parts that differ
 */
export function requireRestated(statement: Statement, again: Statement): void {
  if (isDeepStrictEqual(statement, again)) return
  const [given, expected]: Record<string, unknown>[] = [statement.predicate, again.predicate]
  const parts = [...new Set([...Object.keys(given!), ...Object.keys(expected!)])]
  const differing = parts.filter((part) => !isDeepStrictEqual(given![part], expected![part]))
  throw new ProofInvalid(`${differing.join(', ') || 'statement'}: expected what the document gives, got another`)
}

/** What a statement says about its run, beside what its document says. */
export function contextOf({ predicate, predicateType }: RunStatement): StatementContext {
  const { runId, scope, tool, people, environment, signer, limitations, times, retention } = predicate
  return {
    organization: organizationOf({ predicateType }),
    runId,
    ...(scope && {
      scope: {
        subjects: scope.population,
        ...(scope.scopeRoot !== undefined && { scopeRoot: scope.scopeRoot }),
        manifest: manifestOf(scope.manifest),
        keyCommitment: scope.keyCommitment,
      },
    }),
    tool,
    ...(environment && { execution: environment.execution }),
    ...(signer && { keyProtection: signer.keyProtection }),
    ...(people && { people }),
    ...(retention && { retention }),
    limitations,
    createdAt: times.statementCreatedAt,
  }
}

/** What is optional in it is absent and never undefined. */
const manifestOf = ({ sha256, party, receivedAt }: NonNullable<RunStatement['predicate']['scope']>['manifest']) => ({
  sha256,
  ...(party !== undefined && { party }),
  ...(receivedAt !== undefined && { receivedAt }),
})

function organizationOf({ predicateType }: Pick<Statement, 'predicateType'>): string {
  return predicateType.slice('https://'.length).split('/')[0]!
}

/** The store as a statement about it shows it. */
export function storeSectionOf({
  store,
  obligation,
}: {
  store: NonNullable<Extract<Statement['predicate'], { store?: unknown }>['store']>
  obligation?: object | undefined
}): StoreReport['store'] {
  // Both come from JSON: what is optional in them is absent and never undefined.
  return { ...store, ...(obligation && { obligation }) } as StoreReport['store']
}
