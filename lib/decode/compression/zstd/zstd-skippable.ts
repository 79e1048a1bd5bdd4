import { type ByteSource, byteSource } from '../../byte-source.ts'
import type { Decoding } from '../../decoding.ts'
import { littleEndian } from '../../little-endian.ts'
import { nextBytes } from '../../next-bytes.ts'
import { once, readRaw } from '../../raw-content.ts'
import type { Done } from './zstd-content.ts'
import { maxTable, parseSeekTable, skippableHeader, tableMagic } from './zstd-seek-table.ts'

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
  const truncated = () => done.output.stop('truncated', 'expected more bytes of a skippable frame')
  const head = await source.peek(skippableHeader)
  if (head.length < skippableHeader) throw truncated()
  const size = littleEndian(head, 4, 4)
  const isAnnouncement = head[0] === 0x50 && size === 4
  const isTable = head[0] === tableMagic && size <= maxTable
  source.skip(skippableHeader)
  const before = done.storedBytes
  done.storedBytes += skippableHeader + size
  if (isAnnouncement || isTable) {
    const bytes = await source.peek(size)
    if (bytes.length < size) throw truncated()
    const content = Buffer.from(bytes.subarray(0, size))
    source.skip(size)
    if (isAnnouncement) done.announced = littleEndian(content, 0, 4)
    if (isAnnouncement || isSeekTable(content, before, done.output.length())) return
    return readRaw(once(content), nextPath(), decoding)
  }
  return readRaw(byteSource(nextBytes(source, size, truncated)), nextPath(), decoding)

  function nextPath(): string[] {
    done.skippables += 1
    return [...path, done.skippables === 1 ? 'skippable' : `skippable-${done.skippables}`]
  }
}

/** The seek table of zstd's seekable format: its entries must add up to exactly the frames that came before it. */
function isSeekTable(bytes: Uint8Array, stored: number, decoded: number): boolean {
  const table = parseSeekTable(bytes)
  if (table === undefined) return false
  const sum = (numbers: Uint32Array) => numbers.reduce((total, each) => total + each, 0)
  return sum(table.stored) === stored && sum(table.decoded) === decoded
}
