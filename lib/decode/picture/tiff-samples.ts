import { byteSource } from '../byte-source.ts'
import { asStop } from '../compression/block-corrupt.ts'
import { isZlibHeader, zlibContent } from '../compression/deflate/zlib-content.ts'
import { countProduced, stopOf } from '../decoding.ts'
import type { ByteRange } from '../format.ts'
import { inOne } from '../next-bytes.ts'
import { readRaw } from '../raw-content.ts'
import { isZeros } from '../zeros.ts'
import { lzwPixels } from './lzw.ts'
import { type Metadata, unlessStopped } from './metadata.ts'

/** A strip or a tile: its bytes, and how many samples in bytes it has. */
export type Strip = ByteRange & { bytes: Buffer; samples: number }

const lzw = 5
const deflate = new Set([8, 32946])
const packBits = 32773

export const isDecoded = (compression: number): boolean =>
  compression === lzw || compression === packBits || deflate.has(compression)

/** Pushes the samples of strips, each of which has as many as it should and nothing behind them. */
export async function readSamples(strips: readonly Strip[], compression: number, metadata: Metadata): Promise<void> {
  const { decoding } = metadata
  const path = metadata.pathOf('samples')
  const stop = stopOf('tiff', path)

  async function* decoded(bytes: Buffer): AsyncGenerator<Uint8Array> {
    if (deflate.has(compression)) {
      const source = byteSource(inOne(bytes))
      if (!isZlibHeader(await source.peek(2))) throw stop('corrupt', 'expected zlib data')
      yield* zlibContent(source, path, decoding)
      if (!isZeros((await source.take()) ?? Buffer.alloc(0))) throw stop('corrupt', 'expected nothing behind zlib data')
      return
    }
    for await (const chunk of compression === lzw ? lzwPixels(inOne(bytes), 8, 'tiff') : unpacked(bytes)) {
      countProduced(decoding, chunk.length, path, 0)
      yield chunk
    }
  }

  async function* all(): AsyncGenerator<Uint8Array> {
    for (const { bytes, samples } of strips) {
      let produced = 0
      try {
        for await (const chunk of decoded(bytes)) {
          produced += chunk.length
          yield chunk
          if (produced > samples) break
        }
      } catch (error) {
        throw asStop(error, stop)
      }
      if (produced !== samples) throw stop('corrupt', 'expected as many samples as a page has')
    }
  }
  await unlessStopped(decoding, () => readRaw(byteSource(all()), path, decoding, { kind: 'pixels' }))
}

/** So many samples are unpacked at a time, and of the last run up to 127 more. */
const unpackedBytes = 64 * 1024

/** TIFF 6.0, section 9: runs of one byte, and bytes as they are, behind their lengths. Yields samples, valid until the next are asked for. */
function* unpacked(bytes: Buffer): Generator<Uint8Array> {
  const samples = Buffer.allocUnsafe(unpackedBytes + 128)
  let filled = 0
  for (let at = 0; at < bytes.length; ) {
    const code = bytes[at++]!
    if (code === 128) continue
    const length = code > 128 ? 257 - code : code + 1
    const to = Math.min(bytes.length, at + (code > 128 ? 1 : length))
    if (to === at) break
    if (code > 128) samples.fill(bytes[at]!, filled, filled + length)
    else bytes.copy(samples, filled, at, to)
    filled += code > 128 ? length : to - at
    at = to
    if (filled < unpackedBytes) continue
    yield samples.subarray(0, filled)
    filled = 0
  }
  if (filled > 0) yield samples.subarray(0, filled)
}
