import { outside } from './classify'
import { addAnywhere } from './email-starts'
import { block, byteAt, constants, isIn, plainDigits, Table } from './memory'
import { addBytes, isAllowed, lookUp } from './tokens'

/** As in `lib/scan/finders/domain-ends.ts`. */
const mostBehind: i32 = 64
const underscore: u8 = 0x5f
const dot: u8 = 0x2e
const hyphen: u8 = 0x2d
const equals: u8 = 0x3d
const plus: u8 = 0x2b

/** Bytes for texts that stand in the block with other signs, which are kept until they are looked up; UUIDs are in the same, at other times. */
const room: i32 = 512 * 32
const atSign: u8 = 0x40

let used: i32 = 0

export function forgetWritten(): void {
  used = 0
}

/** Where so many bytes may be written. */
function reserve(length: i32): usize {
  if (used + length > room) {
    lookUp()
    used = 0
  }
  const at = plainDigits + <usize>used
  used += length
  return at
}

/** Writes the bytes [first, end) of the block with an `@` at `sign`; returns where. */
function writeText(first: i32, sign: i32, end: i32): usize {
  const at = reserve(end - first)
  memory.copy(at, block + <usize>first, <usize>(end - first))
  store<u8>(at + <usize>(sign - first), atSign)
  return at
}

/** The same with what is behind the sign, up to `end`, before it. */
function writeTurned(first: i32, sign: i32, end: i32): usize {
  const at = reserve(end - first)
  const local = <usize>(end - sign - 1)
  memory.copy(at, block + <usize>(sign + 1), local)
  store<u8>(at + local, atSign)
  memory.copy(at + local + 1, block + <usize>first, <usize>(sign - first))
  return at
}

/** The addresses in the local part before a sign, as `bounceAddressOf` and `senderAddressOf` of `lib/scan/finders/domain-ends.ts` have them. */
export function addInner(sign: i32, maxLength: i32): void {
  if (!mayHaveInner(block + <usize>sign)) return
  const earliest = max(0, sign - mostBehind - maxLength)
  let at = sign - 1
  while (at >= earliest && byteAt(at) != equals && isIn(Table.local, byteAt(at))) at--
  if (at < earliest || byteAt(at) != equals) return
  let end = at + 1
  while (end < sign && isIn(Table.domain, byteAt(end))) end++
  if (end == sign || byteAt(end) == underscore) {
    while (end > at && isIn(Table.trimmed, byteAt(end - 1))) end--
    if (end >= sign - mostBehind && hasPoint(at + 2, end)) addAtSign(at, end, sign, maxLength)
  }
  let first = at
  while (first > earliest && isIn(Table.domain, byteAt(first - 1))) first--
  if (byteAt(first - 1) == equals && isAllowed(sign - first) && hasPoint(first + 1, at))
    addBytes(writeTurned(first, at, sign), sign - first, sign, sign)
}

/**
 * Whether one may be there, told by the 32 bytes before a sign: behind the last `=` of a local part are characters of a domain, up to the sign with a hyphen or `+` before it, or
 * up to a `_`; or such characters are between it and another one.
 */
function mayHaveInner(sign: usize): bool {
  const rows = v128.load(constants)
  const low = v128.load(constants, 16)
  const zero = v128.load(constants, 32)
  const local = v128.load(constants, 224)
  const domain = v128.load(constants, 256)
  const near = v128.load(sign - 16)
  const far = v128.load(sign - 32)
  const gaps = (outside(near, local, rows, low, zero) << 16) | outside(far, local, rows, low, zero)
  const run = <u32>clz(gaps)
  const signs = (equalTo(near, equals) << 16) | equalTo(far, equals)
  const last = <u32>clz(signs)
  // Farther away, perhaps.
  if (last >= run) return run == 32
  if (last == 31) return true
  const domains = (outside(near, domain, rows, low, zero) << 16) | outside(far, domain, rows, low, zero)
  const between = domains & ~(<u32>0xffffffff >> last)
  // The lowest one is what is right behind the characters of a domain.
  if (between != 0) return load<u8>(sign - <usize>(32 - ctz(between))) == underscore || isTurned(signs, domains, last)
  const plain = v128.load(constants, 240)
  const unusual = (outside(near, plain, rows, low, zero) << 16) | outside(far, plain, rows, low, zero)
  const hyphens = (equalTo(near, hyphen) << 16) | equalTo(far, hyphen)
  const before = (unusual | hyphens) << (last + 1)
  if (before == 0) return true
  const byte = load<u8>(sign - <usize>(last + 2 + clz(before)))
  return byte == hyphen || byte == plus || isTurned(signs, domains, last)
}

/** Whether the first one before the last `=` that is of no domain may be another one. */
// @ts-ignore: a decorator of AssemblyScript
@inline
function isTurned(signs: u32, domains: u32, last: u32): bool {
  const before = domains << (last + 1)
  return before == 0 || ((signs << (last + 1)) & (<u32>0x80000000 >> <u32>clz(before))) != 0
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function equalTo(bytes: v128, byte: u8): u32 {
  return <u32>i8x16.bitmask(i8x16.eq(bytes, i8x16.splat(<i8>byte)))
}

function hasPoint(from: i32, to: i32): bool {
  for (let at = from; at < to; at++) if (byteAt(at) == dot) return true
  return false
}

/** The addresses up to `end` with an `@` at this place. */
function addAtSign(at: i32, end: i32, sign: i32, maxLength: i32): void {
  let first = max(0, end - maxLength)
  for (let start = at; start > first; start--) if (!isIn(Table.local, byteAt(start - 1))) first = start
  if (first < at) addAnywhere(first, at, end, sign, writeText(first, at, end) - <usize>first, true)
}
