/** Bytes at hand from `at` on, and room for the halves of the number that was read last. */
export type Base128Input = { readonly bytes: Uint8Array; at: number; low: number; high: number }

/**
 * An unsigned number in groups of seven bits, the lowest first (ten bytes at most), into `low` and `high`. `cut`: the bytes end inside
 * of it; `long`: it has more than 64 bits.
 */
export function readBase128(input: Base128Input): 'cut' | 'long' | undefined {
  const { bytes } = input
  let low = 0
  let high = 0
  for (let shift = 0; shift < 70; shift += 7) {
    const byte = bytes[input.at++]
    if (byte === undefined) return 'cut'
    const bits = byte & 0x7f
    if (shift < 28) low |= bits << shift
    else if (shift === 28) {
      low |= bits << 28
      high = bits >>> 4
    } else high |= bits << (shift - 32)
    if (shift === 63 && byte > 1) break
    if (byte < 0x80) {
      input.low = low
      input.high = high
      return undefined
    }
  }
  return 'long'
}
