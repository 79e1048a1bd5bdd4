/**
 * The text of an IEEE 754 decimal of 128 bits in BSON's (binary integer) encoding, least significant byte first; plain digits unless its
 * exponent is far. Absent where it is not in the one form that encoders give.
 */
export function decimal128Text(bytes: Buffer): string | undefined {
  const high = bytes.readBigUInt64LE(8)
  const low = bytes.readBigUInt64LE(0)
  const sign = high >> 63n === 1n ? '-' : ''
  const kind = (high >> 58n) & 0x1fn
  if (kind === 0x1fn || kind === 0x1en) {
    const rest = (high & 0x03ffffffffffffffn) | low
    return rest === 0n ? (kind === 0x1fn ? 'NaN' : `${sign}Infinity`) : undefined
  }
  if (kind >> 3n === 3n) return undefined
  const coefficient = ((high & 0x1ffffffffffffn) << 64n) | low
  if (coefficient >= 10n ** 34n) return undefined
  const exponent = Number((high >> 49n) & 0x3fffn) - 6176
  const digits = String(coefficient)
  if (exponent === 0) return sign + digits
  if (exponent > 0) return exponent <= 64 ? sign + digits + '0'.repeat(exponent) : `${sign}${digits}E${exponent}`
  if (exponent < -64) return `${sign}${digits}E${exponent}`
  const padded = digits.padStart(1 - exponent, '0')
  return `${sign}${padded.slice(0, exponent)}.${padded.slice(exponent)}`
}
