/** The unsigned number of these bytes, the lowest first; beyond 2^53 it is not exact, which only numbers far beyond every limit are. */
export function littleEndian(bytes: Uint8Array, at: number, length: number): number {
  let value = 0
  for (let index = length - 1; index >= 0; index--) value = value * 256 + bytes[at + index]!
  return value
}
