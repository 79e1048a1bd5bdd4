import * as z from 'zod/mini'
import { InputInvalid } from '../errors.ts'
import { restoreRefusals } from '../ports.ts'

/** What tasks are called with. Payloads come from outside: they are parsed once, here, and every bad field is named. */

/** Child executions add a store and a pass to it, and names on AWS have 80 characters at most. */
export const runId = z.string().check(z.regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,44}$/, 'expected the name of a run'))
export const storeId = z.string().check(z.regex(/^[a-z0-9][a-z0-9-]{0,31}$/, 'expected the name of a store'))
export const exportId = z.string().check(z.regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,79}$/, 'expected the name of an export'))
const number = z.int().check(z.minimum(0))
/** A change of a key: the how many-th of its kind, from 1; `at`: when it was begun. */
const changed = { key: z.enum(['attestation', 'log']), number: z.int().check(z.minimum(1)) }
const at = z.iso.datetime()
const failure = z.nullable(z.object({ state: z.string(), error: z.string() }))

export const runInput = z.object({ runId })
export const openRunInput = z.object({ runId, trigger: z.enum(['nightly', 'on-demand', 'dry-run']) })
/**
 * `at`: when the run began. A row of the manifest that was transferred later is not in scope. `shard`: of the scope tree, which
 * is made of an index that is there. `confirms`: asks whether everybody in scope is still transferred, at `at`.
 */
export const buildIndexInput = z.object({
  runId,
  at,
  shard: z.optional(number),
  confirms: z.optional(z.literal(true)),
})
export const closeRunInput = z.object({ runId, failure })
export const passInput = z.object({ runId, storeId, pass: number })
export const segmentInput = z.extend(passInput, { segment: number })
/** `page`: where this call goes on. */
export const pageInput = z.extend(segmentInput, { listing: z.enum(['opening', 'closing']), page: number })
/**
 * `leg`: how many calls have read a part of this batch before. `most`: versions that this one reads, at most; 0: the first is left out, since each call that read it alone ended
 * without an answer, with this `error`.
 */
export const batchInput = z.extend(passInput, {
  leg: z._default(number, 0),
  most: z.optional(number),
  error: z.optional(z.string().check(z.regex(/^[A-Za-z.]{0,64}$/))),
  batch: z.object({
    batch: number,
    segment: number,
    part: number,
    from: number,
    to: number,
    slice: z.optional(z.object({ index: number, of: number, from: number, to: number })),
  }),
})
/**
 * `at`: where a restore stands. Copies are asked for (`begin`) and then looked after (`look`), from version `entry` of line
 * `line` of the archived parts; `begun`: some are to be waited for.
 */
const restorePlace = z.strictObject({
  step: z.enum(['begin', 'look']),
  line: number,
  entry: number,
  begun: z.boolean(),
  restored: number,
  refusals: z.partialRecord(z.enum(restoreRefusals), number),
})
export type RestorePlace = z.infer<typeof restorePlace>
export const restoreInput = z.extend(passInput, { at: restorePlace })
/** `confirmedAt`: when it was asked last whether everybody in scope is transferred. */
const requestInput = z.extend(passInput, { requestId: z.string(), confirmedAt: at })
export const executeInput = z.extend(requestInput, { leg: number })
export const notifyInput = z.extend(requestInput, { token: z.string() })
export const acknowledgeInput = z.object({
  requestId: z.string(),
  by: z.enum(['custodian', 'deadline']),
  certificateSha256: z.optional(z.string().check(z.regex(/^[0-9a-f]{64}$/))),
})
export const decideInput = z.object({ runId, storeId, failure })
export const attestInput = z.discriminatedUnion('phase', [
  z.object({ phase: z.literal('scope'), runId }),
  z.object({ phase: z.literal('scan'), runId, storeId, pass: number }),
  z.object({ phase: z.literal('deletion-request'), runId, storeId, pass: number }),
  z.object({ phase: z.literal('deletion-ack'), runId, storeId, pass: number }),
  z.object({ phase: z.literal('verification'), runId, storeId }),
  z.object({ phase: z.literal('run-summary'), runId }),
  z.object({ phase: z.literal('correction'), runId, entry: number }),
  z.object({
    phase: z.literal('key-transition'),
    ...changed,
    at,
    vouched: z.nullable(z.strictObject({ old: z.string(), next: z.string() })),
  }),
])
/** A checkpoint of a run or of a change of a key; or what the two log keys of a change sign before it is attested. */
export const signCheckpointInput = z.union([
  runInput,
  z.strictObject(changed),
  z.strictObject({ vouch: z.strictObject({ number: changed.number, at }) }),
])
export const retireInput = z.strictObject(changed)
const words = z.string().check(z.minLength(1))
/** What people write when they take an entry back. */
export const correctionWords = z.object({ explanation: words, approvedBy: words })
export const proposeInput = z.extend(correctionWords, { entry: number })

export type Failure = z.infer<typeof failure>

/** @throws InputInvalid naming the task and every field that does not have its shape; values are not quoted. */
export function parseInput<S extends z.ZodMiniType>(task: string, schema: S, input: unknown): z.output<S> {
  const parsed = schema.safeParse(input)
  if (parsed.success) return parsed.data
  const fields = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'payload'}: ${issue.code}`)
  throw new InputInvalid(`${task}: payload: ${fields.join(', ')}`)
}
