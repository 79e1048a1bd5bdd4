/**
 * Whole numbers as they are in memory, `count` of `width` bytes each, the lowest first, from the beginning of `bytes`; in two's complement
 * where they are signed. They stand for as many lines of decimal digits, with `-` before those of a negative one.
 */
export type WholeNumbers = {
  readonly bytes: Uint8Array
  readonly count: number
  readonly width: 4 | 8
  readonly isSigned: boolean
}

/** No sink is given more of them at once. */
export const mostNumbers = 8192

/** These from number `from` on, as many as a sink is given at once. */
export function numbersFrom({ bytes, count, width, isSigned }: WholeNumbers, from: number): WholeNumbers {
  return {
    bytes: bytes.subarray(from * width),
    count: Math.min(count - from, mostNumbers),
    width,
    isSigned,
  }
}
