import { twoWords } from './mask-of'
import { block, runMasks, sieve, stops } from './memory'
import { addSpot, List } from './spots'

/* Runs of base64 that stand for an identifier and nothing else, as `lib/scan/forms/codes/short-base64.ts` has them. */

const sign: i32 = 0x3d
/** Characters of a run that needs no padding. */
const eight: i32 = 8
/** Bytes of the masks from one word to the next: what stands beside a run that begins in the one is in it as well. */
const step: i32 = 6

/** Whether such identifiers are looked for. */
export function hasShort(): bool {
  return load<i32>(sieve, 2464) != 0
}

/** Runs of eight characters that end behind `from`: the others were known before. What is behind `to` may go on. */
export function siftEights(first: i32, size: i32, from: i32): void {
  let list = stops
  for (let byte = 0; byte << 3 < size; byte += 2 * step) {
    store<i32>(list, byte)
    list += <usize>v128.any_true(eightsFrom(byte)) << 2
  }
  for (let place = stops; place < list; place += 4) {
    const byte = load<i32>(place)
    const runs = eightsFrom(byte)
    siftWord(first + (byte << 3) + 1, i64x2.extract_lane(runs, 0), from)
    siftWord(first + ((byte + step) << 3) + 1, i64x2.extract_lane(runs, 1), from)
  }
}

/** Where a byte is right before a run of eight characters, in two words of the masks. */
// @ts-ignore: a decorator of AssemblyScript
@inline
function eightsFrom(byte: i32): v128 {
  const own = twoWords(runMasks, byte, step)
  let runs = v128.and(own, i64x2.shr_u(own, 1))
  runs = v128.and(runs, i64x2.shr_u(runs, 2))
  runs = v128.and(runs, i64x2.shr_u(runs, 4))
  return v128.andnot(i64x2.shr_u(runs, 1), v128.or(own, i64x2.shr_u(own, 9)))
}

function siftWord(at: i32, runs: u64, from: i32): void {
  const own = runs & ((<u64>1 << <u64>(8 * step)) - 1)
  // Most words are told by their first and their fifth letter: a branch for each run, or for whether there is one, would take longer.
  const firsts = mayGoOnIn(at) | (mayGoOnIn(at + 16) << 16) | (mayGoOnIn(at + 32) << 32) | (mayGoOnIn(at + 48) << 48)
  for (let rest = own & firsts & (firsts >> 4); rest != 0; rest &= rest - 1) {
    const start = at + <i32>ctz(rest)
    if (start + eight > from && isWanted(start, eight)) addSpot(List.shortBase64, start)
  }
}

/** `mayGoOn` of 16 bytes. */
// @ts-ignore: a decorator of AssemblyScript
@inline
function mayGoOnIn(at: i32): u64 {
  const bytes = i8x16.sub(v128.load(block + <usize>at), i8x16.splat(0x43))
  return <u64><u32>i8x16.bitmask(i8x16.lt_u(bytes, i8x16.splat(0x24)))
}

/** Looks at what stands before the first of one or two `=`, `pos` bytes behind the first of the masks. */
// @ts-ignore: a decorator of AssemblyScript
@inline
export function lookAtPadding(at: i32, pos: i32, to: i32): void {
  const next = <i32>load<u8>(block + <usize>at, 1)
  // Nearly always there is what is assigned.
  if (isCode(next) && at + 1 < to) return
  const before = pos - 16
  const bits = load<u64>(runMasks + <usize>(before >> 3)) >> <u64>(before & 7)
  const length = <i32>clz(~(bits << 48))
  // Of six, seven, ten and eleven characters.
  if (((0xcc0 >> length) & 1) != 0) lookAtRun(at, length, to)
}

function lookAtRun(at: i32, length: i32, to: i32): void {
  const start = at - length
  const place = block + <usize>start
  if (!mayBegin(place) || !mayGoOn(place + 4) || (length > eight && !mayGoOn(place + 8))) return
  const padding = 4 - (length & 3)
  for (let behind = 1; behind <= padding; behind++) {
    if (at + behind >= to) break
    const byte = <i32>load<u8>(block + <usize>(at + behind))
    if (behind < padding ? byte != sign : byte == sign || isCode(byte)) return
  }
  if (isWanted(start, length)) addSpot(List.shortBase64, start)
}

/** Whether the first of four characters may begin with a character of an identifier, from `!` to `~`, or with a line end as well. */
// @ts-ignore: a decorator of AssemblyScript
@inline
function mayBegin(place: usize): i32 {
  return <i32>(<u32>load<u8>(place) - 0x49 < 0x1e)
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function mayGoOn(place: usize): i32 {
  return <i32>(<u32>load<u8>(place) - 0x43 < 0x24)
}

/** Whether all that these characters stand for may be of identifiers, but for a line end. */
function isWanted(start: i32, length: i32): bool {
  const values = sieve + 1936
  const count = (length * 6) >> 3
  let bits = 0
  let filled = 0
  let next = block + <usize>start
  for (let at = 0; at < count; at++) {
    for (; filled < 8; filled += 6) bits = (bits << 6) | <i32>load<u8>(values + <usize>load<u8>(next++))
    filled -= 8
    const byte = (bits >> filled) & 0xff
    const isLineEnd = byte == 0x0a ? at == count - 1 : byte == 0x0d && at == count - 2
    if ((load<u8>(sieve + <usize>byte, 512) & 1) == 0 && !isLineEnd) return false
  }
  return true
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function isCode(byte: i32): bool {
  return (load<u8>(sieve + <usize>byte, 512) & 4) != 0
}
