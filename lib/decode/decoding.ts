import { ReadFailed } from '../errors.ts'
import type { Content } from './format.ts'
import type { Limits } from './limits.ts'
import type { Means } from './means.ts'
import type { OpenSink } from './sink.ts'
import type { Gap, UnverifiedReason } from './unverified.ts'

/** Decoding of one object that cannot go on; becomes the gap it carries and never leaves `lib/decode`. */
export class DecodingStopped extends Error {
  override readonly name = 'DecodingStopped'
  readonly gap: Gap
  constructor(reason: UnverifiedReason, path: readonly string[], offset: number, detail: string) {
    super(detail)
    this.gap = { reason, path, offset, detail }
  }
}

/** Makes what stops the decoding of one content: `detail` says what was expected. */
export type Stop = (reason: UnverifiedReason, detail: string) => DecodingStopped

/** `name`: of the format at `path`, in front of each detail; `offset`: in its content, when it stops. */
export function stopOf(name: string, path: readonly string[], offset = () => 0): Stop {
  return (reason, detail) => new DecodingStopped(reason, path, offset(), `${name}: ${detail}`)
}

/** What the decoders of one object share: where content goes, what was not read, and how much was done. */
export type Decoding = {
  readonly open: OpenSink
  readonly limits: Limits
  readonly means: Means
  /** Pictures whose structure and metadata were read to the end are no gap: what they show is not looked at. */
  readonly picturesMayBeClean: boolean
  /** Reads a content of any format, to its end. */
  decode(content: Content): Promise<void>
  /** Whether a value that begins like this is a content of its own: a format that is read, or one that is known not to be. */
  isContainer(head: Uint8Array): boolean
  readonly gaps: Gap[]
  /** Gaps beyond those. */
  moreGaps: number
  /** Stored bytes asked for so far. */
  storedBytes: number
  /** Output of all containers at every level. */
  producedBytes: number
  /** Bytes pushed to sinks. */
  deliveredBytes: number
  /** Bytes held in memory so that they can be read at any place. */
  heldBytes: number
  /** Members of archives at every level. */
  members: number
  /** A limit of the whole object was reached: no more of it is decoded. */
  exhausted: boolean
}

/** One gap is enough to make an object unverified; a hostile object must not fill the memory with them. */
const maxGaps = 100

export function createDecoding(
  open: OpenSink,
  limits: Limits,
  decode: (content: Content, decoding: Decoding) => Promise<void>,
  isContainer: (head: Uint8Array) => boolean,
  means: Means = 'fast',
  picturesMayBeClean = false,
): Decoding {
  const decoding: Decoding = {
    open,
    limits,
    means,
    picturesMayBeClean,
    decode: (content) => decode(content, decoding),
    isContainer,
    gaps: [],
    moreGaps: 0,
    storedBytes: 0,
    producedBytes: 0,
    deliveredBytes: 0,
    heldBytes: 0,
    members: 0,
    exhausted: false,
  }
  return decoding
}

export function addGap(decoding: Decoding, gap: Gap): void {
  if (decoding.gaps.length < maxGaps) decoding.gaps.push(gap)
  else decoding.moreGaps += 1
}

/** What stopped the decoding, as a gap. @throws any other error again */
export function addStop(decoding: Decoding, error: unknown): void {
  if (!(error instanceof DecodingStopped)) throw error
  addGap(decoding, error.gap)
}

/** That the medium failed where byte `offset` of the object was wanted, as a gap. @throws any other error again */
export function addReadError(decoding: Decoding, error: unknown, offset: number): void {
  if (!(error instanceof ReadFailed)) throw error
  addGap(decoding, { reason: 'read-error', path: [], offset, detail: 'expected more bytes from the medium' })
}

const ratioFloor = 16 * 2 ** 20

/** Counts decoded output of the container at `path` before it is passed on. @throws DecodingStopped beyond a limit */
export function countProduced(decoding: Decoding, bytes: number, path: readonly string[], offset: number): void {
  decoding.producedBytes += bytes
  const { producedBytes, storedBytes, limits } = decoding
  const isTooMuch = producedBytes > limits.decodedBytes
  const isTooDense = producedBytes > ratioFloor && producedBytes > storedBytes * limits.ratio
  decoding.exhausted ||= isTooMuch || isTooDense
  if (isTooMuch)
    throw new DecodingStopped('limit', path, offset, `expected at most ${limits.decodedBytes} decoded bytes`)
  if (isTooDense)
    throw new DecodingStopped('limit', path, offset, `expected at most ${limits.ratio} decoded bytes per stored byte`)
}

/** Counts a member of the archive at `path` before it is read. @throws DecodingStopped beyond a limit */
export function countMember(decoding: Decoding, path: readonly string[]): void {
  const { limits } = decoding
  decoding.members += 1
  if (decoding.members <= limits.members) return
  decoding.exhausted = true
  throw new DecodingStopped('limit', path, 0, `expected at most ${limits.members} members of archives`)
}
