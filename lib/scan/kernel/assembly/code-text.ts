import { block, sieve } from './memory'

/** A byte of which not all characters are known, and one of which a character stands for nothing. */
const unknown: i32 = -1
const noByte: i32 = 0x100
/** Where so many bytes tell nothing there may be text behind them: to look on from each of many places would take the square of the time. */
const most: i32 = 64

let knownFrom: i32 = 0
let knownTo: i32 = 0
let values: usize = 0
let first: i32 = 0
let isHex: bool = false

/**
 * Whether a code stands for `wanted` bytes of text in a row around the place `at`, where whole groups of it begin: at least where `look` of
 * `lib/scan/forms/codes/code-streaks.ts` finds them. Only the bytes [from, to) are known.
 */
export function mayBeText(at: i32, isHexadecimal: bool, from: i32, to: i32): bool {
  knownFrom = from
  knownTo = to
  first = at
  isHex = isHexadecimal
  values = sieve + (isHex ? 768 : 1936)
  const wanted = load<i32>(sieve, 2192)
  let before: i32 = 0
  while (before < wanted && isText(byteAt(-1 - before))) before++
  let count = before
  let byte: i32 = 0
  for (let index = 0; index < most && count < wanted && byte < 0x80; index++) {
    byte = byteAt(index)
    count = isText(byte) ? count + 1 : 0
  }
  return count >= wanted || byte < 0x80
}

/** What is not known may be. */
// @ts-ignore: a decorator of AssemblyScript
@inline
function isText(byte: i32): bool {
  return byte < 0x7f && (byte >= 0x20 || byte <= 0 || byte == 9 || byte == 10 || byte == 13)
}

/** The byte, or one of the two above. */
function byteAt(index: i32): i32 {
  let at: i32
  let place: i32 = 0
  if (isHex) at = first + 2 * index
  else {
    const whole = index >= 0 ? index / 3 : (index - 2) / 3
    place = index - 3 * whole
    at = first + 4 * whole + place
  }
  if (at < knownFrom || at + 1 >= knownTo) return unknown
  const one = <i32>load<u8>(values + <usize>load<u8>(block + <usize>at))
  const two = <i32>load<u8>(values + <usize>load<u8>(block + <usize>at, 1))
  if (isHex) return one > 15 || two > 15 ? noByte : (one << 4) | two
  if (one > 63 || two > 63) return noByte
  return ((one << (2 + 2 * place)) | (two >> (4 - 2 * place))) & 0xff
}
