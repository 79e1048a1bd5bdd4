import { createServer, type IncomingHttpHeaders, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What becomes of one request on its way. The service acts on `none`, `reply-lost` and `reply-cut` only. */
export const wireFaults = [
  'request-lost',
  'reply-lost',
  'reply-cut',
  'throttled',
  'server-error',
  'conflict',
  'in-progress',
] as const
export type WireFault = (typeof wireFaults)[number] | 'none'

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
    if (made) return void send(outgoing, made, made.body.length)
    const reply = await forward(target, incoming, body)
    if (fault === 'reply-lost') return void incoming.socket.destroy()
    if (fault === 'reply-cut') return send(outgoing, reply, Math.floor(reply.body.length / 2))
    send(outgoing, reply, reply.body.length)
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

/** Sends a reply up to `length` of its bytes, and cuts the connection when these are not all. */
function send(outgoing: ServerResponse, { status, headers, body }: Reply, length: number): void {
  outgoing.writeHead(status, { ...headers, 'content-length': body.length })
  if (length === body.length && length > 0) outgoing.end(body)
  else outgoing.write(body.subarray(0, length), () => outgoing.socket?.destroy())
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
