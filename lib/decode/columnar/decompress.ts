import { brotliDecompressSync, inflateSync, zstdDecompressSync } from 'node:zlib'
import { BlockCorrupt } from '../compression/block-corrupt.ts'
import { decompressLz4Block } from '../compression/lz4/lz4-block.ts'
import { decompressSnappyBlock } from '../compression/snappy/snappy-block.ts'
import { isFrame } from '../compression/zstd/zstd-frame.ts'
import { beginningByPlatform, byPlatform } from './by-platform.ts'
import { ColumnFault, corrupt } from './column-fault.ts'
import { gunzipPart, isGzip } from './gzip-part.ts'

/** Compressions of parts that are held whole, and whose size is stated. */
export type BlockCodec = 'SNAPPY' | 'GZIP' | 'BROTLI' | 'ZSTD' | 'LZ4_RAW' | 'LZ4'

/**
 * Decompresses a part that is known to hold exactly `size` bytes. Every stored byte is consumed.
 * @throws ColumnFault if it holds anything else
 */
export function decompress(codec: BlockCodec, stored: Uint8Array, size: number): Uint8Array {
  try {
    switch (codec) {
      case 'SNAPPY':
        expectPlausible(size, stored.length * 32)
        return decompressSnappyBlock(stored, size)
      case 'LZ4_RAW':
        expectPlausible(size, stored.length * 256)
        return decompressLz4Block(stored, size)
      case 'LZ4':
        expectPlausible(size, stored.length * 256)
        return hadoopLz4(stored, size)
      case 'GZIP':
        return ofSize(isGzip(stored) ? gunzipPart(stored, size + 1) : byPlatform(inflateSync, stored, size + 1), size)
      case 'BROTLI':
        return ofSize(byPlatform(brotliDecompressSync, stored, size + 1), size)
      case 'ZSTD':
        return ofSize(zstdFrames(stored, size + 1), size)
      default:
        return codec satisfies never
    }
  } catch (error) {
    throw faultOf(error)
  }
}

/** Frames of zstd that hold `most` bytes at most, one or several: some writers end each part with an empty one. A skippable one would hold bytes that are none of the content. */
export function zstdFrames(stored: Uint8Array, most: number): Uint8Array {
  const parts: Uint8Array[] = []
  let length = 0
  for (let at = 0; at === 0 || at < stored.length; ) {
    const rest = stored.subarray(at)
    if (!isFrame(rest))
      throw corrupt(at === 0 ? 'expected a frame of zstd' : 'expected no bytes behind a compressed part')
    const { bytes, consumed } = beginningByPlatform(zstdDecompressSync, rest, Math.max(1, most - length))
    parts.push(bytes)
    length += bytes.length
    if (length > most) throw corrupt('expected a compressed part of its stated size')
    at += consumed
  }
  return parts.length === 1 ? parts[0]! : Buffer.concat(parts, length)
}

function ofSize(bytes: Uint8Array, size: number): Uint8Array {
  if (bytes.length !== size) throw corrupt('expected a compressed part of its stated size')
  return bytes
}

/** What no block of the format can make of so few bytes is not asked for in memory. */
export function expectPlausible(size: number, most: number): void {
  if (size > most + 64) throw corrupt('expected a compressed part that can hold its stated size')
}

/** Hadoop's frames around blocks: the size of a group of blocks, then each with its stored size; some writers leave the frames out. */
function hadoopLz4(stored: Uint8Array, size: number): Uint8Array {
  const view = new DataView(stored.buffer, stored.byteOffset, stored.byteLength)
  const parts: Uint8Array[] = []
  let at = 0
  let total = 0
  while (stored.length - at >= 8) {
    const partSize = view.getUint32(at)
    const length = view.getUint32(at + 4)
    if (length > stored.length - at - 8 || partSize > size - total || partSize > length * 256 + 64) break
    let part: Uint8Array
    try {
      part = decompressLz4Block(stored.subarray(at + 8, at + 8 + length), partSize)
    } catch (error) {
      if (error instanceof BlockCorrupt) break
      throw error
    }
    parts.push(part)
    total += partSize
    at += 8 + length
  }
  return at === stored.length && total === size ? Buffer.concat(parts, size) : decompressLz4Block(stored, size)
}

export function faultOf(error: unknown): unknown {
  if (error instanceof ColumnFault) return error
  if (error instanceof BlockCorrupt) return corrupt('expected a valid compressed part')
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const isAboutInput = /^(?:Z_|ZSTD_error_|ERR_BUFFER_TOO_LARGE|ERR_BROTLI|ERR__ERROR_FORMAT|BROTLI|ERR_|ERROR_)/.test(
    code,
  )
  return isAboutInput ? corrupt('expected a valid compressed part') : error
}
