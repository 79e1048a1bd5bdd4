import { ReadFailed } from '../errors.ts'
import { byteSource } from './byte-source.ts'
import { type Framing, framingOf } from './compression/framing.ts'
import { decodeContent, expectationOf, isContainer } from './decode-content.ts'
import { isReadAsIs, type PartReading } from './decode-part.ts'
import type { ObjectBytes } from './decode-parts.ts'
import { addGap, createDecoding, type Decoding, DecodingStopped } from './decoding.ts'
import { formatOf } from './formats.ts'
import { headLength } from './known-formats.ts'
import { defaultLimits } from './limits.ts'
import type { Means } from './means.ts'
import { readRaw } from './raw-content.ts'
import type { OpenSink } from './sink.ts'

/** Decoded bytes, and where their frame begins in the object. Each frame begins with an empty piece. */
export type FramePiece = { readonly at: number; readonly bytes: Uint8Array }

/** A compressed text that is read from any of its frames on. `head`: the first bytes of the text, as many as are asked for. */
export type FramedText = { readonly framing: Framing; readonly head: Uint8Array }

/** How much is asked for at a time, where it is not known how much is needed. */
const step = 2 ** 20

/** Whether an object that begins like this may be one that `framedText` reads. */
export function isFramed(head: Uint8Array): boolean {
  return formatOf(head)?.kind === 'compression' && framingOf(head) !== undefined
}

/**
 * An object that is a text in frames from its first byte to its last; absent where something else is in it, which is read from its
 * beginning. Every reader of the object gets the same answer. @throws ReadFailed
 */
export async function framedText(
  object: ObjectBytes,
  head: Uint8Array,
  wanted = headLength,
): Promise<FramedText | undefined> {
  const framing = isFramed(head) ? framingOf(head) : undefined
  if (framing === undefined) return undefined
  const decoding = createDecoding(textAlone([framing.name], ignore), defaultLimits, decodeContent, isContainer)
  const parts: Uint8Array[] = []
  let length = 0
  let gapsOfHead: number | undefined
  try {
    for await (const { bytes } of decodedFrames(object, framing, { from: 0, to: 0 }, decoding)) {
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
  return isReadAsIs(text.subarray(0, headLength)) && isSound ? { framing, head: text } : undefined
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
 * Where the first frame begins in a slice; absent: none does. It looks like one, and another one or the object's end is right behind
 * it; that it is one is known when the slice before ends there.
 */
export async function findFrame(
  object: ObjectBytes,
  framing: Framing,
  slice: { from: number; to: number },
): Promise<number | undefined> {
  if (slice.from === 0) return 0
  for (let at = slice.from; at < slice.to; at += step) {
    const end = Math.min(at + step, slice.to)
    const bytes = await bytesOf(object, at, Math.min(end + framing.headLength, object.size))
    for (let place = 0; ; place++) {
      place = bytes.indexOf(framing.signature, place)
      if (place < 0 || place >= end - at) break
      const length = framing.lengthOf(bytes.subarray(place, place + framing.headLength))
      if (length > 0 && (await isFrameOrEnd(object, framing, at + place + length))) return at + place
    }
  }
  return undefined
}

async function isFrameOrEnd(object: ObjectBytes, { headLength, lengthOf }: Framing, at: number): Promise<boolean> {
  if (at >= object.size) return at === object.size
  return lengthOf(await bytesOf(object, at, Math.min(at + headLength, object.size))) > 0
}

async function bytesOf(object: ObjectBytes, from: number, to: number): Promise<Buffer> {
  const parts: Uint8Array[] = []
  for await (const chunk of object.read({ from, to })) parts.push(Buffer.from(chunk))
  return Buffer.concat(parts)
}

/**
 * Reads a part of a text from a frame on, as `decodeObject` reads the whole: the same sink, the same checks. `from` and `to`: of the bytes that
 * are read in any case; `own` takes from the decoded frames what belongs to the part, and asks for as many of them as it wants. A
 * `ReadFailed` is a gap; other errors are thrown.
 */
export async function decodeFrames(
  object: ObjectBytes,
  { framing, head }: FramedText,
  range: { from: number; to: number },
  own: (frames: AsyncIterable<FramePiece>) => AsyncGenerator<Uint8Array>,
  means: Means,
  open: OpenSink,
): Promise<PartReading> {
  const path = [framing.name]
  const decoding = createDecoding(textAlone(path, open), defaultLimits, decodeContent, isContainer, means)
  const chunks = own(decodedFrames(object, framing, range, decoding))
  try {
    await readRaw(byteSource(chunks), path, decoding, expectationOf(head.subarray(0, headLength)))
  } catch (error) {
    if (error instanceof DecodingStopped) addGap(decoding, error.gap)
    else if (error instanceof ReadFailed) {
      const detail = 'expected more bytes from the medium'
      addGap(decoding, { reason: 'read-error', path: [], offset: range.from + decoding.storedBytes, detail })
    } else throw error
  } finally {
    await chunks.return(undefined)
  }
  return { decodedBytes: decoding.deliveredBytes, gaps: decoding.gaps }
}

/** Frames one after the other, to the end of the object: nothing else may be between or behind them. */
async function* decodedFrames(
  object: ObjectBytes,
  framing: Framing,
  range: { from: number; to: number },
  decoding: Decoding,
): AsyncGenerator<FramePiece> {
  const { name, headLength, lengthOf } = framing
  const stored = storedBytes(object, range, decoding)
  const source = byteSource(stored.chunks)
  const decoder = framing.open(decoding)
  const stop = (reason: 'limit' | 'truncated' | 'unsupported-format', detail: string) =>
    new DecodingStopped(reason, [name], 0, `${name}: ${detail}`)
  const { heldBytes } = decoding.limits
  try {
    for (let at = range.from; at < object.size; ) {
      const length = lengthOf(await source.peek(headLength))
      if (length === 0) throw stop('unsupported-format', 'expected the same kind of frames to the end of the object')
      if (length > heldBytes) throw stop('limit', `expected frames of at most ${heldBytes} bytes`)
      const bytes = await source.peek(length)
      if (bytes.length < length) throw stop('truncated', 'expected more bytes of a frame')
      const frame = bytes.subarray(0, length)
      yield { at, bytes: frame.subarray(0, 0) }
      for await (const decoded of decoder.decode(frame)) yield { at, bytes: decoded }
      source.skip(length)
      at += length
    }
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
function storedBytes(object: ObjectBytes, { from, to }: { from: number; to: number }, decoding: Decoding) {
  let isEnough = false
  async function* chunks(): AsyncGenerator<Uint8Array> {
    if (from < to)
      for await (const chunk of object.read({ from, to })) {
        decoding.storedBytes += chunk.length
        yield chunk
      }
    for (let at = Math.max(from, to); at < object.size && !isEnough; at += step) {
      const bytes = await bytesOf(object, at, Math.min(at + step, object.size))
      decoding.storedBytes += bytes.length
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
