import { byteSource } from '../byte-source.ts'
import { decodeContent, expectationOf, isContainer } from '../decode-content.ts'
import { addReadError, createDecoding } from '../decoding.ts'
import { formatOf } from '../formats.ts'
import { defaultLimits } from '../limits.ts'
import { readRaw } from '../raw-content.ts'
import type { OpenSink } from '../sink.ts'
import type { Gap } from '../unverified.ts'

/**
 * Whether an object that begins like this is read as it is, so that any part of it can be read by itself. A container has
 * to be unwrapped from its beginning. `head`: the first `headLength` bytes, or all of a shorter object.
 */
export function isReadAsIs(head: Uint8Array): boolean {
  return formatOf(head) === undefined
}

/** What was read of a part of an object; `gaps` count bytes from the beginning of the object. */
export type PartReading = { decodedBytes: number; gaps: Gap[] }

/**
 * Reads a part of an object that `isReadAsIs` as `decodeObject` reads the whole of it: the same sink, the same checks.
 * Between parts no character may be cut. `startOf`: where the part begins in the object, known when its first byte is
 * there. A `ReadFailed` of `chunks` is a gap; other errors are thrown.
 */
export async function decodePart(
  chunks: AsyncIterable<Uint8Array>,
  { head, startOf }: { head: Uint8Array; startOf: () => number },
  open: OpenSink,
): Promise<PartReading> {
  const decoding = createDecoding(open, defaultLimits, decodeContent, isContainer)
  try {
    await readRaw(byteSource(chunks), [], decoding, expectationOf(head), startOf)
  } catch (error) {
    addReadError(decoding, error, startOf() + decoding.deliveredBytes)
  }
  return { decodedBytes: decoding.deliveredBytes, gaps: decoding.gaps }
}
