import type { ByteSource } from '../../byte-source.ts'
import type { Decoding } from '../../decoding.ts'
import { littleEndian } from '../../little-endian.ts'
import { asStop } from '../block-corrupt.ts'
import { outputOf } from '../output.ts'
import { compression } from '../unwrap.ts'
import { LzmaDecoder } from './lzma-decoder.ts'
import { lzmaStream } from './lzma-stream.ts'

/** LZMA_Alone (`.lzma`), as LZMA specification by I. Pavlov has it: 13 bytes of header and a stream without a checksum. */
export const lzma = compression('lzma', isLzma, lzmaContent)

const headerLength = 13
/** Properties are lc + 9 * (lp + 5 * pb). */
const mostLiteralBits = 4
const unknownSize = 2 ** 64
const mostSize = 2 ** 38
/** Bytes of a stream of nothing: five to begin with, and a mark of its end. */
const mostOfEmpty = 16

/**
 * There is no magic number, so only what encoders write is taken for LZMA: a dictionary of 2^n or 2^n + 2^(n-1) bytes, an
 * unknown size or one below 256 GiB, and a stream that begins with 0. Zeros are never in text. An empty one has nothing behind it:
 * pages of databases (Firebird) begin with such zeros.
 */
function isLzma(head: Uint8Array): boolean {
  if (head.length <= headerLength || head[0]! >= 225 || head[headerLength] !== 0) return false
  if ((head[0]! % 9) + (Math.floor(head[0]! / 9) % 5) > mostLiteralBits) return false
  const dictionary = littleEndian(head, 1, 4)
  const size = littleEndian(head, 5, 8)
  const bits = dictionary === 0 ? 0 : 31 - Math.clz32(dictionary)
  const isUsual = dictionary === 2 ** bits || dictionary === 2 ** bits + 2 ** (bits - 1)
  if (size === 0 && head.length > headerLength + mostOfEmpty) return false
  return isUsual && dictionary >= 4096 && (size === unknownSize || size < mostSize)
}

async function* lzmaContent(
  source: ByteSource,
  path: readonly string[],
  decoding: Decoding,
): AsyncGenerator<Uint8Array> {
  const { count, stop } = outputOf('lzma', path, decoding)
  const head = Buffer.from((await source.peek(headerLength)).subarray(0, headerLength))
  source.skip(headerLength)
  const dictionarySize = littleEndian(head, 1, 4)
  const { windowLog } = decoding.limits
  if (dictionarySize > 2 ** windowLog) throw stop('limit', `expected a dictionary of at most 2^${windowLog} bytes`)
  const size = littleEndian(head, 5, 8)
  try {
    const decoder = new LzmaDecoder(dictionarySize)
    decoder.setProperties(head[0]!, mostLiteralBits)
    const known = size === unknownSize ? undefined : size
    const truncated = () => stop('truncated', 'expected more bytes of the stream')
    for await (const output of lzmaStream(source, decoder, known, truncated)) yield count(output)
  } catch (error) {
    throw asStop(error, stop)
  }
}
