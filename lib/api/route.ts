import type * as z from 'zod/mini'

/** One route of the API. What it is asked and what it answers is checked against `infra/openapi.json` by a test. */
export type Route<Body extends z.ZodMiniType = z.ZodMiniType> = {
  method: 'GET' | 'POST'
  /** `{id}` stands for the name of a run, a request or an export. */
  path: string
  /** Absent: the request has no body. A body that is left out is an empty object. */
  body?: Body
  /** What is answered, by status, when it is not a problem. */
  answers: Readonly<Record<number, z.ZodMiniType>>
}

/** A request as far as routes look at it, its body checked. `id` and `idempotencyKey` have their shapes. */
export type ApiRequest<Body = unknown> = {
  body: Body
  id: string
  idempotencyKey?: string
  /** Where bundles are kept: the beginning of their URIs. */
  evidenceUri: string
}

export type Answer = { status: number; body: unknown; headers?: Readonly<Record<string, string>> }

export type BodyOf<R extends Route> = R extends { body: infer B extends z.ZodMiniType } ? z.output<B> : undefined

/** The answers that a route may give: each status with its own body. */
export type AnswerOf<R extends Route> = {
  [S in keyof R['answers'] & number]: {
    status: S
    body: z.output<R['answers'][S]>
    headers?: Readonly<Record<string, string>>
  }
}[keyof R['answers'] & number]
