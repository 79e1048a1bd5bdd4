import * as z from 'zod/mini'
import {
  answer,
  count,
  exceptions,
  inventory,
  judged,
  obligation,
  people,
  reasons,
  request,
  retention,
  runId,
  scan,
  scope,
  sha256,
  store,
  storeId,
  subjects,
  text,
  time,
  tool,
  unjudged,
  validation,
  verification,
} from './section-schema.ts'

/** What keeps the private keys: AWS's KMS, which gives none out, or files of one machine. */
export const keyProtections = ['kms', 'key-file'] as const
export type KeyProtection = (typeof keyProtections)[number]

/** `arn:aws:states:REGION:ACCOUNT:execution:MACHINE:RUN` */
export const executionPattern =
  /^arn:aws[a-z-]*:states:[a-z0-9-]{1,40}:[0-9]{12}:execution:[A-Za-z0-9-]{1,80}:[A-Za-z0-9_-]{1,80}$/

const head = { schemaVersion: z.literal(1), runId }
const tail = {
  limitations: z.array(text).check(z.minLength(1)),
  tool: z.strictObject({ ...tool, configSha256: sha256 }),
  people: z.optional(people),
  /** Of the run on AWS: the ARN of its execution, of which the account's own records say what it did. */
  environment: z.optional(z.strictObject({ execution: z.string().check(z.maxLength(300), z.regex(executionPattern)) })),
  /** What keeps the key that signs: KMS, or a file on the machine of the run. */
  signer: z.optional(z.strictObject({ keyProtection: z.enum(keyProtections) })),
  times: z.strictObject({ statementCreatedAt: time }),
  retention: z.optional(retention),
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
    tool: z.strictObject(tool),
    times: tail.times,
  }),
])

/** What a predicate of each phase looks like, in the order in which the phases follow each other. */
export const predicateSchemas = predicate.def.options.map((schema) => ({
  phase: schema.shape.phase.def.values[0]!,
  schema,
}))

/**
 * What is attested: an in-toto Statement v1 whose predicate says, phase by phase, what was done and seen. The in-toto
 * subject is the document that the statement vouches for. JSON without whitespace, keys in the order of this schema,
 * integers only, times RFC 3339 in UTC with milliseconds, digests lower-case hex. It holds no identifier.
 */
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
