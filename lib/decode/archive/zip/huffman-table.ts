import { BlockCorrupt } from '../../compression/block-corrupt.ts'

const longest = 15

/**
 * A table by the next bits, the first of them lowest: the code's length in the lower 4 bits, its symbol above; 0 where no code
 * begins like that. `bits`: how many bits a code has at most.
 */
export type HuffmanTable = { entries: Uint16Array; bits: number }

/** Builds the table of a canonical code from the lengths of its symbols' codes. @throws BlockCorrupt unless it is one */
export function huffmanTable(lengths: Uint8Array): HuffmanTable {
  const counts = new Uint16Array(longest + 1)
  for (const length of lengths) counts[length]!++
  const codes = new Uint16Array(longest + 2)
  let [code, left, bits] = [0, 1, 0]
  for (let length = 1; length <= longest; length++) {
    left = left * 2 - counts[length]!
    if (left < 0) throw new BlockCorrupt('expected a code that is not over-subscribed')
    codes[length] = code
    code = (code + counts[length]!) << 1
    if (counts[length]! > 0) bits = length
  }
  // A code with a gap is allowed only where it has one symbol or none.
  if (left > 0 && lengths.length - counts[0]! > 1) throw new BlockCorrupt('expected a code that is complete')
  const entries = new Uint16Array(2 ** bits)
  for (const [symbol, length] of lengths.entries()) {
    if (length === 0) continue
    const first = reversed(codes[length]!++, length)
    for (let at = first; at < entries.length; at += 2 ** length) entries[at] = symbol * 16 + length
  }
  return { entries, bits }
}

function reversed(code: number, length: number): number {
  let value = 0
  for (let bit = 0; bit < length; bit++) value |= ((code >> bit) & 1) << (length - 1 - bit)
  return value
}
