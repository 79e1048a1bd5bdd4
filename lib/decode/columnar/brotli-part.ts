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
  for (const edge of edgesIn(stream)) await content.write(lineOf(edge))
}

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

/** So many bits, 24 at most, the first one the lowest; those behind the end are 0. */
function bitsAt(bytes: Uint8Array, at: number, count: number): number {
  const from = at >>> 3
  const low = (bytes[from] ?? 0) | ((bytes[from + 1] ?? 0) << 8) | ((bytes[from + 2] ?? 0) << 16)
  const all = (low | ((bytes[from + 3] ?? 0) << 24)) >>> 0
  return (all >>> (at & 7)) & (2 ** count - 1)
}

/** So much of a block is looked at behind the run at its edge. */
const around = 64
/** Of a stream, and of one that is short. */
const mostEdges = { ratio: 32, bytes: 65_536 }

/**
 * What stands at the edges of metadata, where the bytes around it may look as if they went on with it. Every place counts behind which a
 * block of metadata fits and before which its header may stand.
 */
function* edgesIn(stream: Uint8Array): Generator<Uint8Array> {
  let left = stream.length * mostEdges.ratio + mostEdges.bytes
  const edge = (from: number, to: number): Uint8Array => {
    left -= to - from
    if (left < 0) throw new ColumnFault('limit', 'expected less in a stream of brotli that may be metadata')
    return stream.subarray(from, to)
  }
  for (let from = 1; from < stream.length; from++) {
    const byte = stream[from - 1]!
    for (let unused = 0; unused < 8 && byte >>> (8 - unused) === 0; unused++)
      for (let size = 1; size <= 3; size++) {
        const sizeAt = from * 8 - unused - size * 8
        // Not the last and empty block, no nibbles, a reserved 0, the number of bytes that say the length.
        if (sizeAt < 6 || bitsAt(stream, sizeAt - 6, 6) !== (6 | (size << 4))) continue
        const to = from + bitsAt(stream, sizeAt, size * 8) + 1
        if (to > stream.length) continue
        if (isOfRun(byte)) yield edge(from, Math.min(to, runEnd(stream, from, to) + around))
        if (to < stream.length && isOfRun(stream[to]!))
          yield edge(Math.max(from, runStart(stream, from, to) - around), to)
      }
  }
}

const isOfRun = (byte: number) => byte > 0x20 && byte !== 0x7f

function runEnd(bytes: Uint8Array, from: number, to: number): number {
  let at = from
  while (at < to && isOfRun(bytes[at]!)) at += 1
  return at
}

function runStart(bytes: Uint8Array, from: number, to: number): number {
  let at = to
  while (at > from && isOfRun(bytes[at - 1]!)) at -= 1
  return at
}
