import { crc32 } from '../../../checksums/crc32.ts'
import type { ByteSource } from '../../byte-source.ts'
import type { Decoding, Stop } from '../../decoding.ts'
import { littleEndian } from '../../little-endian.ts'
import { asStop } from '../block-corrupt.ts'
import { countingSource } from '../engine/counting-source.ts'
import { outputOf } from '../output.ts'
import { skipZeros } from '../skip-zeros.ts'
import { compression } from '../unwrap.ts'
import { LzmaDecoder } from './lzma-decoder.ts'
import { lzmaStream } from './lzma-stream.ts'

/** lzip, version 1 of its file format. */
export const lzip = compression('lzip', isLzip, lzipContent)

const headerLength = 6
const trailerLength = 20
/** lc 3, lp 0, pb 2: the format has no others. */
const properties = 93

function isLzip(head: Uint8Array): boolean {
  return head[0] === 0x4c && head[1] === 0x5a && head[2] === 0x49 && head[3] === 0x50 && head[4] === 1
}

/**
 * The content of all members of an lzip file, one after the other; every checksum and both sizes of each member are checked.
 * What follows the last one, and zeros after it, stays in `source`.
 */
async function* lzipContent(
  source: ByteSource,
  path: readonly string[],
  decoding: Decoding,
): AsyncGenerator<Uint8Array> {
  const output = outputOf('lzip', path, decoding)
  const { stop } = output
  const truncated = () => stop('truncated', 'expected more bytes of a member')
  do {
    const from = output.length()
    let checksum = 0
    const decoder = new LzmaDecoder(await readHeader(source, decoding.limits.windowLog, stop))
    const counted = countingSource(source)
    try {
      decoder.setProperties(properties, 4)
      for await (const bytes of lzmaStream(counted, decoder, undefined, truncated)) {
        checksum = crc32(bytes, checksum)
        yield output.count(bytes)
      }
    } catch (error) {
      throw asStop(error, stop)
    }
    const trailer = await source.peek(trailerLength)
    if (trailer.length < trailerLength) throw truncated()
    if (littleEndian(trailer, 0, 4) !== checksum) throw stop('corrupt', 'expected the checksum to match')
    if (littleEndian(trailer, 4, 8) !== output.length() - from) throw stop('corrupt', 'expected the size to match')
    if (littleEndian(trailer, 12, 8) !== headerLength + counted.consumed() + trailerLength)
      throw stop('corrupt', 'expected the size of the member to match')
    source.skip(trailerLength)
    await skipZeros(source)
  } while (isLzip(await source.peek(headerLength)))
}

/** Consumes a member's header; returns the size of its dictionary. */
async function readHeader(source: ByteSource, windowLog: number, stop: Stop): Promise<number> {
  const head = await source.peek(headerLength)
  if (head.length < headerLength) throw stop('truncated', 'expected more bytes of a header')
  const coded = head[5]!
  const bits = coded & 31
  const size = 2 ** bits - (2 ** bits / 16) * (coded >> 5)
  if (bits < 12 || bits > 29 || size < 4096) throw stop('corrupt', 'expected a dictionary of 4 KiB to 512 MiB')
  if (size > 2 ** windowLog) throw stop('limit', `expected a dictionary of at most 2^${windowLog} bytes`)
  source.skip(headerLength)
  return size
}
