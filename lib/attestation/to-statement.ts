import { isDeepStrictEqual } from 'node:util'
import type { Acknowledgement, DeletionRequest } from '../deletion/request.ts'
import { EvidenceConflict } from '../errors.ts'
import type { Coverage } from '../inventory/coverage.ts'
import { type Decision, decideVerdict } from '../verdict/decide-verdict.ts'
import type { StoreReport } from '../verdict/store-report.ts'
import type { Statement } from './statement.ts'
import {
  headOf,
  requireSame,
  type StatementContext,
  tailOf,
  toStatement,
  type VouchedDocument,
} from './statement-context.ts'
import * as section from './statement-sections.ts'

/** One function per phase, from what the stages found to what is attested. */

type StoreSection = StoreReport['store']

/** Attested before the first scan: who is in scope and which stores will be looked at. */
export function scopeStatement(
  context: StatementContext,
  { stores, document }: { stores: readonly { storeId: string; country?: string }[]; document: VouchedDocument },
): Statement {
  return toStatement(context, document, {
    ...headOf(context),
    phase: 'scope',
    result: 'not-applicable',
    scope: section.scopeOf(context),
    stores: stores.map(({ storeId, country }) => ({ storeId, ...section.optional({ country }) })),
    ...tailOf(context),
  })
}

/** One settled pass; the document is the coverage. */
export function scanStatement(
  context: StatementContext,
  {
    store,
    pass,
    coverage,
    document,
  }: { store: StoreSection; pass: number; coverage: Coverage; document: VouchedDocument },
): Statement {
  requireSame(document, coverage)
  return toStatement(context, document, {
    ...headOf(context),
    storeId: store.storeId,
    pass,
    phase: 'scan',
    result: 'not-applicable',
    ...section.obligationOf(store.obligation),
    scope: section.scopeOf(context),
    store: section.storeOf(store),
    ...section.inventoryAndScanOf(coverage),
    validation: section.validationOf(coverage),
    ...tailOf(context),
  })
}

/** What a custodian was asked to delete; the document is the request. */
export function requestStatement(
  context: StatementContext,
  { store, request, document }: { store: StoreSection; request: DeletionRequest; document: VouchedDocument },
): Statement {
  requireSame(document, request)
  requireRequest(context, store, request)
  return toStatement(context, document, {
    ...headOf(context),
    storeId: store.storeId,
    pass: request.pass,
    phase: 'deletion-request',
    result: 'not-applicable',
    ...section.obligationOf(request.obligation ?? store.obligation),
    scope: section.scopeOf(context),
    store: section.storeOf(store),
    deletion: section.requestOf(request),
    ...tailOf(context),
  })
}

/** The answer to a request, or that none came in time; the document is the acknowledgement. */
export function acknowledgementStatement(
  context: StatementContext,
  {
    store,
    request,
    acknowledgement,
    document,
  }: { store: StoreSection; request: DeletionRequest; acknowledgement: Acknowledgement; document: VouchedDocument },
): Statement {
  requireSame(document, acknowledgement)
  requireRequest(context, store, request)
  if (acknowledgement.requestId !== request.requestId)
    throw new EvidenceConflict('acknowledgement statement: request: expected the one that was answered, got another')
  const { by, acknowledgedAt, certificateSha256, deleted, rewritten, gone, kept } = acknowledgement
  return toStatement(context, document, {
    ...headOf(context),
    storeId: store.storeId,
    pass: request.pass,
    phase: 'deletion-ack',
    result: 'not-applicable',
    ...section.obligationOf(request.obligation ?? store.obligation),
    scope: section.scopeOf(context),
    store: section.storeOf(store),
    deletion: {
      ...section.requestOf(request),
      by,
      acknowledgedAt,
      ...section.optional({ certificateSha256 }),
      versionsDeleted: deleted.versions,
      bytesDeleted: deleted.bytes,
      ...(rewritten && {
        objectsRewritten: rewritten.versions,
        bytesRewritten: rewritten.bytes,
        recordsRemoved: rewritten.records,
      }),
      versionsGone: gone,
      kept: kept.map(({ reason, versions, bytes }) => ({ reason, versions, bytes })),
    },
    ...tailOf(context),
  })
}

/**
 * The verdict of one store; the document is the store report. The verdict is judged again here.
 * @throws EvidenceConflict when the decision is not the report's, or the report is not this run's.
 */
export function verificationStatement(
  context: StatementContext,
  { report, decision, document }: { report: StoreReport; decision: Decision; document: VouchedDocument },
): Statement {
  requireSame(document, report)
  const { store, passes, requests, failure, manifest } = report
  const { scope, runId } = context
  const isOfScope = scope
    ? scope.subjects === manifest.subjects && scope.manifest.sha256 === manifest.sha256
    : manifest.subjects === 0
  if (report.runId !== runId || !isOfScope)
    throw new EvidenceConflict(
      'verification statement: report: expected the run and manifest of the statement, got others',
    )
  if (!isDeepStrictEqual(decideVerdict(report), decision))
    throw new EvidenceConflict(
      'verification statement: decision: expected the one that follows from the report, got another',
    )
  const last = passes.at(-1)
  return toStatement(context, document, {
    ...headOf(context),
    storeId: store.storeId,
    phase: 'verification',
    result: decision.verdict,
    reasons: decision.reasons,
    ...section.obligationOf(store.obligation),
    ...(scope ? { scope: section.scopeOf(context) } : {}),
    store: section.storeOf(store),
    ...(last ? section.inventoryAndScanOf(last) : {}),
    verification: {
      passes: passes.length,
      requests: requests.length,
      ...section.freshnessOf(report),
      ...(last
        ? {
            residualVersions: last.found.versions,
            residualFindings: last.findings,
            residualSubjects: last.subjects,
          }
        : {}),
      coveragePpm: last ? section.coveragePpmOf(last) : 0,
      ...section.optional({ failure: failure && { state: failure.state, error: failure.error } }),
    },
    ...(last ? { validation: section.validationOf(last), ...section.exceptionsOf(last) } : {}),
    ...tailOf(context),
  })
}

function requireRequest({ runId }: StatementContext, store: StoreSection, request: DeletionRequest): void {
  if (request.runId !== runId || request.storeId !== store.storeId)
    throw new EvidenceConflict('deletion statement: request: expected one of this run and store, got another')
}
