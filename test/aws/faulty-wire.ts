import { createServer, type IncomingHttpHeaders, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What becomes of one request on its way. The service acts on it unless it was lost or refused. */
export const wireFaults = [
  'request-lost',
  'reply-lost',
  'reply-cut',
  'throttled',
  'server-error',
  'conflict',
  'in-progress',
] as const
/** `reply-flipped`: one bit of the body is another one on arrival. */
export type WireFault = (typeof wireFaults)[number] | 'reply-flipped' | 'none'

export type Wire = {
  endpoint: string
  /** What was asked for since `plan` was called, in order: the operation, or for S3 the method and `object` or `list`. */
  requests: string[]
  /** From now on each request asks what becomes of it: its place among them, from 0, and what it asks for. */
  plan(next: (place: number, operation: string) => WireFault): void
  close(): Promise<void>
}

type Reply = { status: number; headers: IncomingHttpHeaders; body: Buffer }

/** A wire to `target` that loses, cuts and delays what passes. Clients take its endpoint for the service's. */
export async function faultyWire(target: string): Promise<Wire> {
  let next: (place: number, operation: string) => WireFault = () => 'none'
  const requests: string[] = []

  const server = createServer(async (incoming, outgoing) => {
    const body = await bytesOf(incoming)
    const operation = operationOf(incoming)
    const fault = next(requests.length, operation)
    requests.push(operation)
    if (fault === 'request-lost') return void incoming.socket.destroy()
    const made = refusalOf(fault, operation)
    if (made) return send(outgoing, made)
    const reply = await forward(target, incoming, body)
    if (fault === 'reply-lost') return void incoming.socket.destroy()
    if (fault === 'reply-cut') return send(outgoing, reply, true)
    if (fault === 'reply-flipped') reply.body[reply.body.length >> 1]! ^= 1
    send(outgoing, reply)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    plan(given) {
      requests.length = 0
      next = given
    },
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** The fault for one request and for no other. */
export const onlyAt =
  (at: number, fault: WireFault) =>
  (place: number): WireFault =>
    place === at ? fault : 'none'

function operationOf({ method, url, headers }: IncomingMessage): string {
  const target = headers['x-amz-target']
  if (typeof target === 'string') return target.slice(target.indexOf('.') + 1)
  return `${method} ${url?.includes('list-type=') ? 'list' : 'object'}`
}

async function bytesOf(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(stream))
}

function forward(target: string, { method, url, headers }: IncomingMessage, body: Buffer): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const outgoing = request(new URL(url ?? '/', target), { method, headers }, async (answer) => {
      resolve({ status: answer.statusCode ?? 500, headers: answer.headers, body: await bytesOf(answer) })
    })
    outgoing.once('error', reject)
    outgoing.end(body)
  })
}

/** Sends a reply whole, or the first half of its body before the connection ends. */
function send(outgoing: ServerResponse, { status, headers, body }: Reply, isCut = false): void {
  outgoing.writeHead(status, body.length === 0 ? headers : { ...headers, 'content-length': body.length })
  if (isCut) outgoing.write(body.subarray(0, body.length >> 1), () => outgoing.socket?.destroy())
  else outgoing.end(body)
}

/** What the services say themselves. Every request can meet a throttle or an error; only transactions meet each other. */
function refusalOf(fault: WireFault, operation: string): Reply | undefined {
  const isTransaction = operation === 'TransactWriteItems'
  const isS3 = operation.includes(' ')
  switch (fault) {
    case 'throttled':
      return isS3 ? xml(503, 'SlowDown') : json(400, 'ThrottlingException')
    case 'server-error':
      return isS3 ? xml(500, 'InternalError') : json(500, 'InternalServerError')
    case 'conflict':
      if (operation === 'PUT object') return xml(409, 'ConditionalRequestConflict')
      return isTransaction
        ? json(400, 'TransactionCanceledException', { CancellationReasons: [{ Code: 'TransactionConflict' }] })
        : undefined
    case 'in-progress':
      return isTransaction ? json(400, 'TransactionInProgressException') : undefined
    default:
      return undefined
  }
}

function json(status: number, name: string, rest: object = {}): Reply {
  const body = Buffer.from(
    JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${name}`, Message: name, ...rest }),
  )
  return { status, headers: { 'content-type': 'application/x-amz-json-1.0' }, body }
}

function xml(status: number, name: string): Reply {
  const body = Buffer.from(`<?xml version="1.0"?><Error><Code>${name}</Code><Message>${name}</Message></Error>`)
  return { status, headers: { 'content-type': 'application/xml' }, body }
}
