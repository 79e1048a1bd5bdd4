import type { ByteSource } from '../byte-source.ts'
import { type Decoding, DecodingStopped } from '../decoding.ts'
import { once, readRaw } from '../raw-content.ts'
import type { Done } from './zstd-content.ts'
import { littleEndian } from './zstd-frame.ts'

const headerLength = 8

/** A seek table is read whole to be checked; a larger one is treated as content. */
const maxTable = 2 ** 24

/**
 * Consumes one skippable frame. What pzstd writes (the next frame's size in 4 bytes, checked by the caller) and a seek table that agrees with
 * the frames before it hold no content of their own; everything else is content, and a gap unless it is text.
 */
export async function readSkippable(
  source: ByteSource,
  path: readonly string[],
  decoding: Decoding,
  done: Done,
): Promise<void> {
  const truncated = () =>
    new DecodingStopped('truncated', path, done.decodedBytes, 'zstd: expected more bytes of a skippable frame')
  const head = await source.peek(headerLength)
  if (head.length < headerLength) throw truncated()
  const size = littleEndian(head, 4, 4)
  const isAnnouncement = head[0] === 0x50 && size === 4
  const isTable = head[0] === 0x5e && size <= maxTable
  source.skip(headerLength)
  const before = { ...done }
  done.storedBytes += headerLength + size
  if (isAnnouncement || isTable) {
    const bytes = await source.peek(size)
    if (bytes.length < size) throw truncated()
    const content = Buffer.from(bytes.subarray(0, size))
    source.skip(size)
    if (isAnnouncement) done.announced = littleEndian(content, 0, 4)
    if (isAnnouncement || isSeekTable(content, before)) return
    return readRaw(once(content), nextPath(), decoding)
  }
  return readRaw({ take: takeExactly(source, size, truncated) }, nextPath(), decoding)

  function nextPath(): string[] {
    done.skippables += 1
    return [...path, done.skippables === 1 ? 'skippable' : `skippable-${done.skippables}`]
  }
}

/** The next `count` bytes of a source as a source of their own. */
export function takeExactly(source: ByteSource, count: number, truncated: () => Error) {
  let left = count
  return async (): Promise<Uint8Array | undefined> => {
    if (left === 0) return undefined
    const chunk = await source.take()
    if (chunk === undefined) throw truncated()
    const length = Math.min(left, chunk.length)
    if (length < chunk.length) source.giveBack(chunk.subarray(length))
    left -= length
    return chunk.subarray(0, length)
  }
}

const footerLength = 9
const footerMagic = 0x8f92eab1

/** The seek table of zstd's seekable format: its entries must add up to exactly the frames that came before it. */
function isSeekTable(bytes: Uint8Array, before: Done): boolean {
  if (bytes.length < footerLength) return false
  const footer = bytes.length - footerLength
  const descriptor = bytes[footer + 4]!
  if (littleEndian(bytes, footer + 5, 4) !== footerMagic || (descriptor & 0x7f) !== 0) return false
  const entryLength = descriptor === 0 ? 8 : 12
  if (littleEndian(bytes, footer, 4) * entryLength !== footer) return false
  let storedBytes = 0
  let decodedBytes = 0
  for (let at = 0; at < footer; at += entryLength) {
    storedBytes += littleEndian(bytes, at, 4)
    decodedBytes += littleEndian(bytes, at + 4, 4)
  }
  return storedBytes === before.storedBytes && decodedBytes === before.decodedBytes
}
