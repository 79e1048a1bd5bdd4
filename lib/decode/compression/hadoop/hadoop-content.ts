import type { ByteSource } from '../../byte-source.ts'
import type { Decoding, Stop } from '../../decoding.ts'
import { asStop } from '../block-corrupt.ts'
import { outputOf } from '../output.ts'
import { compression } from '../unwrap.ts'
import { beginsHadoop, fieldLength, type HadoopCodec, hadoopLz4Codec, hadoopSnappyCodec } from './hadoop-codecs.ts'

/** What the codecs of Hadoop write (BlockCompressorStream), and so Spark, Hive, Athena and ClickHouse: `.snappy` and `.lz4` are no frames of Snappy or LZ4. */
export const hadoopSnappy = hadoop('hadoop-snappy', hadoopSnappyCodec)
export const hadoopLz4 = hadoop('hadoop-lz4', hadoopLz4Codec)

/** Blocks have 256 KiB unless somebody chose another size. */
const mostBytes = 2 ** 26

function hadoop(name: string, codec: HadoopCodec) {
  return compression(
    name,
    (head) => beginsHadoop(head, codec),
    (source, path, decoding) => content(name, codec, source, path, decoding),
  )
}

/**
 * The content of all blocks to the end of the source: the format has neither checksums nor an end of its own. Before each stands how many bytes it holds, and before
 * each of its parts how many are stored.
 */
async function* content(
  name: string,
  codec: HadoopCodec,
  source: ByteSource,
  path: readonly string[],
  decoding: Decoding,
): AsyncGenerator<Uint8Array> {
  const { count, stop } = outputOf(name, path, decoding)
  for (;;) {
    if ((await source.peek(1)).length === 0) return
    let left = await field(source, stop)
    if (left > mostBytes) throw stop('limit', `expected a block of at most ${mostBytes} bytes`)
    while (left > 0) {
      const length = await field(source, stop)
      if (length > mostBytes) throw stop('limit', `expected a part of at most ${mostBytes} bytes`)
      const bytes = await source.peek(length)
      if (bytes.length < length) throw stop('truncated', 'expected more bytes of a block')
      const output = decompress(codec, bytes.subarray(0, length), left, stop)
      source.skip(length)
      left -= output.length
      yield count(output)
    }
  }
}

async function field(source: ByteSource, stop: Stop): Promise<number> {
  const bytes = await source.peek(fieldLength)
  if (bytes.length < fieldLength) throw stop('truncated', 'expected more bytes of a block')
  const value = Buffer.from(bytes.buffer, bytes.byteOffset, fieldLength).readUInt32BE()
  source.skip(fieldLength)
  return value
}

function decompress(codec: HadoopCodec, stored: Uint8Array, most: number, stop: Stop): Uint8Array {
  try {
    const output = codec.decompress(stored, most)
    if (output.length === 0) throw stop('corrupt', 'expected a part that holds something')
    return output
  } catch (error) {
    throw asStop(error, stop)
  }
}
