import type { ByteSource } from '../../byte-source.ts'
import type { Decoding } from '../../decoding.ts'
import { holdContent } from '../../hold-content.ts'
import { littleEndian } from '../../little-endian.ts'
import { asStop } from '../block-corrupt.ts'
import { outputOf } from '../output.ts'
import { compression } from '../unwrap.ts'
import { decompressLz4Block } from './lz4-block.ts'

const magic = Buffer.from('mozLz40\0')
const headerLength = magic.length + 4

/** Sessions, bookmarks and settings of Firefox and Thunderbird (`.jsonlz4`, `.baklz4`, `.mozlz4`; toolkit/components/lz4/lz4.js). */
export const mozillaLz4 = compression(
  'mozilla-lz4',
  (head) => head[0] === magic[0] && magic.equals(head.subarray(0, magic.length)),
  mozillaLz4Content,
)

/** One LZ4 block behind its length, up to the end of the file, without a checksum. Both are held in memory. */
async function* mozillaLz4Content(
  source: ByteSource,
  path: readonly string[],
  decoding: Decoding,
): AsyncGenerator<Uint8Array> {
  const { count, stop } = outputOf('mozilla-lz4', path, decoding)
  const head = await source.peek(headerLength)
  if (head.length < headerLength) throw stop('truncated', 'expected more bytes of a header')
  const size = littleEndian(head, magic.length, 4)
  source.skip(headerLength)
  const held = await holdContent({ source, path }, decoding)
  const { heldBytes } = decoding.limits
  if (size > heldBytes - decoding.heldBytes)
    throw stop('limit', `expected at most ${heldBytes} bytes to hold in memory`)
  try {
    const content = decompressLz4Block(await held.read(0, held.size), size)
    if (size > 0) yield count(content)
  } catch (error) {
    throw asStop(error, stop)
  }
}
