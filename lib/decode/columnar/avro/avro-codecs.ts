import { crc32, inflateRawSync } from 'node:zlib'
import { byteSource } from '../../byte-source.ts'
import { BlockCorrupt } from '../../compression/block-corrupt.ts'
import { bzip2 } from '../../compression/bzip2/bzip2-content.ts'
import { adler32 } from '../../compression/deflate/adler32.ts'
import { decompressSnappyBlock, snappyLength } from '../../compression/snappy/snappy-block.ts'
import { xz } from '../../compression/xz/xz-content.ts'
import { type Decoding, DecodingStopped } from '../../decoding.ts'
import type { Format } from '../../format.ts'
import { inOne } from '../../next-bytes.ts'
import { beginningByPlatform } from '../by-platform.ts'
import { ColumnFault, corrupt } from '../column-fault.ts'
import { expectPlausible, faultOf, zstdFrames } from '../decompress.ts'

const checksumLength = 4
const leastLimit = 2 ** 24

/**
 * Decompresses one block of a container file, whose size is not stated. Every stored byte is consumed.
 * @throws ColumnFault
 */
export async function decompressBlock(codec: string, stored: Uint8Array, decoding: Decoding): Promise<Uint8Array> {
  const { ratio, heldBytes } = decoding.limits
  const most = Math.min(heldBytes, Math.max(leastLimit, stored.length * ratio))
  try {
    switch (codec) {
      case 'null':
        return stored
      case 'deflate':
        return deflated(stored, most)
      case 'zstandard':
        return zstdFrames(stored, most)
      case 'snappy':
        return snappy(stored)
      case 'bzip2':
        return await byFormat(bzip2, stored, most, decoding)
      case 'xz':
        return await byFormat(xz, stored, most, decoding)
      default:
        throw new ColumnFault('unsupported-format', 'avro: expected a codec that is read')
    }
  } catch (error) {
    throw faultOf(error)
  }
}

/** Deflate without a header. Some writers leave the first bytes of zlib's checksum behind it. */
function deflated(stored: Uint8Array, most: number): Uint8Array {
  const { bytes, consumed } = beginningByPlatform(inflateRawSync, stored, most)
  if (consumed === stored.length) return bytes
  const checksum = Buffer.alloc(checksumLength)
  checksum.writeUInt32BE(adler32(bytes, 1))
  if (!checksum.subarray(0, stored.length - consumed).equals(stored.subarray(consumed)))
    throw corrupt('expected no bytes behind a compressed part')
  return bytes
}

/** A raw block and the checksum of what is in it, the highest byte first. */
function snappy(stored: Uint8Array): Uint8Array {
  if (stored.length < checksumLength) throw new BlockCorrupt('expected a checksum')
  const block = stored.subarray(0, stored.length - checksumLength)
  const { length } = snappyLength(block)
  expectPlausible(length, block.length * 32)
  const bytes = decompressSnappyBlock(block, length)
  const view = new DataView(stored.buffer, stored.byteOffset + block.length, checksumLength)
  if (view.getUint32(0) !== crc32(bytes)) throw corrupt('expected the checksum of a block to match')
  return bytes
}

/** What a compression of its own holds. */
async function byFormat(format: Format, stored: Uint8Array, most: number, decoding: Decoding): Promise<Uint8Array> {
  if (!format.isFormat(stored.subarray(0, 512))) throw corrupt('expected a valid compressed part')
  const parts: Uint8Array[] = []
  let length = 0
  const gathering: Decoding = {
    ...decoding,
    async decode({ source }) {
      for (let part = await source.take(); part !== undefined; part = await source.take()) {
        length += part.length
        if (length > most) throw new ColumnFault('limit', `avro: expected blocks of at most ${most} bytes`)
        parts.push(Buffer.from(part))
      }
    },
  }
  const source = byteSource(inOne(stored))
  try {
    await format.read({ source, path: [] }, gathering)
  } catch (error) {
    throw error instanceof DecodingStopped ? new ColumnFault(error.gap.reason, error.gap.detail) : error
  }
  if ((await source.peek(1)).length > 0) throw corrupt('expected no bytes behind a compressed part')
  return Buffer.concat(parts, length)
}
