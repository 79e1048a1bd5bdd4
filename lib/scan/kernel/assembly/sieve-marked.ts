import { block, sieve, stops } from './memory'
import { byteBefore, byteOf, code64, has, valueOf } from './sieve-characters'
import { behindSpaces } from './sieve-written-lists'
import { addSpot, List } from './spots'

/* Hexadecimal digits behind a mark, as `lib/scan/forms/codes/marked-lists.ts` and `short-hex.ts` have them: each mark has an `x`, which few texts have many of. */

const letterX: i32 = 0x78
const zero: i32 = 0x30
const backslash: i32 = 0x5c
const apostrophe: i32 = 0x27
const comma: i32 = 0x2c
const colon: i32 = 0x3a
const bracket: i32 = 0x28
/** More digits than any of them has. */
const mostDigits: i32 = 11

/** Looks at each `x` of the bytes [from, to). `lowest`: the first byte that is of this content. */
export function siftMarked(from: i32, to: i32, lowest: i32): void {
  const hasShort = load<i32>(sieve, 2468) != 0
  const hasLists = load<i32>(sieve, 336) != 0
  if (!hasShort && !hasLists) return
  const lowerCase = i8x16.splat(0x20)
  const x = i8x16.splat(<i8>letterX)
  let list = stops
  for (let at = from; at < to; at += 64) {
    const place = block + <usize>at
    const one = i8x16.eq(v128.or(v128.load(place), lowerCase), x)
    const two = i8x16.eq(v128.or(v128.load(place, 16), lowerCase), x)
    const three = i8x16.eq(v128.or(v128.load(place, 32), lowerCase), x)
    const four = i8x16.eq(v128.or(v128.load(place, 48), lowerCase), x)
    store<i32>(list, at)
    list += <usize>v128.any_true(v128.or(v128.or(one, two), v128.or(three, four))) << 2
  }
  for (let place = stops; place < list; place += 4) {
    const first = load<i32>(place)
    for (let part = first; part < min(first + 64, to); part += 16) {
      const found = <u32>i8x16.bitmask(i8x16.eq(v128.or(v128.load(block + <usize>part), lowerCase), x))
      for (let rest = found; rest != 0; rest &= rest - 1) {
        const at = part + <i32>ctz(rest)
        if (at < to && isMark(at, to, lowest, hasShort, hasLists)) addSpot(List.marked, at)
      }
    }
  }
}

function isMark(at: i32, to: i32, lowest: i32, hasShort: bool, hasLists: bool): bool {
  const before = byteBefore(at, lowest)
  // Behind the last byte there is anything.
  if (at + 1 >= to) return true
  const behind = byteOf(at + 1)
  if (before == zero) {
    if (at - 1 > lowest && has(byteOf(at - 2), code64) && byteBefore(at - 2, lowest) != backslash) return false
    const end = endOfDigits(at + 1, to)
    if (end == to) return true
    const count = end - at - 1
    return (hasShort && isShort(count, end)) || (hasLists && count <= 2 && isList(at, to))
  }
  if (hasShort && before == backslash) {
    const end = endOfDigits(at + 1, to)
    return end == to || isShort(end - at - 1, end)
  }
  if (hasShort && behind == apostrophe) {
    const end = endOfDigits(at + 2, to)
    return end == to || (byteOf(end) == apostrophe && isShort(end - at - 2, end))
  }
  // `hex:` and `hex(` of the registry.
  return hasLists && (behind == colon || behind == bracket) && (before | 0x20) == 0x65
}

/** Of four bytes or of five. */
function isShort(count: i32, end: i32): bool {
  return (count == 8 || count == 10) && !has(byteOf(end), code64)
}

function endOfDigits(start: i32, to: i32): i32 {
  let at = start
  while (at < to && at - start < mostDigits && valueOf(at) < 16) at++
  return at
}

/** Whether so many items that stand for text follow one another, of which the first has its `x` here, or as many as are known. */
function isList(x: i32, to: i32): bool {
  const least = load<i32>(sieve, 336)
  let at = x
  let count = 0
  while (true) {
    const end = endOfDigits(at + 1, to)
    if (end == to) return true
    if (!isText(at + 1, end)) return false
    if (++count == least) return true
    let next = behindSpaces(end)
    if (next < to && byteOf(next) == comma) next = behindSpaces(next + 1)
    if (next + 1 >= to) return true
    if (next == end || byteOf(next) != zero || (byteOf(next + 1) | 0x20) != letterX) return false
    at = next + 1
  }
}

/** Whether one or two digits are a byte of text. */
function isText(at: i32, end: i32): bool {
  if (end == at || end - at > 2) return false
  const value = end - at == 1 ? valueOf(at) : (valueOf(at) << 4) | valueOf(at + 1)
  return value < 0x7f && (value >= 0x20 || value == 10 || value == 13)
}

/** Whether a list of the registry goes on in the next line: a comma and a backslash at its end. */
// @ts-ignore: a decorator of AssemblyScript
@inline
export function isContinued(at: i32, to: i32, lowest: i32): bool {
  if (load<i32>(sieve, 336) == 0 || byteBefore(at, lowest) != comma) return false
  return at + 1 >= to || byteOf(at + 1) == 0x0a || byteOf(at + 1) == 0x0d
}
