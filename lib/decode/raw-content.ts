import type { ByteSource } from './byte-source.ts'
import { contentCheck } from './checks/content-check.ts'
import { addGap, type Decoding, DecodingStopped } from './decoding.ts'
import type { Gap, UnverifiedReason } from './unverified.ts'

/**
 * What may be in a content that is not decoded further. `text`: a problem is a gap of its own reason; `least`: so many bytes tell an encoding; `isOther`: there may be blocks of zeros, behind which nothing begins that is other than text. `trailing`: bytes
 * after a container's end, for which only text is accepted. `any`: a field that its container defines as text in some
 * encoding, or that is known byte for byte. `structure`: bytes that whoever reads their format answers for, and in which nothing is said to hide: of noise one in some megabytes looks like a
 * mark of something. `pixels`: the same of samples of a picture, in which nobody writes a text in another form. `refused`: a format that is known not to be read, or too deep. `named`: text, or else
 * that format.
 */
export type Expectation =
  | { kind: 'text'; least?: number; isOther?(head: Uint8Array): boolean }
  | { kind: 'trailing' }
  | { kind: 'any' }
  | { kind: 'structure' }
  | { kind: 'pixels' }
  | { kind: 'refused'; reason: UnverifiedReason; detail: string }
  | { kind: 'named'; reason: UnverifiedReason; detail: string }

type Taker = Pick<ByteSource, 'take'>

/**
 * Pushes a content to a sink of its own, to its end and as it is, and says what could hide in it. `startOf`: where what
 * comes from `source` begins in the content.
 */
export async function readRaw(
  source: Taker,
  path: readonly string[],
  decoding: Decoding,
  expected: Expectation = { kind: 'text' },
  startOf = () => 0,
): Promise<void> {
  if (expected.kind === 'refused')
    addGap(decoding, { reason: expected.reason, path, offset: 0, detail: expected.detail })
  const isPixels = expected.kind === 'pixels'
  const sink = decoding.open(path, isPixels ? undefined : 'text', isPixels)
  const { least, isOther } = expected.kind === 'text' ? expected : {}
  const check = contentCheck({
    readsEightBit: sink.readsEightBit === true,
    least,
    ...(sink.skipsZeros === true && { isOther }),
  })
  try {
    for (;;) {
      const chunk = await source.take()
      if (chunk === undefined) break
      if (!isPixels && expected.kind !== 'structure') check.write(chunk)
      decoding.deliveredBytes += chunk.length
      const consumed = sink.write(chunk)
      if (consumed !== undefined) await consumed
    }
    check.end()
  } catch (error) {
    if (error instanceof DecodingStopped) sink.stop?.()
    throw error
  } finally {
    const problem = check.text()
    if (problem !== undefined) {
      const gap = gapOf(expected, { ...problem, offset: startOf() + problem.offset, path })
      if (gap !== undefined) addGap(decoding, gap)
    }
    const hidden = sink.refusesOthers === true ? undefined : check.encoded()
    const isTold = expected.kind === 'refused' && expected.reason === hidden?.reason
    if (hidden !== undefined && !isTold) addGap(decoding, { ...hidden, offset: startOf() + hidden.offset, path })
  }
  await sink.end()
}

function gapOf(expected: Expectation, found: Gap): Gap | undefined {
  switch (expected.kind) {
    case 'text':
      return found
    case 'trailing':
      return { ...found, reason: 'trailing-data', detail: 'expected only text after the end of the container' }
    case 'named':
      return { ...found, reason: expected.reason, detail: expected.detail, offset: 0 }
    case 'any':
    case 'structure':
    case 'pixels':
    case 'refused':
      return undefined
    default:
      return expected satisfies never
  }
}

/** Bytes at hand as a source. */
export function once(bytes: Uint8Array): Taker {
  let rest: Uint8Array | undefined = bytes.length > 0 ? bytes : undefined
  return {
    async take() {
      const chunk = rest
      rest = undefined
      return chunk
    },
  }
}
