import { byteSource, inMemory } from '../byte-source.ts'
import { decodeContent, isContainer } from '../decode-content.ts'
import { addGap, addReadError, addStop, createDecoding, type Decoding } from '../decoding.ts'
import type { ByteRange, Format, Parts } from '../format.ts'
import { formatOf } from '../formats.ts'
import { defaultLimits } from '../limits.ts'
import type { Means } from '../means.ts'
import type { OpenSink } from '../sink.ts'
import type { PartReading } from './decode-part.ts'
import type { PieceDigest } from './piece-digest.ts'

/** The parts of an object that belong to a slice: its bytes `start` to before `end`. */
export type PartsReading = PartReading & { start: number; end: number; moreGaps: number }

/** The format of an object that begins like this, if it says where parts are that are read by themselves. `head`: as for `isReadAsIs`. */
export function cuttableFormat(head: Uint8Array): Format | undefined {
  const format = formatOf(head)
  return format?.cut && format
}

/** Bytes of one object, each of these ranges as the listed version. Throws `ReadFailed` like a medium. */
export type ObjectBytes = {
  readonly size: number
  read(range: ByteRange): AsyncIterable<Uint8Array>
}

/** How a part of an object is read; `digest` gets the stored bytes of the part, as they are decoded. */
export type PartOptions = { means?: Means; digest?: PieceDigest; picturesMayBeClean?: boolean | undefined }

/**
 * Reads the parts of an object of a `cuttableFormat` which begin in a slice, as `decodeObject` reads them in the whole: the same sinks, the same checks.
 * A part begins where the format says, so slices that see the same object take each part once. Absent: the object has to be read from its
 * beginning. A `ReadFailed` is a gap; other errors are thrown. `digest` gets the bytes from `start` to `end`.
 */
export async function decodeParts(
  object: ObjectBytes,
  { format, slice }: { format: Format; slice: ByteRange },
  open: OpenSink,
  { means = 'fast', digest, picturesMayBeClean }: PartOptions = {},
): Promise<PartsReading | undefined> {
  const decoding = createDecoding(open, defaultLimits, decodeContent, isContainer, means, picturesMayBeClean)
  let extent = { start: slice.from, end: slice.from }
  try {
    const at = { size: object.size, read: (from: number, to: number) => inMemory(object.read({ from, to })) }
    const parts = await format.cut?.(at, [format.name], decoding)
    if (parts === undefined) return undefined
    extent = { start: startBehind(slice.from, parts, object), end: startBehind(slice.to, parts, object) }
    if (extent.start < extent.end) await readParts(object, parts, extent, decoding, digest)
  } catch (error) {
    addReadError(decoding, error, extent.start + decoding.storedBytes)
  }
  return { ...extent, decodedBytes: decoding.deliveredBytes, gaps: decoding.gaps, moreGaps: decoding.moreGaps }
}

/** Where the first part begins that does not begin before an edge; behind the last, the object's end. */
function startBehind(edge: number, { starts }: Parts, { size }: ObjectBytes): number {
  return edge === size ? size : (starts.find((start) => start >= edge) ?? size)
}

async function readParts(
  object: ObjectBytes,
  parts: Parts,
  { start, end }: { start: number; end: number },
  decoding: Decoding,
  digest: PieceDigest | undefined,
): Promise<void> {
  const bytes = counted(object.read({ from: start, to: end }), decoding, digest)
  const source = byteSource(bytes)
  try {
    await parts.read(source, { from: start, to: end }, decoding).catch((error: unknown) => addStop(decoding, error))
    // After a gap the rest is not decoded, but none of it is left out without one.
    const rest = await source.take()
    if (rest !== undefined && decoding.gaps.length === 0)
      addGap(decoding, {
        reason: 'corrupt',
        path: [],
        offset: start,
        detail: 'expected parts that are read to their end',
      })
    while ((await source.take()) !== undefined);
  } finally {
    await bytes.return(undefined)
  }
}

async function* counted(
  chunks: AsyncIterable<Uint8Array>,
  decoding: Decoding,
  digest: PieceDigest | undefined,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    decoding.storedBytes += chunk.length
    digest?.add(chunk)
    yield chunk
  }
}
