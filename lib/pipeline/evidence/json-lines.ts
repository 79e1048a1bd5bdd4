import { EvidenceConflict } from '../../errors.ts'
import type { Evidence } from '../../ports.ts'

/** Documents of one JSON value a line. */

export const formatLines = (values: readonly unknown[]): string =>
  values.map((value) => `${JSON.stringify(value)}\n`).join('')

/** @throws EvidenceConflict for lines that were damaged since they were written */
export async function readLines<T>(evidence: Evidence, key: string): Promise<T[]> {
  const bytes = await evidence.get(key)
  try {
    return [...linesOf<T>(bytes)]
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    // As a cause it would quote the text.
    throw new EvidenceConflict(`${key}: expected the lines that were written, got other bytes, which are no JSON`)
  }
}

/** The values of a document one by one: of a long one, nobody holds more than its bytes and what is kept of it. */
export function* linesOf<T>(bytes: Uint8Array): Generator<T> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  for (let from = 0; from < buffer.length; ) {
    const end = buffer.indexOf(0x0a, from)
    const to = end < 0 ? buffer.length : end
    if (to > from) yield JSON.parse(buffer.toString('utf8', from, to)) as T
    from = to + 1
  }
}
