import * as z from 'zod/mini'
import { channelKinds } from '../config-schema.ts'
import { valueKinds } from '../decode/format-place.ts'
import { unverifiedReasons } from '../decode/unverified.ts'
import type { Acknowledgement, DeletionRequest } from '../deletion/request.ts'
import { findingPlaces } from '../finding/finding.ts'
import type { FoundPlace } from '../finding/found-place.ts'
import type { Coverage } from '../inventory/coverage.ts'
import { protectionCodes } from '../inventory/object-version.ts'
import { parseDocument } from './parse-document.ts'
import { listedOpenVersions } from './settle-coverage.ts'
import { listedPlaces, type OpenVersion, type StoreReport } from './store-report.ts'

/**
 * The documents that a verdict follows from, read as strictly as they are written: unknown fields, numbers that are not
 * whole and times that do not exist are refused.
 */

const text = z.string().check(z.minLength(1), z.maxLength(10_000))
const count = z.int().check(z.minimum(0))
const sha256 = z.string().check(z.regex(/^[0-9a-f]{64}$/))
const runId = z.string().check(z.regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,79}$/))
const storeId = z.string().check(z.regex(/^[a-z0-9][a-z0-9-]{0,62}$/))
const reason = z.enum(unverifiedReasons)
const tally = { versions: count, bytes: count }
/** Compared as text, so all of one length and in UTC. */
const time = z.string().check(
  z.regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
  z.refine((value) => !Number.isNaN(Date.parse(value)) && new Date(value).toISOString() === value),
)
const span = { startedAt: time, finishedAt: time }

const obligation = z.strictObject({
  instrument: text,
  clause: z.exactOptional(text),
  reference: z.exactOptional(text),
  dueAt: z.exactOptional(z.iso.datetime()),
})

const coverage: z.ZodMiniType<Coverage> = z.strictObject({
  inventory: z.strictObject({ ...tally, deleteMarkers: count, multipartUploads: count, ...span }),
  closing: z.strictObject({ versions: count, appeared: count, gone: count, ...span }),
  mounts: z.strictObject({
    seen: count,
    gone: count,
    vanished: z.exactOptional(count),
    covers: z.exactOptional(count),
  }),
  batches: z.strictObject({ planned: count, reported: count }),
  clean: z.strictObject(tally),
  found: z.strictObject(tally),
  foundPartly: count,
  protected: z.array(z.strictObject({ code: z.enum(protectionCodes), ...tally, until: z.exactOptional(time) })),
  unverified: z.array(z.strictObject({ reason, ...tally })),
  exceptions: z.exactOptional(
    z.array(
      z.strictObject({
        reason,
        suffix: z.exactOptional(text),
        detail: text,
        plan: text,
        until: time,
        approvedBy: text,
        ...tally,
      }),
    ),
  ),
  unlisted: count,
  bytesRead: count,
  decodedBytes: count,
  records: count,
  findings: count,
  subjects: count,
  positiveControls: z.strictObject({ planted: count, detected: count, forms: z.array(text) }),
  negativeControls: z.strictObject({ planted: count, falseAlarms: count }),
  secondOpinion: z.strictObject({ versions: count, bytes: count, mismatches: count }),
  inventorySha256: sha256,
  outcomesSha256: sha256,
  builds: z.exactOptional(z.array(sha256)),
})

const deletionRequest: z.ZodMiniType<DeletionRequest> = z.strictObject({
  schemaVersion: z.literal(1),
  requestId: text,
  runId,
  storeId,
  pass: count,
  custodian: z.exactOptional(text),
  channel: z.enum(channelKinds),
  obligation: z.exactOptional(obligation),
  requestedAt: time,
  deadline: z.exactOptional(time),
  ...tally,
  findings: count,
  subjects: count,
  protectedVersions: count,
  deletableFrom: z.exactOptional(time),
  versionsSha256: sha256,
})

const acknowledgement: z.ZodMiniType<Acknowledgement> = z.strictObject({
  schemaVersion: z.literal(1),
  requestId: text,
  by: z.enum(['custodian', 'executor', 'deadline']),
  acknowledgedAt: time,
  certificateSha256: z.exactOptional(sha256),
  deleted: z.strictObject(tally),
  rewritten: z.exactOptional(z.strictObject({ ...tally, records: count })),
  gone: count,
  kept: z.array(z.strictObject({ reason: text, ...tally })),
})

/** A name that is shown is of letters alone: identifiers are told by number (see `toWhere`). */
const name = z.string().check(z.regex(/^[A-Za-z]+(?:[_-][A-Za-z]+)*$/), z.maxLength(48))
const number = z.int().check(z.minimum(1))
const where = z.strictObject({
  field: z.exactOptional(
    z.string().check(z.regex(/^(?:\.?(?:#[1-9][0-9]*|[A-Za-z]+(?:[_-][A-Za-z]+)*)|\[[0-9]+\])+$/), z.maxLength(2000)),
  ),
  isName: z.exactOptional(z.literal(true)),
  column: z.exactOptional(number),
  columnName: z.exactOptional(name),
  table: z.exactOptional(number),
  tableName: z.exactOptional(name),
  sheet: z.exactOptional(number),
  sheetName: z.exactOptional(name),
  valueKind: z.exactOptional(z.enum(valueKinds)),
  cell: z.exactOptional(z.string().check(z.regex(/^[A-Z]{1,4}[1-9][0-9]{0,9}$/))),
  rowid: z.exactOptional(z.string().check(z.regex(/^-?[0-9]{1,19}$/))),
})
const foundPlace: z.ZodMiniType<FoundPlace> = z.strictObject({
  place: z.enum(findingPlaces),
  path: z.array(z.string().check(z.regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/), z.maxLength(60))),
  record: count,
  offset: count,
  form: z.exactOptional(text),
  where: z.exactOptional(where),
})

const openVersion: z.ZodMiniType<OpenVersion> = z.strictObject({
  shownKey: z.string(),
  versionId: z.string(),
  bytes: count,
  outcome: z.enum(['found', 'unverified']),
  reason: z.exactOptional(reason),
  detail: z.exactOptional(text),
  findings: count,
  places: z.exactOptional(z.array(foundPlace).check(z.minLength(1), z.maxLength(listedPlaces))),
  protection: z.exactOptional(text),
})

export const storeReportSchema: z.ZodMiniType<StoreReport> = z.strictObject({
  schemaVersion: z.literal(1),
  runId,
  store: z.strictObject({
    storeId,
    kind: text,
    country: z.exactOptional(text),
    custodian: z.exactOptional(text),
    uri: z.exactOptional(text),
    region: z.exactOptional(text),
    account: z.exactOptional(text),
    obligation: z.exactOptional(obligation),
    mayBeEmpty: z.exactOptional(z.literal(true)),
  }),
  /** Without a manifest nobody is in scope: an empty digest and no subject. */
  manifest: z.union([
    z.strictObject({ sha256, subjects: count }),
    z.strictObject({ sha256: z.literal(''), subjects: z.literal(0) }),
  ]),
  passes: z.array(coverage).check(z.maxLength(1000)),
  requests: z
    .array(z.strictObject({ request: deletionRequest, acknowledgement: z.exactOptional(acknowledgement) }))
    .check(z.maxLength(1000)),
  failure: z.exactOptional(z.strictObject({ state: text, error: text })),
  open: z.array(openVersion).check(z.maxLength(listedOpenVersions)),
})

/** @throws FormatInvalid */
export function parseStoreReport(document: Uint8Array): StoreReport {
  return parseDocument(document, storeReportSchema, 'store report')
}

/** @throws FormatInvalid */
export function parseCoverage(document: Uint8Array): Coverage {
  return parseDocument(document, coverage, 'coverage')
}

/** @throws FormatInvalid */
export function parseDeletionRequest(document: Uint8Array): DeletionRequest {
  return parseDocument(document, deletionRequest, 'deletion request')
}

/** @throws FormatInvalid */
export function parseAcknowledgement(document: Uint8Array): Acknowledgement {
  return parseDocument(document, acknowledgement, 'acknowledgement')
}
