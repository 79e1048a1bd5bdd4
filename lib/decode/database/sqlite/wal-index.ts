import { type Decoding, DecodingStopped } from '../../decoding.ts'
import type { Content } from '../../format.ts'
import { rowWriter } from '../row-writer.ts'
import { walChecksum } from './wal-checksum.ts'

const version = 3_007_000
const headerLength = 48
/** Of a header, whose last two numbers are its checksum. */
const summedLength = 40
/** Of what stands in front of the pages: two headers, which are the same, and how far the log was written back. */
const unused = [
  [4, 8],
  [120, 128],
  [132, 136],
] as const
const blockLength = 32_768
/** Where the places of a block begin, two bytes each; before them are the pages. */
const placesAt = 16_384
const mostPages = 4096

/**
 * Whether a content begins like the index of a log (`-shm`; walformat, 2), which SQLite has beside a database while it is open, in the
 * byte order of its machine.
 */
export const isWalIndex = (head: Uint8Array): boolean =>
  head.length >= 8 && isZero(head, 4, 8) && (versionOf(head, true) === version || versionOf(head, false) === version)

/**
 * Tells which pages a log has, and by a table of hashes where: all numbers but for those of the table are delivered, and their bytes as far as they are characters. Of these no two bytes can be
 * characters, since each counts a place among 4,096.
 */
export async function readWalIndex({ source, path }: Content, decoding: Decoding): Promise<void> {
  const numbers = rowWriter([...path, 'index'], decoding)
  let isLittle = true
  let isComplete = false
  try {
    for (let offset = 0; offset === 0 || (await source.peek(1)).length > 0; offset += blockLength) {
      const block = (await source.peek(blockLength)).subarray(0, blockLength)
      if (offset === 0) isLittle = versionOf(block, true) === version
      const expected = block.length < blockLength ? 'whole blocks' : problemOf(block, offset === 0, isLittle)
      if (expected !== undefined)
        throw new DecodingStopped('corrupt', path, offset, `sqlite log index: expected ${expected}`)
      const view = viewOf(block)
      for (let at = 0; at < placesAt; at += 4) numbers.ascii(String(view.getUint32(at, isLittle)))
      await numbers.endRow()
      // Who wrote it may have put text where numbers belong.
      numbers.cell(printable(block.subarray(0, placesAt)))
      await numbers.endRow()
      source.skip(blockLength)
    }
    isComplete = true
  } finally {
    await numbers.end(isComplete)
  }
}

/** What a block lacks, whole as it is. */
function problemOf(block: Uint8Array, isFirst: boolean, isLittle: boolean): string | undefined {
  const view = viewOf(block)
  if (isFirst) {
    const header = block.subarray(0, headerLength)
    if (Buffer.compare(header, block.subarray(headerLength, 2 * headerLength)) !== 0) return 'two equal headers'
    const [first, second] = walChecksum(header.subarray(0, summedLength), [0, 0], !isLittle)
    if (first !== view.getUint32(summedLength, isLittle) || second !== view.getUint32(summedLength + 4, isLittle))
      return 'the checksum to match'
    if (unused.some(([from, to]) => !isZero(block, from, to))) return 'what nobody uses to be zero'
  }
  for (let at = placesAt; at < blockLength; at += 2)
    if (view.getUint16(at, isLittle) > mostPages) return 'places of pages'
  return undefined
}

/** The same with a blank for what is no ASCII character. */
const printable = (bytes: Uint8Array) => bytes.map((byte) => (byte > 0x20 && byte < 0x7f ? byte : 0x20))

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
const versionOf = (head: Uint8Array, isLittle: boolean) => viewOf(head).getUint32(0, isLittle)
function isZero(bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (bytes[at] !== 0) return false
  return true
}
