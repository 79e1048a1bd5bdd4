import * as z from 'zod/mini'
import {
  AnsweredTooLate,
  NameTaken,
  NotKnown,
  RequestInvalid,
  ServiceUnavailable,
  StoreUnavailable,
} from '../errors.ts'
import type { Answer } from './route.ts'

/**
 * What went wrong, as RFC 9457 has it. `type` is left out: it is `about:blank`, and the status says it all. `errors`
 * names every field that cannot be used; `instance` is the name under which the log tells more.
 */
export const problem = z.strictObject({
  status: z.int(),
  title: z.string(),
  detail: z.string(),
  instance: z.string(),
  errors: z.optional(z.array(z.strictObject({ pointer: z.string(), detail: z.string() }))),
})

const titles = {
  400: 'Bad Request',
  404: 'Not Found',
  409: 'Conflict',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
} as const
type Status = keyof typeof titles

/** What is answered to an error. The text of an error was not made for whoever asked, and is kept from them. */
export function toProblem(error: unknown, instance: string): Answer {
  if (error instanceof RequestInvalid)
    return answer(400, 'the request does not have its shape', instance, { errors: error.badFields })
  if (error instanceof NotKnown) return answer(404, 'there is none of that name', instance)
  if (error instanceof NameTaken)
    return answer(409, 'the idempotency key was used for another request before', instance)
  if (error instanceof AnsweredTooLate)
    return answer(
      409,
      'the run has gone on without this answer: its deadline passed, or its store has its verdict',
      instance,
    )
  if (error instanceof StoreUnavailable || error instanceof ServiceUnavailable)
    return answer(503, 'a service that this needs does not answer; worth a retry', instance)
  return answer(500, 'a fault of this deployment; its log says more under the instance', instance)
}

function answer(status: Status, detail: string, instance: string, more: object = {}): Answer {
  return {
    status,
    headers: { 'content-type': 'application/problem+json', ...(status === 503 && { 'retry-after': '5' }) },
    body: { status, title: titles[status], detail, instance, ...more } satisfies z.output<typeof problem>,
  }
}
