/**
 * Numbers of `width` bits (1 to 64), each from its highest bit on, one behind the other from the highest bit of `bytes[at]` on: the halves
 * of `count` of them into `low` and `high` from `to` on. The caller has checked that they are there; wider than 32 bits they take whole bytes.
 */
export function unpack(
  bytes: Uint8Array,
  at: number,
  width: number,
  count: number,
  low: Int32Array,
  high: Int32Array,
  to = 0,
): void {
  const end = to + count
  if (width > 32) {
    unpackWide(bytes, at, width >>> 3, end, low, high, to)
    return
  }
  high.fill(0, to, end)
  if (width === 8) for (let index = to; index < end; index++) low[index] = bytes[at++]!
  else if (width > 24)
    for (let index = to, bit = 0; index < end; index++, bit += width)
      low[index] = (bitsAt(bytes, at, bit, width - 16) << 16) | bitsAt(bytes, at, bit + width - 16, 16)
  else for (let index = to, bit = 0; index < end; index++, bit += width) low[index] = bitsAt(bytes, at, bit, width)
}

/** At most 24 bits from a bit of `bytes[at]` on. Bits behind the end count as zeros. */
function bitsAt(bytes: Uint8Array, at: number, bit: number, width: number): number {
  const from = at + (bit >>> 3)
  const word =
    from + 4 <= bytes.length
      ? (bytes[from]! << 24) | (bytes[from + 1]! << 16) | (bytes[from + 2]! << 8) | bytes[from + 3]!
      : (bytes[from]! << 24) | ((bytes[from + 1] ?? 0) << 16) | ((bytes[from + 2] ?? 0) << 8)
  return (word << (bit & 7)) >>> (32 - width)
}

function unpackWide(
  bytes: Uint8Array,
  at: number,
  size: number,
  end: number,
  low: Int32Array,
  high: Int32Array,
  to: number,
): void {
  for (let index = to; index < end; index++) {
    let upper = 0
    for (let left = size; left > 4; left--) upper = (upper << 8) | bytes[at++]!
    high[index] = upper
    low[index] = (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!
    at += 4
  }
}
