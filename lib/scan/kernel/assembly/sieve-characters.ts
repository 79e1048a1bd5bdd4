import { block, sieve } from './memory'

/** Bits of the table of characters: `lib/scan/forms/sieve-tables.ts`. */
export const wanted: u32 = 1
export const sign: u32 = 2
export const code64: u32 = 4
export const digit: u32 = 8
export const groupSign: u32 = 16
export const letter: u32 = 32
export const withoutAtSign: u32 = 64
export const breaker: u32 = 128

/** Where what is known of the content ends. */
export let bytesEnd: i32 = 0

export function setEnd(to: i32): void {
  bytesEnd = to
}

export const nothing: i32 = -2
export const noDigits: i32 = -1
export const replacement: i32 = 0xfffd
export const codeLine: i32 = 32

// @ts-ignore: a decorator of AssemblyScript
@inline
export function has(byte: i32, bits: u32): bool {
  return (load<u8>(sieve + <usize>byte, 512) & bits) != 0
}

// @ts-ignore: a decorator of AssemblyScript
@inline
export function isWanted(byte: i32): bool {
  return has(byte, wanted)
}

// @ts-ignore: a decorator of AssemblyScript
@inline
export function byteOf(at: i32): i32 {
  return load<u8>(block + <usize>at)
}

export function byteBefore(at: i32, lowest: i32): i32 {
  return at > lowest ? byteOf(at - 1) : 0x20
}

export function isIn(at: i32, from: i32, last: i32): bool {
  return byteOf(at) >= from && byteOf(at) <= last
}

/** The value of a hexadecimal digit, or 16. */
// @ts-ignore: a decorator of AssemblyScript
@inline
export function valueOf(at: i32): i32 {
  return load<u8>(sieve + <usize>byteOf(at), 768)
}

export function hexPair(at: i32): i32 {
  const first = valueOf(at)
  const second = valueOf(at + 1)
  return (first | second) > 15 ? noDigits : (first << 4) | second
}
