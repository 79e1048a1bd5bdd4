/**
 * Whether a number of `length` digits may be hexadecimal digits of text: `pairs` of them, one behind the other, may each be a byte of text by
 * its first digit, which is 0 or 2 to 7.
 */
export function mayBeHex(value: u64, length: i32, pairs: i32): bool {
  /** A bit for each digit, the last one lowest. */
  let firsts: u32 = 0
  for (let digit = 0; digit < length; digit++) {
    const rest = value / 10
    const one = <u32>(value - rest * 10)
    firsts |= ((0b0011111101 >> one) & 1) << digit
    value = rest
  }
  // The last digit begins no pair.
  firsts >>= 1
  for (let pair = 1; pair < pairs; pair++) firsts &= firsts >> 2
  return firsts != 0
}
