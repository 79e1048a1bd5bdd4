import type { ByteSource } from '../../byte-source.ts'
import type { Decoding, Stop } from '../../decoding.ts'
import { spareMemory } from '../../spare-memory.ts'
import { BlockCorrupt } from '../block-corrupt.ts'
import { type Output, outputOf } from '../output.ts'
import { skipZeros } from '../skip-zeros.ts'
import { compression } from '../unwrap.ts'
import { type BitReader, bitReader } from './bzip2-bits.ts'
import { linkBytes, readBlock, type SortedBlock } from './bzip2-block.ts'
import { blockText, bzip2Crc } from './bzip2-runs.ts'

/** bzip2 1.0; there is no specification but its source, and J. Norris's "bzip2 format specification". */
export const bzip2 = compression('bzip2', isBzip2, bzip2Content)

const blockMagic = Buffer.from('314159265359', 'hex')
const endMagic = Buffer.from('177245385090', 'hex')

/** Text may begin with `BZh9`; not with the digits of pi behind it, of which a cut-off file may have a part only. */
function isBzip2(head: Uint8Array): boolean {
  if (head.length < 5 || head[0] !== 0x42 || head[1] !== 0x5a || head[2] !== 0x68) return false
  if (head[3]! < 0x31 || head[3]! > 0x39) return false
  const magic = Buffer.from(head.subarray(4, 10))
  return [blockMagic, endMagic].some((each) => each.subarray(0, magic.length).equals(magic))
}

const streamHeaderLength = 4
/** What a block can have at most beside its symbols of up to 20 bits each: codes, selectors, byte flags, with room to spare. */
const tablesLength = 2 ** 17
const blockUnit = 100_000
/** Of the largest block. */
const takeBlock = spareMemory(4 * 9 * blockUnit)
const takeOutput = spareMemory(256 * 1024)

/**
 * The content of all streams of a bzip2 file, one after the other; the checksum of every block and of every stream is
 * checked. What follows the last one, and zeros after it, stays in `source`. Memory: 4 bytes for each byte of a block
 * (at most 900,000), the compressed bytes of a block, and one buffer of output.
 */
export async function* bzip2Content(
  source: ByteSource,
  path: readonly string[],
  decoding: Decoding,
): AsyncGenerator<Uint8Array> {
  const [block, output] = [takeBlock(), takeOutput()]
  try {
    yield* streams(source, new Uint32Array(block.memory.buffer), output.memory, outputOf('bzip2', path, decoding))
  } finally {
    block.giveBack()
    output.giveBack()
  }
}

/** `room`: for a block of any size. */
async function* streams(
  source: ByteSource,
  room: Uint32Array,
  buffer: Uint8Array,
  { count, stop }: Output,
): AsyncGenerator<Uint8Array> {
  do {
    const sorted = room.subarray(0, ((await source.peek(streamHeaderLength))[3]! - 0x30) * blockUnit)
    source.skip(streamHeaderLength)
    let combined = 0
    let bit = 0
    for (;;) {
      const read = await nextBlock(source, bit, sorted, stop)
      bit = read.bit
      if (read.block === undefined) {
        if (read.checksum !== combined) throw stop('corrupt', 'expected the checksum of the stream to match')
        break
      }
      linkBytes(sorted, read.block.count)
      let checksum = -1
      for (const output of blockText(sorted, read.block, buffer)) {
        checksum = bzip2Crc(output, checksum)
        yield count(output)
      }
      if (read.checksum !== ~checksum) throw stop('corrupt', 'expected the checksum of a block to match')
      combined = ((combined << 1) | (combined >>> 31)) ^ ~checksum
    }
    await skipZeros(source)
  } while (isBzip2(await source.peek(10)))
}

/** A block, or the end of its stream where there is none. `bit`: where the next one begins in the source's first byte. */
type Read = { block: SortedBlock | undefined; checksum: number; bit: number }

/** Consumes one block, or the end of a stream. */
async function nextBlock(source: ByteSource, bit: number, sorted: Uint32Array, stop: Stop): Promise<Read> {
  const most = Math.ceil((sorted.length * 20) / 8) + tablesLength
  const window = await source.peekSome(most)
  const bits = bitReader(window, bit)
  const read = readNext(bits, sorted, stop)
  if (read === undefined) {
    // Throws what the medium failed with, if it did.
    await source.peek(most)
    if (window.length >= most) throw stop('corrupt', 'expected a block of at most the stated size')
    throw stop('truncated', 'expected more bytes of a block')
  }
  source.skip(bits.position() >>> 3)
  return { ...read, bit: bits.position() & 7 }
}

/** Absent: the bits ended before. */
function readNext(bits: BitReader, sorted: Uint32Array, stop: Stop): Omit<Read, 'bit'> | undefined {
  const first = bits.read(24)
  const second = bits.read(24)
  const checksum = (bits.read(16) << 16) | bits.read(16)
  if (bits.isOverrun()) return undefined
  if (first === endMagic.readUIntBE(0, 3) && second === endMagic.readUIntBE(3, 3)) {
    const padding = -bits.position() & 7
    if (bits.read(padding) !== 0) throw stop('corrupt', 'expected zeros to the end of a byte')
    return { block: undefined, checksum }
  }
  if (first !== blockMagic.readUIntBE(0, 3) || second !== blockMagic.readUIntBE(3, 3))
    throw stop('corrupt', 'expected a block or the end of the stream')
  if (bits.read(1) === 1) throw stop('unsupported-format', 'expected a block that is not randomised')
  try {
    const block = readBlock(bits, sorted)
    return bits.isOverrun() ? undefined : { block, checksum }
  } catch (error) {
    if (!(error instanceof BlockCorrupt)) throw error
    throw stop(bits.isOverrun() ? 'truncated' : 'corrupt', error.message)
  }
}
