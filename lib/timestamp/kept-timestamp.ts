import { FormatInvalid } from '../errors.ts'

/** Which checkpoint was timestamped, by its size, and the name that the configuration gives the authority. */
export type TimestampRef = { size: number; authority: string }

/** What is kept of a timestamp: the response, and the certificate that it follows from, in PEM. */
export type KeptTimestamp = TimestampRef & { response: Uint8Array; certificate: string }

const name = /^([0-9]{16})\.([a-z0-9][a-z0-9-]{0,31})\.json$/

/** Names sort by size and then by authority. */
export const timestampName = ({ size, authority }: TimestampRef) =>
  `${String(size).padStart(16, '0')}.${authority}.json`

/** `undefined` for the name of anything else. */
export function parseTimestampName(given: string): TimestampRef | undefined {
  const [, size, authority] = name.exec(given) ?? []
  return authority === undefined ? undefined : { size: Number(size), authority }
}

/** One document, so that a response is never there without its certificate. */
export function formatKept({ response, certificate }: KeptTimestamp): string {
  return `${JSON.stringify({ response: Buffer.from(response).toString('base64'), certificate }, null, 1)}\n`
}

/** @throws FormatInvalid */
export function parseKept(ref: TimestampRef, text: string): KeptTimestamp {
  const kept = { ...ref, ...fieldsIn(text) }
  if (formatKept(kept) !== text) throw unexpected()
  return kept
}

function fieldsIn(text: string): Pick<KeptTimestamp, 'response' | 'certificate'> {
  try {
    const { response, certificate } = JSON.parse(text) as Record<string, unknown>
    if (typeof response !== 'string' || typeof certificate !== 'string') throw unexpected()
    return { response: new Uint8Array(Buffer.from(response, 'base64')), certificate }
  } catch (cause) {
    throw cause instanceof FormatInvalid ? cause : unexpected(cause)
  }
}

const unexpected = (cause?: unknown) =>
  new FormatInvalid('timestamp: expected a response and a certificate as they are kept, got another text', { cause })
