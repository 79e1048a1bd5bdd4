import * as z from 'zod/mini'
import type { CorrectionDocument } from '../attestation/to-correction.ts'
import { parseDocument } from '../verdict/parse-document.ts'

/** The documents about a whole run, as far as their statements repeat them; what else they hold is not judged. */

const name = z.string().check(z.minLength(1), z.maxLength(100))
const text = z.string().check(z.minLength(1), z.maxLength(10_000))
const count = z.int().check(z.minimum(0))
const time = z.string().check(z.regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/))
const sha256 = z.string().check(z.regex(/^[0-9a-f]{64}$/))
/** Judging a summary takes time in the square of its stores. */
const mostStores = 10_000

const scopeDocument = z.looseObject({
  runId: name,
  manifest: z.looseObject({ sha256, subjects: count, notYetTransferred: z.exactOptional(count) }),
  scopeRoot: z.exactOptional(sha256),
  keyCommitment: sha256,
  stores: z.array(z.looseObject({ storeId: name, country: z.exactOptional(text) })).check(z.maxLength(mostStores)),
})

const summaryDocument = z.looseObject({
  runId: name,
  planned: z.array(name).check(z.maxLength(mostStores)),
  verdicts: z
    .array(
      z.strictObject({
        storeId: name,
        verdict: z.enum(['verified', 'residual', 'incomplete']),
        reasons: z.array(text),
        envelopeSha256: z.exactOptional(sha256),
      }),
    )
    .check(z.maxLength(mostStores)),
  failure: z.exactOptional(z.strictObject({ state: text, error: text })),
  subjects: z.exactOptional(
    z.strictObject({
      resultRoot: sha256,
      statuses: z.strictObject({ deleted: count, neverFound: count, residual: count, undetermined: count }),
      lastInventories: z.exactOptional(z.strictObject({ from: time, to: time })),
    }),
  ),
})

/** The statement says all of it once more. */
const correctionDocument: z.ZodMiniType<CorrectionDocument> = z.strictObject({
  schemaVersion: z.literal(1),
  runId: name,
  corrects: z.strictObject({
    entry: count,
    phase: z.enum(['scope', 'scan', 'deletion-request', 'deletion-ack', 'verification', 'run-summary']),
    storeId: z.exactOptional(name),
    pass: z.exactOptional(count),
    envelopeSha256: sha256,
  }),
  explanation: text,
  approvedBy: text,
})

/** @throws FormatInvalid */
export function parseCorrectionDocument(document: Uint8Array): CorrectionDocument {
  return parseDocument(document, correctionDocument, 'correction')
}

export type ScopeDocument = z.infer<typeof scopeDocument>
export type SummaryDocument = z.infer<typeof summaryDocument>

/** @throws FormatInvalid */
export function parseScopeDocument(document: Uint8Array): ScopeDocument {
  return parseDocument(document, scopeDocument, 'scope')
}

/** @throws FormatInvalid */
export function parseSummaryDocument(document: Uint8Array): SummaryDocument {
  return parseDocument(document, summaryDocument, 'run summary')
}
