import type { ByteSource } from '../../byte-source.ts'
import type { Decoding } from '../../decoding.ts'
import { asStop } from '../block-corrupt.ts'
import { outputOf } from '../output.ts'
import { compression } from '../unwrap.ts'
import { lzwDecoder } from './lzw-decoder.ts'

/** What `compress` of Unix writes (`.Z`); there is no specification but the source of ncompress. */
export const unixCompress = compression('compress', (head) => head[0] === 0x1f && head[1] === 0x9d, compressContent)

const headerLength = 3
const inputSize = 2 ** 16

/** The content to the end of the source: the format has neither a checksum, nor a size, nor an end of its own. */
async function* compressContent(
  source: ByteSource,
  path: readonly string[],
  decoding: Decoding,
): AsyncGenerator<Uint8Array> {
  const { count, stop } = outputOf('compress', path, decoding)
  const head = await source.peek(headerLength)
  if (head.length < headerLength) throw stop('truncated', 'expected more bytes of a header')
  const flags = head[2]!
  const mostBits = flags & 31
  // With at most 9 bits compress writes what no tool can read.
  if ((flags & 0x60) !== 0 || mostBits < 10 || mostBits > 16)
    throw stop('unsupported-format', 'expected codes of at most 10 to 16 bits')
  source.skip(headerLength)
  const decoder = lzwDecoder(mostBits, (flags & 0x80) !== 0)
  try {
    for (;;) {
      const held = await source.peek(inputSize)
      const isLast = held.length < inputSize
      for (let at = 0; ; ) {
        const read = decoder.read(held, at)
        at = read.at
        if (read.bytes.length > 0) yield count(read.bytes)
        else if (at === held.length) break
      }
      source.skip(held.length)
      if (isLast) return decoder.end()
    }
  } catch (error) {
    throw asStop(error, stop)
  }
}
