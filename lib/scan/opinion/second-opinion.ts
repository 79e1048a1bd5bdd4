import { isNames } from '../../decode/content-path.ts'
import type { DeclaredFormat } from '../../decode/declared-format.ts'
import { decodeObject } from '../../decode/decode-object.ts'
import type { ByteRange, Format, ReadAt } from '../../decode/format.ts'
import { decodeFrames, type FramedText } from '../../decode/parts/decode-frames.ts'
import { decodePart } from '../../decode/parts/decode-part.ts'
import { decodeParts, type ObjectBytes } from '../../decode/parts/decode-parts.ts'
import { findFrame } from '../../decode/parts/find-frames.ts'
import type { OpenSink } from '../../decode/sink.ts'
import type { SubjectIndex } from '../../subject-index/open-subject-index.ts'
import { multibyte } from '../forms/multibyte-form.ts'
import { longestLine } from '../places/place-keeper.ts'
import type { PlacedOccurrence } from '../scan-object.ts'
import { cutFrames } from '../slices/cut-frames.ts'
import { cutSlice, type ReadRange } from '../slices/cut-slice.ts'
import { orGap } from '../slices/end-slice.ts'
import { contextsOf } from '../slices/scan-slice.ts'
import { createPace, Formed, opinionLimits, passing, piecesOf } from './opinion-pieces.ts'
import { referencePlaces } from './reference-matcher.ts'

/**
 * What another reading of an object found, by plain means (`Means`) and with the reference matcher,
 * without any kernel. It looks at pieces: `pieces` has the ranges that it looked at of each content, by its number in the
 * order of opening; `found` the places in them; `bytes` how much that is, and `contentBytes` how much there was. `whole`: what the reading
 * came to, if it went to the end.
 */
export type Opinion = {
  pieces: ReadonlyMap<number, readonly ByteRange[]>
  found: ReadonlySet<string>
  bytes: number
  contentBytes: number
  whole?: { complete: boolean; sha256: string }
}
/** How an opinion is formed. `seed` decides which pieces are looked at; `forms` are those of the scan. */
export type OpinionOptions = {
  index: SubjectIndex
  forms: readonly string[]
  seed: Uint8Array
  limits?: typeof opinionLimits
  picturesMayBeClean?: boolean | undefined
}

/** An opinion on an object. Absent: the medium did not give all its bytes. */
export function opinionOnObject(
  chunks: AsyncIterable<Uint8Array>,
  options: OpinionOptions,
  at?: ReadAt,
  declared?: DeclaredFormat,
): Promise<Opinion | undefined> {
  const { limits: { passed } = opinionLimits, picturesMayBeClean } = options
  const startOf = () => 0
  return formOpinion(options, startOf, async (open) => {
    const { gaps, complete, sha256 } = await decodeObject(atMost(passed, chunks), open, {
      at,
      means: 'plain',
      declared,
      picturesMayBeClean,
    })
    return gaps.some(({ reason }) => reason === 'read-error') ? 'unread' : { complete, sha256 }
  })
}

/** An opinion on the beginning of a slice (`scanSlice`) of an object of `size` bytes that is read as it is. */
export function opinionOnSlice(
  read: ReadRange,
  slice: ByteRange,
  { head, size }: { head: Uint8Array; size: number },
  options: OpinionOptions,
): Promise<Opinion | undefined> {
  const { passed } = options.limits ?? opinionLimits
  const { extent, chunks } = cutSlice(read, { ...slice, to: Math.min(slice.to, slice.from + passed) }, size, 0)
  const startOf = () => extent.start
  return formOpinion(options, startOf, async (open) => {
    const { gaps } = await decodePart(chunks, { head, startOf }, open)
    return gaps.some(({ reason }) => reason === 'read-error') ? 'unread' : undefined
  })
}

/** An opinion on the parts of an object that belong to a slice, where its format says what begins where. `uncut`: this one does not say. */
export async function opinionOnParts(
  object: ObjectBytes,
  part: { format: Format; slice: ByteRange },
  options: OpinionOptions,
): Promise<Opinion | 'uncut' | undefined> {
  const startOf = () => 0
  let isUncut = false
  const opinion = await formOpinion(options, startOf, async (open) => {
    const parts = await decodeParts(object, part, open, {
      means: 'plain',
      picturesMayBeClean: options.picturesMayBeClean,
    })
    isUncut = parts === undefined
    return parts === undefined || parts.gaps.some(({ reason }) => reason === 'read-error') ? 'unread' : undefined
  })
  return isUncut ? 'uncut' : opinion
}

/** An opinion on the beginning of what belongs to a slice of a compressed text (`scanFrames`). */
export function opinionOnFrames(
  object: ObjectBytes,
  text: FramedText,
  slice: ByteRange,
  options: OpinionOptions,
  line = longestLine,
): Promise<Opinion | undefined> {
  const { index, forms, limits: { passed } = opinionLimits } = options
  const startOf = () => 0
  return formOpinion(options, startOf, async (open) => {
    const start = await orGap(findFrame(object, text, slice))
    if (typeof start === 'object') return 'unread'
    if (start === undefined) return undefined
    const to = Math.max(start, Math.min(slice.to, slice.from + passed))
    const cut = cutFrames({ isFirst: start === 0, to }, object.size, contextsOf(index, forms, line).context)
    const part = { text, range: { from: start, to }, own: cut.own }
    const { gaps } = await decodeFrames(object, part, open, { means: 'plain' })
    return gaps.some(({ reason }) => reason === 'read-error') ? 'unread' : undefined
  })
}

async function* atMost(bytes: number, chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let stored = 0
  for await (const chunk of chunks) {
    yield chunk
    stored += chunk.length
    if (stored > bytes) throw new Formed()
  }
}

/**
 * Compares an opinion with a scan of the same object: `see` is told of each occurrence. `agrees`: all that is in the pieces, and
 * nothing else there, was seen, and where both went to the end they came to the same. A scan that has gaps is not compared.
 */
export function compareWith({ pieces, found, whole }: Opinion) {
  const seen = new Set<string>()
  return {
    see({ content, offset, ordinal, form }: PlacedOccurrence): void {
      // What is written in a form has no place in the plain bytes that the opinion looked at.
      if (form === undefined && pieces.get(content)?.some(({ from, to }) => offset >= from && offset < to))
        seen.add(placeOf(content, offset, ordinal))
    },
    /** `before`: the scan went only so far into the one content that there is. */
    agrees({ sha256, before }: { sha256?: string; before?: number }): boolean {
      const isSame = before !== undefined || whole === undefined || (whole.complete && whole.sha256 === sha256)
      const expected = before === undefined ? found : new Set([...found].filter((place) => offsetOf(place) < before))
      return isSame && seen.size === expected.size && [...seen].every((place) => expected.has(place))
    },
  }
}

const placeOf = (content: number, offset: number, ordinal: number) => `${content} ${offset} ${ordinal}`
const offsetOf = (place: string) => Number(place.split(' ')[1])

async function formOpinion(
  { index, forms, seed, limits = opinionLimits }: OpinionOptions,
  startOf: () => number,
  read: (open: OpenSink) => Promise<Opinion['whole'] | 'unread'>,
): Promise<Opinion | undefined> {
  const pieces = new Map<number, ByteRange[]>()
  const found = new Set<string>()
  const pace = createPace(seed, limits)
  const readsEightBit = forms.includes(multibyte.name)
  let contents = 0
  let contentBytes = 0
  let bytes = 0
  const look = (content: number, from: number, piece: Uint8Array, counted: number): void => {
    const at = startOf() + from
    pieces.set(content, [...(pieces.get(content) ?? []), { from: at, to: at + counted }])
    for (const { offset, ordinal } of referencePlaces(index, piece))
      if (offset < counted && !index.isControl(ordinal)) found.add(placeOf(content, at + offset, ordinal))
    bytes += counted
    pace.looked(piece.length)
  }
  const open: OpenSink = (path) => {
    const content = contents++
    if (contents > limits.contents) throw new Formed()
    // Names are looked for in more ways than the reference knows.
    if (isNames(path)) return { ...passing(pace), readsEightBit, skipsZeros: true }
    const { write, end } = piecesOf(pace, limits, (from, piece, counted) => look(content, from, piece, counted))
    return {
      write(part) {
        contentBytes += part.length
        return write(part)
      },
      end,
      readsEightBit,
      skipsZeros: true,
    }
  }
  try {
    const whole = await read(open)
    return whole === 'unread' ? undefined : { pieces, found, bytes, contentBytes, ...(whole && { whole }) }
  } catch (error) {
    if (!(error instanceof Formed)) throw error
    return { pieces, found, bytes, contentBytes }
  }
}
