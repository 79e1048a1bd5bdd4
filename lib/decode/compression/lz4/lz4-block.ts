import { BlockCorrupt, copyLiteral, copyMatch } from '../block-corrupt.ts'

/**
 * Decompresses one LZ4 block (lz4_Block_format.md) that is known to hold `outputLength` bytes, without a block before it.
 * @throws BlockCorrupt unless the block is valid and holds exactly that many
 */
export function decompressLz4Block(input: Uint8Array, outputLength: number): Uint8Array {
  const output = new Uint8Array(outputLength)
  const end = decompressLz4BlockInto(input, output, 0)
  if (end !== outputLength) throw new BlockCorrupt('expected the block to hold as many bytes as stated')
  return output
}

/**
 * Decompresses one LZ4 block to `output` from `from` on; the bytes before `from` are what it may refer back to. Returns
 * where it ends in `output`, of which nothing behind that is touched.
 * @throws BlockCorrupt when it is not valid or does not fit
 */
export function decompressLz4BlockInto(input: Uint8Array, output: Uint8Array, from: number): number {
  const inputEnd = input.length
  const outputEnd = output.length
  let at = 0
  let to = from
  while (at < inputEnd) {
    const token = input[at++]!
    let literals = token >>> 4
    if (literals === 15)
      for (let more = 255; more === 255; literals += more) {
        if (at >= inputEnd) throw new BlockCorrupt('expected the rest of a length')
        more = input[at++]!
      }
    if (literals > inputEnd - at || literals > outputEnd - to) throw new BlockCorrupt('expected literals that fit')
    copyLiteral(input, at, output, to, literals)
    at += literals
    to += literals
    if (at === inputEnd) {
      if ((token & 15) !== 0) throw new BlockCorrupt('expected a last sequence without a match')
      return to
    }

    if (inputEnd - at < 2) throw new BlockCorrupt('expected the distance of a match')
    const distance = input[at]! | (input[at + 1]! << 8)
    at += 2
    let length = (token & 15) + 4
    if (length === 19)
      for (let more = 255; more === 255; length += more) {
        if (at >= inputEnd) throw new BlockCorrupt('expected the rest of a length')
        more = input[at++]!
      }
    if (distance === 0 || distance > to) throw new BlockCorrupt('expected a match within the output')
    if (length > outputEnd - to) throw new BlockCorrupt('expected a match that fits')
    copyMatch(output, to, distance, length)
    to += length
  }
  if (to > from) throw new BlockCorrupt('expected literals at the end')
  return to
}
