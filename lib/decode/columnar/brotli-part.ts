import { bitsAt, brotliEdges } from '../compression/declared/brotli-edges.ts'
import { ColumnFault } from './column-fault.ts'
import { lineOf, type TextContent } from './text-content.ts'

/**
 * A stream of brotli may hold bytes that decode to nothing ("metadata", RFC 7932, section 9.2). Only decoding tells where they are behind a
 * compressed meta-block, so a stream that may hold such bytes is written as it is stored.
 * @throws ColumnFault where it holds too much that may be metadata
 */
export async function writeDoubtful(stream: Uint8Array, content: TextContent): Promise<void> {
  if (stream.length === 0 || isContentOnly(stream)) return
  await content.write(lineOf(stream))
  const edges = brotliEdges(tooMuch, stream.length)
  for (const lines of edges.take(stream, true)) await content.write(lineOf(lines))
}

const tooMuch = () => new ColumnFault('limit', 'expected less in a stream of brotli that may be metadata')

/** Whether there is surely no metadata: uncompressed meta-blocks at most before the last one (section 9.1 and 9.2). */
function isContentOnly(stream: Uint8Array): boolean {
  let at = windowBits(stream)
  for (;;) {
    const isLast = bitsAt(stream, at++, 1) === 1
    if (isLast && bitsAt(stream, at++, 1) === 1) return true
    const nibbles = bitsAt(stream, at, 2) + 4
    if (nibbles === 7) return false
    if (isLast) return true
    const length = bitsAt(stream, at + 2, nibbles * 4) + 1
    at += 2 + nibbles * 4
    const isUncompressed = bitsAt(stream, at++, 1) === 1
    if (!isUncompressed) return false
    at = (Math.ceil(at / 8) + length) * 8
  }
}

/** How many bits say the size of the window. */
function windowBits(stream: Uint8Array): number {
  if (bitsAt(stream, 0, 1) === 0) return 1
  return bitsAt(stream, 1, 3) === 0 ? 7 : 4
}
