import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A server that answers queries for timestamps over HTTP, in the way that it is told. `asked`: how often it was. */
export async function authorityServer(
  answer: (query: Uint8Array, response: ServerResponse, request: IncomingMessage) => void,
) {
  const seen = { asked: 0 }
  const server = createServer(async (request, response) => {
    seen.asked++
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    answer(new Uint8Array(Buffer.concat(chunks)), response, request)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    seen,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/tsa`,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** What an honest server says around an answer. */
export function reply(response: ServerResponse, answer: Uint8Array): void {
  response.writeHead(200, { 'content-type': 'application/timestamp-reply' }).end(answer)
}
