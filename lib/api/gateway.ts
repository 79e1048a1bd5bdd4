import * as z from 'zod/mini'
import { type BadField, NotKnown, RequestInvalid } from '../errors.ts'
import { badFieldsOf } from './bad-fields.ts'
import type { Answer, ApiRequest, Route } from './route.ts'

const texts = z.record(z.string(), z.string())
/** What API Gateway hands over (payload format 2.0), as far as it is looked at. What there is not may be null. */
const gatewayEvent = z.object({
  headers: z.nullish(texts),
  pathParameters: z.nullish(texts),
  rawQueryString: z.nullish(z.string()),
  body: z.nullish(z.string()),
  isBase64Encoded: z.nullish(z.boolean()),
})
type GatewayEvent = z.output<typeof gatewayEvent>

export type GatewayResult = { statusCode: number; headers: Record<string, string>; body: string }

const name = /^[A-Za-z0-9][A-Za-z0-9_-]{0,79}$/
const key = /^[\x21-\x7e]{8,128}$/

/**
 * Reads a request of the API. @throws RequestInvalid naming every field, header and parameter that cannot be used
 * @throws NotKnown for an `id` that is no name
 */
export function readRequest(route: Route, event: unknown): Omit<ApiRequest, 'evidenceUri'> {
  const given = gatewayEvent.parse(event)
  const bad: BadField[] = []
  if (given.rawQueryString) bad.push({ pointer: '?', detail: 'expected no query parameters' })
  const idempotencyKey = given.headers?.['idempotency-key']
  if (idempotencyKey !== undefined && !key.test(idempotencyKey))
    bad.push({ pointer: '#idempotency-key', detail: 'expected 8 to 128 visible ASCII characters' })
  // What cannot be a name is nobody's name; it goes no further, since a caller may have typed anything.
  const id = given.pathParameters?.id ?? ''
  if (route.path.includes('{id}') && !name.test(id)) throw new NotKnown(`${route.path}: expected a name`)
  const body = readBody(route, given, bad)
  if (bad.length > 0) throw new RequestInvalid(`${route.method} ${route.path}: request: expected other fields`, bad)
  return { id, body, ...(idempotencyKey !== undefined && { idempotencyKey }) }
}

function readBody({ body: schema }: Route, given: GatewayEvent, bad: BadField[]): unknown {
  const text = textOf(given)
  if (text.trim() === '') return schema && parseBody(schema, {}, bad)
  if (schema === undefined) {
    bad.push({ pointer: '', detail: 'expected no body' })
    return undefined
  }
  if (!/^application\/json\s*(;|$)/i.test(given.headers?.['content-type'] ?? ''))
    bad.push({ pointer: '#content-type', detail: 'expected application/json' })
  try {
    return parseBody(schema, JSON.parse(text), bad)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    bad.push({ pointer: '', detail: 'expected JSON' })
    return undefined
  }
}

function parseBody(schema: z.ZodMiniType, value: unknown, bad: BadField[]): unknown {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  bad.push(...badFieldsOf(parsed.error.issues))
  return undefined
}

function textOf({ body, isBase64Encoded }: GatewayEvent): string {
  return Buffer.from(body ?? '', isBase64Encoded ? 'base64' : 'utf8').toString('utf8')
}

/** An answer as API Gateway takes it. */
export function formatAnswer({ status, body, headers }: Answer): GatewayResult {
  return {
    statusCode: status,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers },
    body: JSON.stringify(body),
  }
}
