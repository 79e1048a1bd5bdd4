import { block, sieve } from './memory'

/** A byte of which not all characters are known, and one of which a character stands for nothing. */
const unknown: i32 = -1
const noByte: i32 = 0x100
/** Where so many bytes tell nothing there may be text behind them: to look on from each of many places would take the square of the time. */
const most: i32 = 64
/** So many bytes of text are worth a search, whatever they are: `lib/scan/forms/codes/met-by-chance.ts`. */
const textAround: i32 = 12
/** What a byte may be part of: `lib/scan/forms/codes/code-text.ts`. */
const inName: u8 = 1
const inNumber: u8 = 2
const isMark: u8 = 4

let knownFrom: i32 = 0
let knownTo: i32 = 0
let values: usize = 0
let isHex: bool = false
/** The character that the next byte begins in, and which one of its group that byte is. */
let at: i32 = 0
let place: i32 = 0

/**
 * Whether a code stands for text that is worth a search around the place `first`, where whole groups of it begin: at least where `look` of
 * `lib/scan/forms/codes/code-streaks.ts` finds it. Only the bytes [from, to) are known.
 */
export function mayBeText(first: i32, isHexadecimal: bool, from: i32, to: i32): bool {
  knownFrom = from
  knownTo = to
  isHex = isHexadecimal
  values = sieve + (isHex ? 768 : 1936)
  const wanted = load<i32>(sieve, 2192)
  const name = load<i32>(sieve, 2196)
  const number = load<i32>(sieve, 2200)
  at = first
  place = 0
  let before: i32 = 0
  for (stepBack(); isText(byteHere()); stepBack()) if (++before == textAround) return true
  stepOn()
  let count: i32 = 0
  let names: i32 = 0
  let numbers: i32 = 0
  let isWorth = false
  for (let left = before + most; left > 0; left--, stepOn()) {
    const byte = byteHere()
    if (byte == unknown) return true
    if (!isText(byte)) {
      // All of a run of base64 may be text, however little it is.
      if (byte >= 0x80) return byte == noByte && !isHex && count >= wanted
      count = names = numbers = 0
      isWorth = false
      continue
    }
    count++
    const part = load<u8>(sieve + <usize>byte, 2208)
    names = (part & inName) == 0 ? 0 : names + 1
    numbers = (part & inNumber) == 0 ? 0 : numbers + 1
    isWorth = isWorth || (part & isMark) != 0 || names >= name || numbers >= number || count >= textAround
    if (isWorth && count >= wanted) return true
  }
  return true
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function stepOn(): void {
  if (isHex) {
    at += 2
    return
  }
  at++
  if (++place < 3) return
  place = 0
  at++
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function stepBack(): void {
  if (isHex) {
    at -= 2
    return
  }
  at--
  if (--place >= 0) return
  place = 2
  at--
}

/** What is not known may be. */
// @ts-ignore: a decorator of AssemblyScript
@inline
function isText(byte: i32): bool {
  return byte < 0x7f && (byte >= 0x20 || byte <= 0 || byte == 9 || byte == 10 || byte == 13)
}

/** The byte, or one of the two above. */
function byteHere(): i32 {
  if (at < knownFrom || at + 1 >= knownTo) return unknown
  const one = <i32>load<u8>(values + <usize>load<u8>(block + <usize>at))
  const two = <i32>load<u8>(values + <usize>load<u8>(block + <usize>at, 1))
  if (isHex) return one > 15 || two > 15 ? noByte : (one << 4) | two
  if (one > 63 || two > 63) return noByte
  return ((one << (2 + 2 * place)) | (two >> (4 - 2 * place))) & 0xff
}
