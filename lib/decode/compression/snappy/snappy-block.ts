import { littleEndian } from '../../little-endian.ts'
import { BlockCorrupt, copyLiteral, copyMatch } from '../block-corrupt.ts'

/**
 * Decompresses one raw snappy block (format_description.txt), which states its own length, and is known to hold
 * `outputLength` bytes.
 * @throws BlockCorrupt unless the block is valid and holds exactly that many
 */
export function decompressSnappyBlock(input: Uint8Array, outputLength: number): Uint8Array {
  const { length, at } = snappyLength(input)
  if (length !== outputLength) throw new BlockCorrupt('expected the block to state the length that is known')
  // Copies are done by four bytes at a time, so that up to three behind the last one are written.
  const output = new Uint8Array(length + slack)
  decompressElements(input, at, output, length)
  return output.subarray(0, length)
}

const slack = 4

/** From this length on one copy by the platform is faster. */
const shortCopy = 64

/** How many bytes a raw snappy block states to hold, and where its elements begin. @throws BlockCorrupt */
export function snappyLength(input: Uint8Array): { length: number; at: number } {
  let length = 0
  for (let at = 0; at < 5; at++) {
    const byte = input[at]
    if (byte === undefined) throw new BlockCorrupt('expected the length of a block')
    length += (byte & 0x7f) * 2 ** (7 * at)
    if (byte < 0x80) {
      if (length >= 2 ** 32) break
      return { length, at: at + 1 }
    }
  }
  throw new BlockCorrupt('expected a length of 32 bits')
}

/** Fills `output` up to `outputEnd` by the elements of a block from `at` on; `slack` bytes behind that may change as well. */
function decompressElements(input: Uint8Array, at: number, output: Uint8Array, outputEnd: number): void {
  const inputEnd = input.length
  const from = new DataView(input.buffer, input.byteOffset, input.byteLength)
  const view = new DataView(output.buffer, output.byteOffset, output.byteLength)
  let to = 0
  while (at < inputEnd) {
    const tag = input[at++]!
    const kind = tag & 3
    if (kind === 0) {
      let length = (tag >>> 2) + 1
      if (length > 60) {
        const size = length - 60
        if (size > inputEnd - at) throw new BlockCorrupt('expected the length of a literal')
        length = littleEndian(input, at, size) + 1
        at += size
      }
      if (length > inputEnd - at || length > outputEnd - to) throw new BlockCorrupt('expected a literal that fits')
      if (length <= shortCopy && inputEnd - at >= length + slack)
        for (let done = 0; done < length; done += 4) view.setUint32(to + done, from.getUint32(at + done))
      else copyLiteral(input, at, output, to, length)
      at += length
      to += length
      continue
    }
    const size = kind === 3 ? 4 : kind
    if (size > inputEnd - at) throw new BlockCorrupt('expected the distance of a copy')
    const length = kind === 1 ? ((tag >>> 2) & 7) + 4 : (tag >>> 2) + 1
    const distance =
      kind === 1
        ? ((tag >>> 5) << 8) | input[at]!
        : kind === 2
          ? input[at]! | (input[at + 1]! << 8)
          : littleEndian(input, at, size)
    at += size
    if (distance === 0 || distance > to) throw new BlockCorrupt('expected a copy within the output')
    if (length > outputEnd - to) throw new BlockCorrupt('expected a copy that fits')
    if (distance >= 4)
      for (let done = to, end = to + length; done < end; done += 4)
        view.setUint32(done, view.getUint32(done - distance))
    else copyMatch(output, to, distance, length)
    to += length
  }
  if (to !== outputEnd) throw new BlockCorrupt('expected the block to hold as many bytes as it states')
}
