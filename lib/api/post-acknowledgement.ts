import * as z from 'zod/mini'
import { AnsweredTooLate } from '../errors.ts'
import { acknowledge } from '../pipeline/acknowledge.ts'
import { requestId, time } from './fields.ts'
import type { AnswerOf, ApiRequest, BodyOf, Route } from './route.ts'

export const postAcknowledgementRoute = {
  method: 'POST',
  path: '/requests/{id}/acknowledgement',
  body: z.strictObject({
    /** SHA-256 of the custodian's own certificate of destruction. */
    certificateSha256: z.optional(
      z.string().check(z.regex(/^[0-9a-f]{64}$/, 'expected 64 lower-case hexadecimal digits')),
    ),
  }),
  /** `first` is false when the request was answered before: that answer counts, and this one changes nothing. */
  answers: { 200: z.strictObject({ requestId, acknowledgedAt: time, first: z.boolean() }) },
} satisfies Route

/** Takes a custodian's answer. What it says is not believed: the run wakes up and looks again. @throws AnsweredTooLate */
export async function postAcknowledgement(
  ports: Parameters<typeof acknowledge>[0],
  { id, body }: ApiRequest<BodyOf<typeof postAcknowledgementRoute>>,
): Promise<AnswerOf<typeof postAcknowledgementRoute>> {
  const { by, acknowledgedAt, first } = await acknowledge(ports, { requestId: id, by: 'custodian', ...body })
  if (by !== 'custodian') throw new AnsweredTooLate('request: expected to be answered before its deadline')
  return { status: 200, body: { requestId: id, acknowledgedAt, first } }
}
