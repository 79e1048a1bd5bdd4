import { beginsLike } from '../../begins-with.ts'
import type { ByteSource } from '../../byte-source.ts'
import type { Decoding, Stop } from '../../decoding.ts'
import { asStop } from '../block-corrupt.ts'
import { outputOf } from '../output.ts'
import { compression } from '../unwrap.ts'
import { decompressSnappyBlock, snappyLength } from './snappy-block.ts'

/** What SnappyOutputStream of snappy-java writes: a header, then blocks, each behind its length. */
export const snappyJava = compression('snappy-java', isSnappyJava, snappyJavaContent)

const magic = Buffer.from('82534e4150505900', 'hex')
/** The version, and the first one that can read it. */
const versions = Buffer.from('0000000100000001', 'hex')
const headerLength = 16
/** Blocks are 32 KiB unless somebody chose another size, of at most 512 MiB. */
const mostBytes = 2 ** 26

function isSnappyJava(head: Uint8Array): boolean {
  return head.length >= 4 && beginsLike(head, magic)
}

/** The content of all blocks to the end of the source: the format has neither checksums nor an end of its own. */
async function* snappyJavaContent(
  source: ByteSource,
  path: readonly string[],
  decoding: Decoding,
): AsyncGenerator<Uint8Array> {
  const { count, stop } = outputOf('snappy-java', path, decoding)
  for (;;) {
    const head = await source.peek(magic.length)
    if (head.length === 0) return
    if (isSnappyJava(head)) {
      const header = await source.peek(headerLength)
      if (header.length < headerLength) throw stop('truncated', 'expected more bytes of a header')
      if (!versions.equals(header.subarray(magic.length, headerLength)))
        throw stop('unsupported-format', 'expected version 1')
      source.skip(headerLength)
      continue
    }
    if (head.length < 4) throw stop('truncated', 'expected more bytes of a block')
    const length = head[0]! * 2 ** 24 + head[1]! * 2 ** 16 + head[2]! * 2 ** 8 + head[3]!
    if (length > mostBytes) throw stop('limit', `expected a block of at most ${mostBytes} bytes`)
    const bytes = await source.peek(4 + length)
    if (bytes.length < 4 + length) throw stop('truncated', 'expected more bytes of a block')
    const output = decompress(bytes.subarray(4, 4 + length), stop)
    source.skip(4 + length)
    if (output.length > 0) yield count(output)
  }
}

function decompress(block: Uint8Array, stop: Stop): Uint8Array {
  try {
    const { length } = snappyLength(block)
    if (length > mostBytes) throw stop('limit', `expected a block of at most ${mostBytes} bytes`)
    return decompressSnappyBlock(block, length)
  } catch (error) {
    throw asStop(error, stop)
  }
}
