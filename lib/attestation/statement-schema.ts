import * as z from 'zod/mini'
import { channelKinds } from '../config-schema.ts'
import { unverifiedReasons } from '../decode/unverified.ts'
import { protectionCodes } from '../inventory/object-version.ts'

/**
 * What is attested: an in-toto Statement v1 whose predicate says, phase by phase, what was done and seen. The in-toto
 * subject is the document that the statement vouches for. JSON without whitespace, keys in the order of this schema,
 * integers only, times RFC 3339 in UTC with milliseconds, digests lower-case hex. It holds no identifier.
 */

const text = z.string().check(z.minLength(1), z.maxLength(10_000))
const count = z.int().check(z.minimum(0))
const ppm = z.int().check(z.minimum(0), z.maximum(1_000_000))
const sha256 = z.string().check(z.regex(/^[0-9a-f]{64}$/))
const time = z.string().check(z.regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/))
const runId = z.string().check(z.regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,79}$/))
const storeId = z.string().check(z.regex(/^[a-z0-9][a-z0-9-]{0,62}$/))
const reasons = z.array(text)
const tally = { versions: count, bytes: count }
const judged = z.enum(['verified', 'residual', 'incomplete'])
/** Only a verdict has a result. A phase that judges nothing must not read as if it did. */
const unjudged = z.literal('not-applicable')

const obligation = z.strictObject({
  instrument: text,
  clause: z.optional(text),
  reference: z.optional(text),
  dueAt: z.optional(time),
})

/**
 * Who is in scope: `population` subjects of one manifest, under the case key of which this is the SHA-256. `scopeRoot`: of the tree
 * that has a leaf for each of them (lib/proof/subject-leaf.ts); statements of before there was one lack it.
 */
const scope = z.strictObject({
  population: count,
  scopeRoot: z.optional(sha256),
  keyCommitment: sha256,
  manifest: z.strictObject({ sha256 }),
})

const store = z.strictObject({
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
const exceptions = z.array(
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

const inventory = z.strictObject({
  startedAt: time,
  finishedAt: time,
  ...tally,
  deleteMarkers: count,
  multipartUploads: count,
  inventorySha256: sha256,
})

const scan = z.strictObject({
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

const validation = z.strictObject({
  positiveControls: z.strictObject({ planted: count, detected: count, forms: z.array(text) }),
  negativeControls: z.strictObject({ planted: count, falseAlarms: count }),
  independentSample: z.strictObject({ versions: count, bytes: count, mismatches: count }),
})

const request = {
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

const answer = {
  by: z.enum(['custodian', 'executor', 'deadline']),
  acknowledgedAt: time,
  certificateSha256: z.optional(sha256),
  versionsDeleted: count,
  bytesDeleted: count,
  versionsGone: count,
  kept: z.array(z.strictObject({ reason: text, ...tally })),
}

/** Absent figures: no pass was settled. `coveragePpm`: versions of the last inventory read to their end. */
const verification = z.strictObject({
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
const subjects = z.strictObject({
  resultRoot: sha256,
  statuses: z.strictObject({ deleted: count, neverFound: count, residual: count, undetermined: count }),
  lastInventories: z.optional(z.strictObject({ from: time, to: time })),
})

/** What keeps the private keys: AWS's KMS, which gives none out, or files of one machine. */
export const keyProtections = ['kms', 'key-file'] as const
export type KeyProtection = (typeof keyProtections)[number]

/** `arn:aws:states:REGION:ACCOUNT:execution:MACHINE:RUN` */
export const executionPattern =
  /^arn:aws[a-z-]*:states:[a-z0-9-]{1,40}:[0-9]{12}:execution:[A-Za-z0-9-]{1,80}:[A-Za-z0-9_-]{1,80}$/

const head = { schemaVersion: z.literal(1), runId }
const tail = {
  limitations: z.array(text).check(z.minLength(1)),
  tool: z.strictObject({ name: text, version: text, buildSha256: z.optional(sha256), configSha256: sha256 }),
  /** Of the run on AWS: the ARN of its execution, of which the account's own records say what it did. */
  environment: z.optional(z.strictObject({ execution: z.string().check(z.maxLength(300), z.regex(executionPattern)) })),
  /** What keeps the key that signs: KMS, or a file on the machine of the run. */
  signer: z.optional(z.strictObject({ keyProtection: z.enum(keyProtections) })),
  times: z.strictObject({ statementCreatedAt: time }),
}
/** A public key: OpenSSH's fingerprint, and the SubjectPublicKeyInfo in DER, in base64 with its SHA-256 in hex. */
const publicKey = z.strictObject({
  fingerprint: z.string().check(z.regex(/^SHA256:[A-Za-z0-9+/]{43}$/)),
  spkiSha256: sha256,
  spki: z.string().check(z.regex(/^[A-Za-z0-9+/]{40,200}={0,2}$/)),
})
/** What people wrote: lines of text without other control characters. */
const written = z.string().check(z.minLength(1), z.maxLength(4000), z.regex(/^[^\x00-\x09\x0b-\x1f\x7f]+$/))
const ofStore = { obligation: z.optional(obligation), scope, store }

const predicate = z.discriminatedUnion('phase', [
  z.strictObject({
    ...head,
    phase: z.literal('scope'),
    result: unjudged,
    scope,
    stores: z.array(z.strictObject({ storeId, country: z.optional(text) })).check(z.minLength(1)),
    ...tail,
  }),
  z.strictObject({
    ...head,
    storeId,
    pass: count,
    phase: z.literal('scan'),
    result: unjudged,
    ...ofStore,
    inventory,
    scan,
    validation,
    ...tail,
  }),
  z.strictObject({
    ...head,
    storeId,
    pass: count,
    phase: z.literal('deletion-request'),
    result: unjudged,
    ...ofStore,
    deletion: z.strictObject(request),
    ...tail,
  }),
  z.strictObject({
    ...head,
    storeId,
    pass: count,
    phase: z.literal('deletion-ack'),
    result: unjudged,
    ...ofStore,
    deletion: z.strictObject({ ...request, ...answer }),
    ...tail,
  }),
  z.strictObject({
    ...head,
    storeId,
    phase: z.literal('verification'),
    result: judged,
    reasons,
    obligation: z.optional(obligation),
    scope: z.optional(scope),
    store,
    inventory: z.optional(inventory),
    scan: z.optional(scan),
    verification,
    validation: z.optional(validation),
    exceptions: z.optional(exceptions),
    ...tail,
  }),
  z.strictObject({
    ...head,
    phase: z.literal('run-summary'),
    result: judged,
    reasons,
    inputs: z.array(z.strictObject({ name: text, predicateType: text, digest: z.strictObject({ sha256 }) })),
    scope: z.optional(scope),
    stores: z.array(z.strictObject({ storeId, result: judged, reasons })),
    subjects: z.optional(subjects),
    ...tail,
  }),
  /** Takes an earlier attestation of the run back, which stands in the log at `entry` and whose envelope has this SHA-256. */
  z.strictObject({
    ...head,
    phase: z.literal('correction'),
    result: unjudged,
    supersedes: z.array(sha256).check(z.length(1)),
    corrects: z.strictObject({
      entry: count,
      phase: z.enum(['scope', 'scan', 'deletion-request', 'deletion-ack', 'verification', 'run-summary']),
      storeId: z.optional(storeId),
      pass: z.optional(count),
    }),
    explanation: written,
    approvedBy: z.string().check(z.minLength(1), z.maxLength(200), z.regex(/^[^\x00-\x1f\x7f]+$/)),
    scope: z.optional(scope),
    ...tail,
  }),
  /** Of the log and of no run: the `number`-th time that a key of this kind gave its duty to another one. */
  z.strictObject({
    schemaVersion: z.literal(1),
    phase: z.literal('key-transition'),
    result: unjudged,
    key: z.enum(['attestation', 'log']),
    number: z.int().check(z.minimum(1)),
    from: publicKey,
    to: publicKey,
    limitations: tail.limitations,
    tool: z.strictObject({ name: text, version: text, buildSha256: z.optional(sha256) }),
    times: tail.times,
  }),
])

/** What a predicate of each phase looks like, in the order in which the phases follow each other. */
export const predicateSchemas = predicate.def.options.map((schema) => ({
  phase: schema.shape.phase.def.values[0]!,
  schema,
}))

export const statementSchema = z.strictObject({
  _type: z.literal('https://in-toto.io/Statement/v1'),
  subject: z.array(z.strictObject({ name: text, digest: z.strictObject({ sha256 }) })).check(z.length(1)),
  predicateType: z.string().check(z.regex(/^https:\/\/[a-z0-9.-]+\.[a-z]{2,}\/deletion-verification\/v1$/)),
  predicate,
})

export type Statement = z.infer<typeof statementSchema>
export type Predicate = Statement['predicate']
export type Phase = Predicate['phase']
/** What is said about a run; a key transition is about none. */
export type RunPhase = Exclude<Phase, 'key-transition'>
export type RunPredicate = Extract<Predicate, { phase: RunPhase }>
export type RunStatement = Statement & { predicate: RunPredicate }
