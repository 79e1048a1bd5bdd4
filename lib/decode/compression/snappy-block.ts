import { BlockCorrupt, copyLiteral, copyMatch } from './block-corrupt.ts'

/**
 * Decompresses one raw snappy block (format_description.txt), which states its own length, and is known to hold
 * `outputLength` bytes.
 * @throws BlockCorrupt unless the block is valid and holds exactly that many
 */
export function decompressSnappyBlock(input: Uint8Array, outputLength: number): Uint8Array {
  const { length, at } = snappyLength(input)
  if (length !== outputLength) throw new BlockCorrupt('expected the block to state the length that is known')
  const output = new Uint8Array(length)
  decompressElements(input, at, output)
  return output
}

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

/** Fills `output` by the elements of a block from `at` on. */
function decompressElements(input: Uint8Array, at: number, output: Uint8Array): void {
  const inputEnd = input.length
  const outputEnd = output.length
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
      copyLiteral(input, at, output, to, length)
      at += length
      to += length
      continue
    }
    const size = kind === 3 ? 4 : kind
    if (size > inputEnd - at) throw new BlockCorrupt('expected the distance of a copy')
    const length = kind === 1 ? ((tag >>> 2) & 7) + 4 : (tag >>> 2) + 1
    const distance = kind === 1 ? ((tag >>> 5) << 8) | input[at]! : littleEndian(input, at, size)
    at += size
    if (distance === 0 || distance > to) throw new BlockCorrupt('expected a copy within the output')
    if (length > outputEnd - to) throw new BlockCorrupt('expected a copy that fits')
    copyMatch(output, to, distance, length)
    to += length
  }
  if (to !== outputEnd) throw new BlockCorrupt('expected the block to hold as many bytes as it states')
}

function littleEndian(bytes: Uint8Array, at: number, size: number): number {
  let value = 0
  for (let index = size - 1; index >= 0; index--) value = value * 256 + bytes[at + index]!
  return value
}
