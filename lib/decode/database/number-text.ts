/** The text of a signed integer of 64 bits, exactly, from its two halves. */
export function int64Text(high: number, low: number): string {
  // What fits into 53 bits is an exact number.
  if (high >= -0x200000 && high < 0x200000) return String(high * 0x100000000 + (low >>> 0))
  return String((BigInt(high) << 32n) | BigInt(low >>> 0))
}

/**
 * The text of a double. `isLossy`: an integer of 2^53 or more, whose last digits may not be those that were once there; a smaller one
 * is exact.
 */
export function doubleText(value: number): { text: string; isLossy: boolean } {
  if (!Number.isInteger(value)) return { text: String(value), isLossy: false }
  const isLossy = Math.abs(value) >= 2 ** 53
  return { text: isLossy ? String(BigInt(value)) : String(value), isLossy }
}

const hex = (bytes: Uint8Array, from: number, to: number): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString('hex')

/** 16 bytes as a UUID is written: 8-4-4-4-12 hexadecimal digits. */
export function uuidText(bytes: Uint8Array): string {
  const digits = hex(bytes, 0, 16)
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}
