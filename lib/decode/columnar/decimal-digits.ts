/**
 * Whole numbers in decimal, written into a buffer: exact, without a BigInt for each, since a column has many millions. All
 * return the place behind the last digit; there must be room for 21 bytes.
 */

/** Where digits are written: the same memory as bytes and as a view, since four digits are stored at once. */
export type Digits = { readonly buffer: Uint8Array; readonly view: DataView }

/** The four digits of each number below 10,000, in the order of their bytes. */
const quads = new Uint32Array(10_000)
for (let value = 0; value < 10_000; value++) {
  const [thousands, hundreds, tens] = [(value / 1000) | 0, (value / 100) | 0, (value / 10) | 0]
  const digits = thousands | ((hundreds % 10) << 8) | ((tens % 10) << 16) | ((value % 10) << 24)
  quads[value] = digits + 0x30303030
}

/** Exactly nine digits of a number below 10^9. */
function writeNine({ buffer, view }: Digits, at: number, value: number): number {
  const upper = (value / 10_000) | 0
  const first = (upper / 10_000) | 0
  buffer[at] = 48 + first
  view.setUint32(at + 1, quads[upper - first * 10_000]!, true)
  view.setUint32(at + 5, quads[value - upper * 10_000]!, true)
  return at + 9
}

/** Digits of a number below 10^9 without leading zeros, and `0` for 0. */
function writeSmall(out: Digits, at: number, value: number): number {
  if (value < 10_000) return writeTop(out, at, value)
  const upper = (value / 10_000) | 0
  if (upper < 10_000) at = writeTop(out, at, upper)
  else {
    const first = (upper / 10_000) | 0
    out.buffer[at++] = 48 + first
    out.view.setUint32(at, quads[upper - first * 10_000]!, true)
    at += 4
  }
  out.view.setUint32(at, quads[value - upper * 10_000]!, true)
  return at + 4
}

/** The same for a number below 10,000. */
function writeTop(out: Digits, at: number, value: number): number {
  const { buffer } = out
  if (value < 10) {
    buffer[at] = 48 + value
    return at + 1
  }
  const quad = quads[value]!
  if (value >= 1000) buffer[at++] = quad & 0xff
  if (value >= 100) buffer[at++] = (quad >>> 8) & 0xff
  buffer[at] = (quad >>> 16) & 0xff
  buffer[at + 1] = quad >>> 24
  return at + 2
}

/** An unsigned number of 64 bits: `high` and `low` are its halves, each from 0 to 2^32 - 1. */
export function writeUnsigned(out: Digits, at: number, high: number, low: number): number {
  if (high === 0 && low < 1_000_000_000) return writeSmall(out, at, low)
  // Long division by 10^9 in steps of 21, 21 and 22 bits: no intermediate value reaches 2^53.
  const first = (high >>> 11) * 0x200000 + (((high & 0x7ff) << 10) | (low >>> 22))
  const upper = Math.floor(first / 1e9)
  const second = (first - upper * 1e9) * 0x400000 + (low & 0x3fffff)
  const lower = Math.floor(second / 1e9)
  const nine = (second - lower * 1e9) | 0
  const rest = upper * 0x400000 + lower
  if (rest < 1e9) at = writeSmall(out, at, rest)
  else {
    const most = Math.floor(rest / 1e9)
    at = writeTop(out, at, most)
    at = writeNine(out, at, (rest - most * 1e9) | 0)
  }
  return writeNine(out, at, nine)
}

/** A number of 64 bits in two's complement by its halves. */
export function writeSigned(out: Digits, at: number, high: number, low: number): number {
  if (high < 0x80000000) return writeUnsigned(out, at, high, low)
  out.buffer[at] = 45
  const negated = -low >>> 0
  return writeUnsigned(out, at + 1, (~high + (negated === 0 ? 1 : 0)) >>> 0, negated)
}

/** A whole number of magnitude below 2^53. */
export function writeWhole(out: Digits, at: number, value: number): number {
  const magnitude = Math.abs(value)
  if (value < 0) out.buffer[at++] = 45
  const high = Math.floor(magnitude / 0x100000000)
  return writeUnsigned(out, at, high, magnitude - high * 0x100000000)
}
