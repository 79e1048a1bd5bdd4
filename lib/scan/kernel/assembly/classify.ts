import { block, constants, masks } from './memory'

/**
 * Bytes of the block as masks, 64 at a time: bit n of `masks` says whether byte `from + n` belongs. All words up to the
 * one with the bit of `size` and two more are written, and no bit from there on is set. What is constant is loaded from memory, since
 * it would be put together anew for every word otherwise.
 */

/** Those that are in an alphabet of ASCII characters: `columns` has, at a character's low half, a bit for each high half. */
export function markAlphabet(columns: v128, from: i32, size: i32): void {
  const rows = v128.load(constants)
  const low = v128.load(constants, 16)
  const zero = v128.load(constants, 32)
  const words = size >> 6
  let at = block + <usize>from
  let to = masks
  for (let word = 0; word <= words; word++) {
    const a = outside(v128.load(at), columns, rows, low, zero)
    const b = outside(v128.load(at, 16), columns, rows, low, zero)
    const c = outside(v128.load(at, 32), columns, rows, low, zero)
    const d = outside(v128.load(at, 48), columns, rows, low, zero)
    store<u64>(to, ~(<u64>a | (<u64>b << 16) | (<u64>c << 32) | (<u64>d << 48)))
    at += 64
    to += 8
  }
  clearFrom(size)
}

/** Which of 16 bytes are not in the alphabet: a bit each. */
// @ts-ignore: a decorator of AssemblyScript
@inline
export function outside(bytes: v128, columns: v128, rows: v128, low: v128, zero: v128): u32 {
  // Halves are below 16, where the relaxed instruction does what the other one does. From 0x80 on there is no row.
  const column = i8x16.relaxed_swizzle(columns, v128.and(bytes, low))
  const row = i8x16.relaxed_swizzle(rows, v128.and(i16x8.shr_u(bytes, 4), low))
  return <u32>i8x16.bitmask(i8x16.eq(v128.and(column, row), zero))
}

/** Those that are in an alphabet of any bytes: `high` has the columns of the halves from 8 on. */
export function markBytes(columns: v128, high: v128, from: i32, size: i32): void {
  const rows = v128.load(constants)
  const highRows = v128.load(constants, 304)
  const low = v128.load(constants, 16)
  const zero = v128.load(constants, 32)
  const words = size >> 6
  let at = block + <usize>from
  let to = masks
  for (let word = 0; word <= words; word++) {
    const a = outsideBytes(v128.load(at), columns, high, rows, highRows, low, zero)
    const b = outsideBytes(v128.load(at, 16), columns, high, rows, highRows, low, zero)
    const c = outsideBytes(v128.load(at, 32), columns, high, rows, highRows, low, zero)
    const d = outsideBytes(v128.load(at, 48), columns, high, rows, highRows, low, zero)
    store<u64>(to, ~(<u64>a | (<u64>b << 16) | (<u64>c << 32) | (<u64>d << 48)))
    at += 64
    to += 8
  }
  clearFrom(size)
}

// @ts-ignore: a decorator of AssemblyScript
@inline
export function outsideBytes(
  bytes: v128,
  columns: v128,
  high: v128,
  rows: v128,
  highRows: v128,
  low: v128,
  zero: v128,
): u32 {
  const lowHalf = v128.and(bytes, low)
  const highHalf = v128.and(i16x8.shr_u(bytes, 4), low)
  const below = v128.and(i8x16.relaxed_swizzle(columns, lowHalf), i8x16.relaxed_swizzle(rows, highHalf))
  const beyond = v128.and(i8x16.relaxed_swizzle(high, lowHalf), i8x16.relaxed_swizzle(highRows, highHalf))
  return <u32>i8x16.bitmask(i8x16.eq(v128.or(below, beyond), zero))
}

/** Those that are decimal digits. */
export function markDigits(from: i32, size: i32): void {
  const zeroDigit = v128.load(constants, 48)
  const ten = v128.load(constants, 64)
  const words = size >> 6
  let at = block + <usize>from
  let to = masks
  for (let word = 0; word <= words; word++) {
    const a = digits(v128.load(at), zeroDigit, ten)
    const b = digits(v128.load(at, 16), zeroDigit, ten)
    const c = digits(v128.load(at, 32), zeroDigit, ten)
    const d = digits(v128.load(at, 48), zeroDigit, ten)
    store<u64>(to, <u64>a | (<u64>b << 16) | (<u64>c << 32) | (<u64>d << 48))
    at += 64
    to += 8
  }
  clearFrom(size)
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function digits(bytes: v128, zeroDigit: v128, ten: v128): u32 {
  // Less 0x30 and 128, digits are the ten lowest signed numbers.
  return <u32>i8x16.bitmask(i8x16.lt_s(i8x16.sub(bytes, zeroDigit), ten))
}

/** Those that are `@`. */
export function markSigns(from: i32, size: i32): void {
  const sign = v128.load(constants, 80)
  const words = size >> 6
  let at = block + <usize>from
  let to = masks
  for (let word = 0; word <= words; word++) {
    const a = <u32>i8x16.bitmask(i8x16.eq(v128.load(at), sign))
    const b = <u32>i8x16.bitmask(i8x16.eq(v128.load(at, 16), sign))
    const c = <u32>i8x16.bitmask(i8x16.eq(v128.load(at, 32), sign))
    const d = <u32>i8x16.bitmask(i8x16.eq(v128.load(at, 48), sign))
    store<u64>(to, <u64>a | (<u64>b << 16) | (<u64>c << 32) | (<u64>d << 48))
    at += 64
    to += 8
  }
  clearFrom(size)
}

function clearFrom(size: i32): void {
  const last = masks + (<usize>(size >> 6) << 3)
  store<u64>(last, load<u64>(last) & ((<u64>1 << (size & 63)) - 1))
  store<u64>(last, 0, 8)
  store<u64>(last, 0, 16)
}
