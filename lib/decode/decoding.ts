import type { Limits } from './limits.ts'
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

/** What the decoders of one object share: where content goes, what was not read, and how much was done. */
export type Decoding = {
  readonly open: OpenSink
  readonly limits: Limits
  readonly gaps: Gap[]
  /** Stored bytes asked for so far. */
  storedBytes: number
  /** Output of all containers at every level. */
  producedBytes: number
  /** Bytes pushed to sinks. */
  deliveredBytes: number
}

/** One gap is enough to make an object unverified; a hostile object must not fill the memory with them. */
const maxGaps = 100

export function addGap(decoding: Decoding, gap: Gap): void {
  if (decoding.gaps.length < maxGaps) decoding.gaps.push(gap)
}

const ratioFloor = 16 * 2 ** 20

/** Counts decoded output of the container at `path` before it is passed on. @throws DecodingStopped beyond a limit */
export function countProduced(decoding: Decoding, bytes: number, path: readonly string[], offset: number): void {
  decoding.producedBytes += bytes
  const { producedBytes, storedBytes, limits } = decoding
  if (producedBytes > limits.decodedBytes)
    throw new DecodingStopped('limit', path, offset, `expected at most ${limits.decodedBytes} decoded bytes`)
  if (producedBytes > ratioFloor && producedBytes > storedBytes * limits.ratio)
    throw new DecodingStopped('limit', path, offset, `expected at most ${limits.ratio} decoded bytes per stored byte`)
}
