import * as z from 'zod/mini'
import { channelKinds } from '../config-schema.ts'
import { unverifiedReasons } from '../decode/unverified.ts'
import { protectionCodes } from '../inventory/object-version.ts'

/** What the predicates of several phases are made of. Strict, as the statement is. */
export const text = z.string().check(z.minLength(1), z.maxLength(10_000))
export const count = z.int().check(z.minimum(0))
const ppm = z.int().check(z.minimum(0), z.maximum(1_000_000))
export const sha256 = z.string().check(z.regex(/^[0-9a-f]{64}$/))
const commit = z.string().check(z.regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/))
/** `buildSha256`: of the sources; `sourceCommit`: the one whose files they are, in Git, where they are those of a checkout. */
export const tool = { name: text, version: text, buildSha256: z.optional(sha256), sourceCommit: z.optional(commit) }
export const time = z.string().check(z.regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/))
export const runId = z.string().check(z.regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,79}$/))
export const storeId = z.string().check(z.regex(/^[a-z0-9][a-z0-9-]{0,62}$/))
export const reasons = z.array(text)
const tally = { versions: count, bytes: count }
export const judged = z.enum(['verified', 'residual', 'incomplete'])
/** Only a verdict has a result. A phase that judges nothing must not read as if it did. */
export const unjudged = z.literal('not-applicable')

export const obligation = z.strictObject({
  instrument: text,
  clause: z.optional(text),
  reference: z.optional(text),
  dueAt: z.optional(time),
})

/** As the configuration of the run has both: nobody checked them. `years`: from `times.statementCreatedAt` on. */
export const people = z.strictObject({ operator: text, reviewer: z.optional(text) })
export const retention = z.strictObject({ years: count, basis: text })

/**
 * Who is in scope: `population` subjects of one manifest, under the case key of which this is the SHA-256. `scopeRoot`: of the tree
 * that has a leaf for each of them (lib/proof/subject-leaf.ts); statements of before there was one lack it. `party` handed the manifest over, and when, as the configuration has both.
 */
export const scope = z.strictObject({
  population: count,
  scopeRoot: z.optional(sha256),
  keyCommitment: sha256,
  manifest: z.strictObject({ sha256, party: z.optional(text), receivedAt: z.optional(time) }),
})

export const store = z.strictObject({
  storeId,
  kind: text,
  country: z.optional(text),
  custodian: z.optional(text),
  uri: z.optional(text),
  region: z.optional(text),
  account: z.optional(text),
})

/**
 * Found and not deleted for a reason that has a name (`until`: when the last of these versions can be deleted); or unverified for a reason that is
 * known and approved, until then. `suffix`: of the keys that it is about. `expired`: it was over when the inventory began, and explains nothing.
 */
export const exceptions = z.array(
  z.union([
    z.strictObject({ code: z.enum(protectionCodes), ...tally, until: z.optional(time) }),
    z.strictObject({
      code: z.enum(unverifiedReasons),
      suffix: z.optional(text),
      ...tally,
      detail: text,
      plan: text,
      until: time,
      approvedBy: text,
      expired: z.optional(z.literal(true)),
    }),
  ]),
)

export const inventory = z.strictObject({
  startedAt: time,
  finishedAt: time,
  ...tally,
  deleteMarkers: count,
  multipartUploads: count,
  inventorySha256: sha256,
})

export const scan = z.strictObject({
  clean: z.strictObject(tally),
  found: z.strictObject(tally),
  foundPartly: count,
  unverified: z.array(z.strictObject({ reason: z.enum(unverifiedReasons), ...tally })),
  unlisted: count,
  bytesRead: count,
  bytesDecoded: count,
  recordsRead: count,
  findings: count,
  foundSubjects: count,
  batches: z.strictObject({ planned: count, reported: count }),
  closing: z.strictObject({ startedAt: time, finishedAt: time, versions: count, appeared: count, gone: count }),
  outcomesSha256: sha256,
  /** Of the programs that read something, as `tool.buildSha256` is of the one that says so. */
  builds: z.optional(z.array(sha256)),
})

export const validation = z.strictObject({
  positiveControls: z.strictObject({ planted: count, detected: count, forms: z.array(text) }),
  negativeControls: z.strictObject({ planted: count, falseAlarms: count }),
  independentSample: z.strictObject({ versions: count, bytes: count, mismatches: count }),
})

export const request = {
  requestId: text,
  channel: z.enum(channelKinds),
  requestedAt: time,
  deadline: z.optional(time),
  ...tally,
  findings: count,
  subjects: count,
  protectedVersions: count,
  versionsSha256: sha256,
}

/** `objectsRewritten`: versions, of `bytesRewritten`, that others without `recordsRemoved` records of subjects took the place of; absent: none. */
export const answer = {
  by: z.enum(['custodian', 'executor', 'deadline']),
  acknowledgedAt: time,
  certificateSha256: z.optional(sha256),
  versionsDeleted: count,
  bytesDeleted: count,
  objectsRewritten: z.optional(count),
  bytesRewritten: z.optional(count),
  recordsRemoved: z.optional(count),
  versionsGone: count,
  kept: z.array(z.strictObject({ reason: text, ...tally })),
}

/** Absent figures: no pass was settled. `coveragePpm`: versions of the last inventory read to their end. */
export const verification = z.strictObject({
  passes: count,
  requests: count,
  freshInventory: z.boolean(),
  secondsAfterAck: z.optional(count),
  residualVersions: z.optional(count),
  residualFindings: z.optional(count),
  residualSubjects: z.optional(count),
  coveragePpm: ppm,
  failure: z.optional(z.strictObject({ state: text, error: text })),
})

/** How many subjects the run came to what for, and the root of the tree that says it for each. */
export const subjects = z.strictObject({
  resultRoot: sha256,
  statuses: z.strictObject({ deleted: count, neverFound: count, residual: count, undetermined: count }),
  lastInventories: z.optional(z.strictObject({ from: time, to: time })),
})
