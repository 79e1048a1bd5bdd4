import { parseEvidence } from '../../evidence-json.ts'
import type { Evidence } from '../../ports.ts'

/** Documents of one JSON value a line. */

export const formatLines = (values: readonly unknown[]): string =>
  values.map((value) => `${JSON.stringify(value)}\n`).join('')

export async function readLines<T>(evidence: Evidence, key: string): Promise<T[]> {
  return [...linesOf<T>(await evidence.get(key), key)]
}

/** The values of a document one by one: of a long one, nobody holds more than its bytes and what is kept of it. @throws EvidenceConflict when one is damaged */
export function* linesOf<T>(bytes: Uint8Array, key: string): Generator<T> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  for (let from = 0; from < buffer.length; ) {
    const end = buffer.indexOf(0x0a, from)
    const to = end < 0 ? buffer.length : end
    if (to > from) yield parseEvidence<T>(buffer.toString('utf8', from, to), key)
    from = to + 1
  }
}
