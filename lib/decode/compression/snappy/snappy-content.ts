import { crc32c } from '../../../checksums/crc32c.ts'
import { beginsLike } from '../../begins-with.ts'
import { type ByteSource, byteSource } from '../../byte-source.ts'
import type { Decoding, Stop } from '../../decoding.ts'
import { littleEndian } from '../../little-endian.ts'
import { nextBytes } from '../../next-bytes.ts'
import { readRaw } from '../../raw-content.ts'
import { asStop } from '../block-corrupt.ts'
import { outputOf } from '../output.ts'
import { compression } from '../unwrap.ts'
import { decompressSnappyBlock, snappyLength } from './snappy-block.ts'

/** Snappy framing (framing_format.txt, 2015). */
export const snappy = compression('snappy', isSnappy, snappyContent)

const identifier = Buffer.from('ff060000734e61507059', 'hex')

function isSnappy(head: Uint8Array): boolean {
  return head.length >= 4 && beginsLike(head, identifier)
}

const chunkHeaderLength = 4
const checksumLength = 4
const mostDecoded = 65_536
/** More than any encoder makes of so many bytes. */
const mostStored = 76_490 + checksumLength
const chunk = { compressed: 0x00, stored: 0x01, firstSkippable: 0x80, padding: 0xfe, identifier: 0xff }

/**
 * The content of all chunks to the end of the source: the format has no end of its own. Padding and skippable chunks are
 * contents of their own, `[...path, 'skippable']`, then `skippable-2` and so on, unless they hold nothing but zeros.
 */
async function* snappyContent(
  source: ByteSource,
  path: readonly string[],
  decoding: Decoding,
): AsyncGenerator<Uint8Array> {
  let skippables = 0
  const { count, stop } = outputOf('snappy', path, decoding)
  const truncated = () => stop('truncated', 'expected more bytes of a chunk')
  for (;;) {
    const head = await source.peek(chunkHeaderLength)
    if (head.length === 0) return
    if (head.length < chunkHeaderLength) throw truncated()
    const kind = head[0]!
    const length = littleEndian(head, 1, 3)
    if (kind >= chunk.firstSkippable && kind < chunk.identifier) {
      source.skip(chunkHeaderLength)
      const skippable = byteSource(nextBytes(source, length, truncated))
      if (length > mostDecoded || !(await areZeros(source, length))) {
        skippables += 1
        await readRaw(skippable, [...path, skippables === 1 ? 'skippable' : `skippable-${skippables}`], decoding)
      } else while ((await skippable.take()) !== undefined);
      continue
    }
    if (kind > chunk.stored && kind < chunk.firstSkippable)
      throw stop('unsupported-format', 'expected a kind of chunk that is known')
    if (length > mostStored) throw stop('corrupt', 'expected a chunk of at most 64 KiB')
    const bytes = await source.peek(chunkHeaderLength + length)
    if (bytes.length < chunkHeaderLength + length) throw truncated()
    const body = bytes.subarray(chunkHeaderLength, chunkHeaderLength + length)
    if (kind === chunk.identifier) {
      if (length !== 6 || !isSnappy(bytes)) throw stop('corrupt', 'expected the identifier of a stream')
      source.skip(chunkHeaderLength + length)
      continue
    }
    const output = decodeChunk(kind, body, stop)
    source.skip(chunkHeaderLength + length)
    if (output.length > 0) yield count(output)
  }
}

async function areZeros(source: ByteSource, count: number): Promise<boolean> {
  return (await source.peek(count)).subarray(0, count).every((byte) => byte === 0)
}

/** Checks and decodes a chunk of data. What it returns is the caller's own. */
function decodeChunk(kind: number, body: Uint8Array, stop: Stop): Uint8Array {
  if (body.length < checksumLength) throw stop('corrupt', 'expected the checksum of a chunk')
  const data = body.subarray(checksumLength)
  const output = kind === chunk.stored ? Uint8Array.from(data) : decompress(data, stop)
  if (output.length > mostDecoded) throw stop('corrupt', 'expected a chunk of at most 64 KiB')
  if (unmasked(littleEndian(body, 0, 4)) !== crc32c(output)) throw stop('corrupt', 'expected the checksum to match')
  return output
}

function decompress(data: Uint8Array, stop: Stop): Uint8Array {
  try {
    const { length } = snappyLength(data)
    if (length > mostDecoded) throw stop('corrupt', 'expected a chunk of at most 64 KiB')
    return decompressSnappyBlock(data, length)
  } catch (error) {
    throw asStop(error, stop)
  }
}

/** Checksums are stored rotated and with a number added. */
function unmasked(stored: number): number {
  const rotated = (stored - 0xa282ead8) >>> 0
  return ((rotated >>> 17) | (rotated << 15)) >>> 0
}
