import type { Decoding } from '../../decoding.ts'
import { writeDoubtful } from '../brotli-part.ts'
import { textContent } from '../text-content.ts'
import { type Compression, headerLength } from './chunks.ts'

/** Writes those chunks of streams that may hold bytes besides their content to `[...path, 'stored']`. @throws ColumnFault */
export async function writeDoubtfulChunks(
  streams: Iterable<Uint8Array>,
  { codec }: Compression,
  path: readonly string[],
  decoding: Decoding,
): Promise<void> {
  if (codec !== 'BROTLI') return
  const content = textContent([...path, 'stored'], decoding, 'bytes')
  try {
    for (const stored of streams) for (const chunk of compressedIn(stored)) await writeDoubtful(chunk, content)
  } catch (error) {
    await content.abandon()
    throw error
  }
  await content.end()
}

/** What is wrong with a stream is told where it is read. */
function* compressedIn(stored: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; stored.length - at >= headerLength; ) {
    const header = stored[at]! | (stored[at + 1]! << 8) | (stored[at + 2]! << 16)
    const from = at + headerLength
    at = from + (header >>> 1)
    if ((header & 1) === 0) yield stored.subarray(from, at)
  }
}
