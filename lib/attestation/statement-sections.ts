import type { Obligation } from '../config.ts'
import type { DeletionRequest } from '../deletion/request.ts'
import { EvidenceConflict } from '../errors.ts'
import type { Coverage } from '../inventory/coverage.ts'
import { isExpired } from '../verdict/exceptions.ts'
import type { StoreReport } from '../verdict/store-report.ts'
import type { StatementContext } from './statement-context.ts'

/** The parts that several phases share. */

/** Leaves out what is not there. */
export function optional<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as ReturnType<
    typeof optional<T>
  >
}

export function scopeOf({ scope }: StatementContext) {
  if (!scope) throw new EvidenceConflict('statement: scope: expected the manifest of the run, got none')
  const { subjects, scopeRoot, keyCommitment, manifest } = scope
  return { population: subjects, ...optional({ scopeRoot }), keyCommitment, manifest: { ...manifest } }
}

export function storeOf({ storeId, kind, country, custodian, uri, region, account }: StoreReport['store']) {
  return { storeId, kind, ...optional({ country, custodian, uri, region, account }) }
}

/** Why something is not deleted yet, or not read, and until when if that is known. It explains; it turns no verdict clean. */
export function exceptionsOf(coverage: Coverage) {
  const kept = coverage.protected.map(({ code, versions, bytes, until }) => ({
    code,
    versions,
    bytes,
    ...optional({ until }),
  }))
  const approved = (coverage.exceptions ?? [])
    .filter(({ versions }) => versions > 0)
    .map(({ reason, suffix, versions, bytes, detail, plan, until, approvedBy }) => ({
      code: reason,
      ...optional({ suffix }),
      ...{ versions, bytes, detail, plan, until, approvedBy },
      ...(isExpired({ until }, coverage) && { expired: true as const }),
    }))
  return kept.length + approved.length === 0 ? {} : { exceptions: [...kept, ...approved] }
}

export function obligationOf(obligation: Obligation | undefined) {
  if (!obligation) return {}
  const { instrument, clause, reference, dueAt } = obligation
  // People write this time; all others come from a clock of ours and have milliseconds already.
  const due = dueAt === undefined ? undefined : new Date(dueAt).toISOString()
  return { obligation: { instrument, ...optional({ clause, reference, dueAt: due }) } }
}

export function inventoryAndScanOf(coverage: Coverage) {
  const { inventory, closing, batches, clean, found, unverified } = coverage
  return {
    inventory: {
      startedAt: inventory.startedAt,
      finishedAt: inventory.finishedAt,
      versions: inventory.versions,
      bytes: inventory.bytes,
      deleteMarkers: inventory.deleteMarkers,
      multipartUploads: inventory.multipartUploads,
      inventorySha256: coverage.inventorySha256,
    },
    scan: {
      clean: { versions: clean.versions, bytes: clean.bytes },
      found: { versions: found.versions, bytes: found.bytes },
      foundPartly: coverage.foundPartly,
      unverified: unverified.map(({ reason, versions, bytes }) => ({ reason, versions, bytes })),
      unlisted: coverage.unlisted,
      bytesRead: coverage.bytesRead,
      bytesDecoded: coverage.decodedBytes,
      recordsRead: coverage.records,
      findings: coverage.findings,
      foundSubjects: coverage.subjects,
      batches: { planned: batches.planned, reported: batches.reported },
      closing: {
        startedAt: closing.startedAt,
        finishedAt: closing.finishedAt,
        versions: closing.versions,
        appeared: closing.appeared,
        gone: closing.gone,
      },
      outcomesSha256: coverage.outcomesSha256,
      ...optional({ builds: coverage.builds && [...coverage.builds] }),
    },
  }
}

export function validationOf({ positiveControls, negativeControls, secondOpinion }: Coverage) {
  const { planted, detected, forms } = positiveControls
  const { versions, bytes, mismatches } = secondOpinion
  return {
    positiveControls: { planted, detected, forms: [...forms] },
    negativeControls: { planted: negativeControls.planted, falseAlarms: negativeControls.falseAlarms },
    independentSample: { versions, bytes, mismatches },
  }
}

export function requestOf(request: DeletionRequest) {
  return {
    requestId: request.requestId,
    channel: request.channel,
    requestedAt: request.requestedAt,
    ...optional({ deadline: request.deadline }),
    versions: request.versions,
    bytes: request.bytes,
    findings: request.findings,
    subjects: request.subjects,
    protectedVersions: request.protectedVersions,
    versionsSha256: request.versionsSha256,
  }
}

/** Whether the last inventory was taken after the answer to every request, and how long after the last of them. */
export function freshnessOf({ passes, requests }: StoreReport): { freshInventory: boolean; secondsAfterAck?: number } {
  const last = passes.at(-1)
  const asked = requests.filter(({ request }) => request.channel !== 'none')
  const answers = asked.flatMap(({ acknowledgement }) => acknowledgement?.acknowledgedAt ?? []).sort()
  if (!last || answers.length < asked.length) return { freshInventory: false }
  const lastAnswer = answers.at(-1)
  if (lastAnswer === undefined) return { freshInventory: true }
  const milliseconds = Date.parse(last.inventory.startedAt) - Date.parse(lastAnswer)
  if (!(milliseconds >= 0)) return { freshInventory: false }
  return { freshInventory: true, secondsAfterAck: Math.floor(milliseconds / 1000) }
}

/** Versions of the inventory that were read to their end, in parts per million, a million only for all of them. */
export function coveragePpmOf({ inventory, clean, found, foundPartly }: Coverage): number {
  const read = clean.versions + found.versions - foundPartly
  if (read === inventory.versions) return 1_000_000
  return Math.max(0, Math.min(999_999, Math.floor((read * 1_000_000) / inventory.versions)))
}
