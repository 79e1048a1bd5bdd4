/** A variable-length integer of SQLite (file format, 1.6): its two halves of 32 bits, and where the next byte is. */
export type Varint = { high: number; low: number; end: number }

/** Reads the integer of 1 to 9 bytes at `at` into `into`; false where `bytes` end before it does. */
export function readVarint(bytes: Uint8Array, at: number, into: Varint): boolean {
  let high = 0
  let low = 0
  for (let index = 0; index < 9; index++) {
    const byte = bytes[at + index]
    if (byte === undefined) return false
    const bits = index === 8 ? 8 : 7
    high = (high << bits) | (low >>> (32 - bits))
    low = (low << bits) | (index === 8 ? byte : byte & 0x7f)
    if (byte < 0x80 || index === 8) {
      into.high = high
      into.low = low
      into.end = at + index + 1
      return true
    }
  }
  return false
}

/** Its value as a size; beyond what a size can be: infinity. */
export function sizeOf({ high, low }: Varint): number {
  return high === 0 && low >= 0 ? low : Number.POSITIVE_INFINITY
}
