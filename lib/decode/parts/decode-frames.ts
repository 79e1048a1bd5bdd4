import { positionedSource } from '../archive/positioned-source.ts'
import { byteSource } from '../byte-source.ts'
import { headLength } from '../checks/known-formats.ts'
import { decodeContent, expectationOf, isContainer } from '../decode-content.ts'
import { addGap, addReadError, createDecoding, type Decoding, DecodingStopped, stopOf } from '../decoding.ts'
import type { ByteRange } from '../format.ts'
import { formatOf } from '../formats.ts'
import { defaultLimits } from '../limits.ts'
import { readRaw } from '../raw-content.ts'
import type { OpenSink } from '../sink.ts'
import { isReadAsIs, type PartReading } from './decode-part.ts'
import type { ObjectBytes, PartOptions } from './decode-parts.ts'
import { bytesOf, type Framed, framedOf, step } from './find-frames.ts'
import type { PieceDigest } from './piece-digest.ts'

/** Decoded bytes, and where their frame begins in the object. Each frame begins with an empty piece. */
export type FramePiece = { readonly at: number; readonly bytes: Uint8Array }

/**
 * A compressed text that is read from any of its frames on. `head`: the first bytes of the text, as many as are asked for. `table`: where the object
 * ends with one that names its frames.
 */
export type FramedText = Framed & { readonly head: Uint8Array }

const none = new Uint8Array(0)

/**
 * An object that is a text in frames from its first byte to its last; absent where something else is in it, which is read from its
 * beginning. Every reader of the object gets the same answer. @throws ReadFailed
 */
export async function framedText(
  object: ObjectBytes,
  head: Uint8Array,
  wanted: number,
): Promise<FramedText | undefined> {
  const framed = formatOf(head)?.kind === 'compression' ? await framedOf(object, head) : undefined
  if (framed === undefined) return undefined
  const { framing } = framed
  const decoding = createDecoding(textAlone([framing.name], ignore), defaultLimits, decodeContent, isContainer)
  const parts: Uint8Array[] = []
  let length = 0
  let gapsOfHead: number | undefined
  try {
    for await (const { bytes } of decodedFrames(object, { ...framed, range: { from: 0, to: 0 } }, decoding)) {
      parts.push(Buffer.from(bytes))
      length += bytes.length
      if (length >= headLength) gapsOfHead ??= decoding.gaps.length
      if (length >= wanted) break
    }
  } catch (error) {
    if (!(error instanceof DecodingStopped)) throw error
    // Whoever reads the frames behind the head says what is wrong with them.
    if (length < headLength) return undefined
  }
  const text = Buffer.concat(parts).subarray(0, wanted)
  const isSound = (gapsOfHead ?? decoding.gaps.length) === 0
  return isReadAsIs(text.subarray(0, headLength)) && isSound ? { ...framed, head: text } : undefined
}

const ignore: OpenSink = () => ({ write() {}, end() {} })

/** Texts in headers and the like are contents of their own, and this reading has none but the text at `path`: they stop it. */
function textAlone(path: readonly string[], open: OpenSink): OpenSink {
  return (opened) => {
    if (opened === path) return open(opened)
    throw new DecodingStopped('unsupported-format', path, 0, `${path[0]}: expected frames that hold text alone`)
  }
}

/**
 * A part of a text. `range`: the bytes that are read in any case, from a frame on; `own` takes from the decoded frames what belongs to the part,
 * and asks for as many of them as it wants.
 */
export type FramesPart = {
  text: FramedText
  range: ByteRange
  own(frames: AsyncIterable<FramePiece>): AsyncGenerator<Uint8Array>
}

/**
 * Reads a part of a text, as `decodeObject` reads the whole: the same sink, the same checks. A `ReadFailed` is a gap; other errors are
 * thrown. `digest` gets the stored bytes as they are decoded, from `range.from` on, and ends where the first frame begins
 * at `range.to` or later, or where the object ends.
 */
export async function decodeFrames(
  object: ObjectBytes,
  { text, range, own }: FramesPart,
  open: OpenSink,
  { means = 'fast', digest }: PartOptions = {},
): Promise<PartReading> {
  const { framing, head } = text
  const path = [framing.name]
  const decoding = createDecoding(textAlone(path, open), defaultLimits, decodeContent, isContainer, means)
  const chunks = own(decodedFrames(object, { ...text, range }, decoding, digest))
  try {
    await readRaw(byteSource(chunks), path, decoding, expectationOf(head.subarray(0, headLength)))
  } catch (error) {
    if (error instanceof DecodingStopped) addGap(decoding, error.gap)
    else addReadError(decoding, error, range.from + decoding.storedBytes)
  } finally {
    await chunks.return(undefined)
  }
  return { decodedBytes: decoding.deliveredBytes, gaps: decoding.gaps }
}

/** Frames one after the other, to the end of the object: nothing else may be between or behind them but a table that names them. */
async function* decodedFrames(
  object: ObjectBytes,
  { framing, table, range }: Framed & Pick<FramesPart, 'range'>,
  decoding: Decoding,
  digest?: PieceDigest,
): AsyncGenerator<FramePiece> {
  const { name, headLength, isHead } = framing
  const stored = storedBytes(object, range, decoding, digest)
  const source = positionedSource(byteSource(stored.chunks), range.from)
  const decoder = framing.open(decoding)
  const stop = stopOf(name, [name])
  const to = table?.from ?? object.size
  try {
    while (source.position() < to) {
      const at = source.position()
      if (at >= range.to) digest?.endAt(at - range.from)
      if (!isHead(await source.peek(headLength)))
        throw stop('unsupported-format', 'expected the same kind of frames to the end of the object')
      yield { at, bytes: none }
      let decodedBytes = 0
      for await (const bytes of decoder.decode(source)) {
        decodedBytes += bytes.length
        yield { at, bytes }
      }
      if (table?.isFrame(at, source.position() - at, decodedBytes) === false)
        throw stop('corrupt', 'expected the seek table to say how long frames are')
    }
    if (source.position() > to) throw stop('corrupt', 'expected frames to end where the seek table begins')
    if (digest !== undefined) while ((await source.take()) !== undefined);
    digest?.endAt(object.size - range.from)
  } finally {
    decoder.close()
    stored.finish()
    while ((await source.take()) !== undefined);
  }
}

/**
 * The bytes of a range, and then more of them, until `finish` says that it is enough: then nothing more is asked for. What was asked for is to be
 * taken to its end, since only then it is known to be of the listed version.
 */
function storedBytes(
  object: ObjectBytes,
  { from, to }: ByteRange,
  decoding: Decoding,
  digest: PieceDigest | undefined,
) {
  let isEnough = false
  async function* chunks(): AsyncGenerator<Uint8Array> {
    if (from < to)
      for await (const chunk of object.read({ from, to })) {
        decoding.storedBytes += chunk.length
        digest?.add(chunk)
        yield chunk
      }
    for (let at = Math.max(from, to); at < object.size && !isEnough; at += step) {
      const bytes = await bytesOf(object, at, Math.min(at + step, object.size))
      decoding.storedBytes += bytes.length
      digest?.add(bytes)
      yield bytes
    }
  }
  return {
    chunks: chunks(),
    finish() {
      isEnough = true
    },
  }
}
