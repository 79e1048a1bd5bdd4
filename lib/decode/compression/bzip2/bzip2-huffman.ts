import { BlockCorrupt } from '../block-corrupt.ts'
import type { BitReader } from './bzip2-bits.ts'

/** Codes of up to this many bits are looked up at once. */
export const lookupBits = 10
const maxLength = 20

/**
 * A canonical code. `lookup` by the next `lookupBits` bits: symbol << 5 | length, or 0 for a longer code. For those:
 * `limit` by length is the first code, on 20 bits, that is longer, and `symbols[(code >> 20 - length) - base[length]]`.
 */
export type HuffmanCode = { lookup: Int32Array; limit: Int32Array; base: Int32Array; symbols: Uint16Array }

/** @throws BlockCorrupt when more codes are given than there can be */
export function huffmanCode(lengths: Uint8Array): HuffmanCode {
  const lookup = new Int32Array(1 << lookupBits)
  const limit = new Int32Array(maxLength + 2)
  const base = new Int32Array(maxLength + 2)
  const symbols = new Uint16Array(lengths.length)
  let code = 0
  let index = 0
  for (let length = 1; length <= maxLength; length++) {
    base[length] = code - index
    for (let symbol = 0; symbol < lengths.length; symbol++) {
      if (lengths[symbol] !== length) continue
      if (code >= 1 << length) throw new BlockCorrupt('expected codes that are told apart')
      symbols[index++] = symbol
      if (length <= lookupBits) {
        const spread = 1 << (lookupBits - length)
        lookup.fill((symbol << 5) | length, code * spread, (code + 1) * spread)
      }
      code += 1
    }
    limit[length] = code << (maxLength - length)
    code <<= 1
  }
  return { lookup, limit, base, symbols }
}

/** Reads the lengths of a code, each as steps from the one before. @throws BlockCorrupt */
export function readLengths(bits: BitReader, count: number): Uint8Array {
  const lengths = new Uint8Array(count)
  let length = bits.read(5)
  for (let symbol = 0; symbol < count; symbol++) {
    for (;;) {
      if (length < 1 || length > maxLength) throw new BlockCorrupt('expected a code length of 1 to 20')
      if (bits.read(1) === 0) break
      length += bits.read(1) === 0 ? 1 : -1
    }
    lengths[symbol] = length
    if (bits.isOverrun()) break
  }
  return lengths
}
