import { ServiceUnavailable } from './errors.ts'
import type { Authorities } from './ports.ts'

/** An answer with a chain of certificates has some five thousand bytes. */
const longest = 64 * 1024
const isReply = /^application\/timestamp-reply(?:\s*;|$)/i

/**
 * Authorities that are asked over HTTP (RFC 3161, 3.4), once, each within this time. A redirection is no answer. Who
 * answers does not matter: the answer is signed.
 */
export function httpAuthorities({ milliseconds = 5000 } = {}): Authorities {
  return {
    async ask(url, query) {
      try {
        const answer = await fetch(url, {
          method: 'POST',
          headers: { 'content-type': 'application/timestamp-query', accept: 'application/timestamp-reply' },
          body: new Uint8Array(query),
          redirect: 'error',
          signal: AbortSignal.timeout(milliseconds),
        })
        if (answer.status !== 200) throw unavailable(`status ${answer.status}`)
        if (!isReply.test(answer.headers.get('content-type') ?? '')) throw unavailable('another kind of content')
        return await readWithin(answer, longest)
      } catch (cause) {
        if (cause instanceof ServiceUnavailable) throw cause
        const isLate = cause instanceof Error && cause.name === 'TimeoutError'
        throw unavailable(isLate ? `none in ${milliseconds} ms` : 'no connection', cause)
      }
    },
  }
}

async function readWithin(answer: Response, limit: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of answer.body ?? []) {
    length += chunk.length
    if (length > limit) throw unavailable(`more than ${limit} bytes`)
    chunks.push(chunk)
  }
  return new Uint8Array(Buffer.concat(chunks))
}

const unavailable = (got: string, cause?: unknown) =>
  new ServiceUnavailable(`authority: expected an answer, got ${got}`, { cause })
