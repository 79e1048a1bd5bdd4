import { brotliDecompressSync, inflateRawSync } from 'node:zlib'
import { decompressLz4BlockInto } from '../../compression/lz4/lz4-block.ts'
import { decompressSnappyBlock, snappyLength } from '../../compression/snappy/snappy-block.ts'
import { byPlatform } from '../by-platform.ts'
import { ColumnFault, corrupt } from '../column-fault.ts'
import { expectPlausible, faultOf, zstdFrames } from '../decompress.ts'
import type { PageKernel } from '../kernel/page-kernel.ts'

/** Compressions by their numbers (orc_proto.proto, `CompressionKind`). */
export const codecs = ['NONE', 'ZLIB', 'SNAPPY', 'LZO', 'LZ4', 'ZSTD', 'BROTLI'] as const

/** `blockSize`: bytes that a chunk holds at most. */
export type Compression = { readonly codec: (typeof codecs)[number]; readonly blockSize: number }

/** Of a chunk: its length and whether it is compressed. */
export const headerLength = 3

/**
 * The chunks of a stream (ORC specification v1, "Compression"), one by one, absent behind the last: each is stored with its length and
 * whether it is compressed in three bytes before it. `onChunk` is told its size before it is used. What it returns is the
 * caller's until the next call.
 * @throws ColumnFault
 */
export function chunksOf(
  stored: Uint8Array,
  { codec, blockSize }: Compression,
  onChunk: (bytes: number) => void,
  kernel?: PageKernel,
): () => Uint8Array | undefined {
  let at = 0
  let scratch: Uint8Array | undefined

  function decompressed(chunk: Uint8Array): Uint8Array {
    switch (codec) {
      case 'NONE':
        return chunk
      case 'ZLIB':
        return byPlatform(inflateRawSync, chunk, blockSize)
      case 'ZSTD':
        return zstdFrames(chunk, blockSize)
      case 'BROTLI':
        return byPlatform(brotliDecompressSync, chunk, blockSize)
      case 'SNAPPY': {
        const { length } = snappyLength(chunk)
        if (length > blockSize) throw corrupt('orc: expected chunks of at most the stated size')
        expectPlausible(length, chunk.length * 32)
        return kernel?.unsnap(chunk, length)?.slice() ?? decompressSnappyBlock(chunk, length)
      }
      case 'LZ4': {
        const most = Math.min(blockSize, chunk.length * 256)
        if (scratch === undefined || scratch.length < most) scratch = new Uint8Array(most)
        return scratch.subarray(0, decompressLz4BlockInto(chunk, scratch.subarray(0, most), 0))
      }
      case 'LZO':
        throw new ColumnFault('unsupported-format', 'orc: expected a compression that is read, got LZO')
      default:
        return codec satisfies never
    }
  }

  function next(): Uint8Array | undefined {
    if (at >= stored.length) return undefined
    if (codec === 'NONE') {
      at = stored.length
      return stored
    }
    if (stored.length - at < headerLength) throw corrupt('orc: expected the length of a chunk')
    const header = stored[at]! | (stored[at + 1]! << 8) | (stored[at + 2]! << 16)
    at += headerLength
    const length = header >>> 1
    if (length > stored.length - at) throw corrupt('orc: expected a chunk within its stream')
    const chunk = stored.subarray(at, at + length)
    at += length
    if ((header & 1) === 0) return decompressed(chunk)
    if (length > blockSize) throw corrupt('orc: expected chunks of at most the stated size')
    return chunk
  }

  return () => {
    try {
      const chunk = next()
      if (chunk !== undefined) onChunk(chunk.length)
      return chunk
    } catch (error) {
      throw faultOf(error)
    }
  }
}

/** All chunks of a stream that is held whole. */
export function wholeOf(chunks: () => Uint8Array | undefined, most: number): Uint8Array {
  let whole = Buffer.alloc(0)
  let length = 0
  for (let chunk = chunks(); chunk !== undefined; chunk = chunks()) {
    const end = length + chunk.length
    if (end > most) throw new ColumnFault('limit', `orc: expected at most ${most} bytes of metadata in one part`)
    if (end > whole.length) {
      const larger = Buffer.alloc(Math.max(end, 2 * length))
      whole.copy(larger, 0, 0, length)
      whole = larger
    }
    whole.set(chunk, length)
    length = end
  }
  return whole.subarray(0, length)
}
