import { outsideRun } from './kinds'

/**
 * Whether a run of characters may hold what the checks look for in base64 and hexadecimal digits: of tokens and digests nineteen in twenty surely hold nothing. The
 * tables are behind the runs: see `text-kernel.ts`, which writes them, and `encoded-window.ts`, which has the same rules.
 */
export const tables: usize = 256 * 1024 + 64 * 1024
/** A bit for each pair of bytes: the first ones of a format, those in front of a run that may say something about it. */
const firstPairs: usize = tables
const endings: usize = tables + 0x2000
/** What a character stands for in each encoding, or 255. */
const base64: usize = tables + 0x4000
const hex: usize = base64 + 0x100
const base32: usize = hex + 0x100
/** 1 for each byte that a format begins with. */
const firstBytes: usize = base32 + 0x100
/** What the first characters of a run stand for. */
const decoded: usize = firstBytes + 0x100
const decodedBytes: i32 = 15

/** The same numbers in `encoded-window.ts`. */
const mostGlued: usize = 8
const leastCharacters: usize = 40
const wholeWindow: usize = 1024
const lengthBytes: usize = 4
const none: i32 = 255

/** `start` to `to`: a run, with two bytes before it and some behind it, which end at `last`. `shortest`: characters that one has at least. */
export function mayHold(start: usize, to: usize, last: usize, shortest: i32): bool {
  if (to - start > wholeWindow - leastCharacters || mayGoOn(to, last)) return true
  if (hasPair(endings, (<i32>load<u8>(start - 2) << 8) | <i32>load<u8>(start - 1))) return true
  const from = behindSign(start)
  if (from == 0 || <i32>(to - from) < shortest) return true
  for (let at = from; at <= from + mostGlued; at++) if (mayBegin(at)) return true
  for (let at = from; at < to; at += 16) {
    const bytes = v128.load(at)
    let signs = v128.or(i8x16.eq(bytes, i8x16.splat(0x2b)), i8x16.eq(bytes, i8x16.splat(0x2d)))
    signs = v128.or(signs, v128.or(i8x16.eq(bytes, i8x16.splat(0x2f)), i8x16.eq(bytes, i8x16.splat(0x5f))))
    const escapes = v128.or(i8x16.eq(bytes, i8x16.splat(0x25)), i8x16.eq(bytes, i8x16.splat(0x5c)))
    const within = to - at >= 16 ? 0xffff : (1 << <u32>(to - at)) - 1
    if ((<u32>i8x16.bitmask(escapes) & within) != 0) return true
    for (let left = <u32>i8x16.bitmask(signs) & within; left != 0; left &= left - 1) {
      const next = at + <usize>ctz(left) + 1
      if (next + leastCharacters <= to && mayBegin(next)) return true
    }
  }
  return mayBeFirst(from)
}

/** Whether a run that ends at `at` may go on in the next line, with as many characters as something has. */
function mayGoOn(at: usize, last: usize): bool {
  let isBetween = false
  while (at < last) {
    const byte = load<u8>(at)
    if (byte == 0x0a || byte == 0x0d) isBetween = true
    else if (!isBetween || !(byte == 0x20 || byte == 0x09 || byte == 0x3e)) break
    at++
  }
  if (!isBetween) return false
  const outside =
    <u64>outsideRun(at) | (<u64>outsideRun(at + 16) << 16) | (<u64>outsideRun(at + 32) << 32) | (<u64>1 << 48)
  const length = <u32>ctz(outside)
  return length >= <u32>leastCharacters || (escapesAt(at) & ((<u64>1 << length) - 1)) != 0
}

/** A bit for each of 48 bytes that is a backslash or a percent sign. */
function escapesAt(at: usize): u64 {
  let bits: u64 = 0
  for (let part: usize = 0; part < 48; part += 16) {
    const bytes = v128.load(at + part)
    const escapes = v128.or(i8x16.eq(bytes, i8x16.splat(0x25)), i8x16.eq(bytes, i8x16.splat(0x5c)))
    bits |= <u64>(<u32>i8x16.bitmask(escapes)) << <u64>part
  }
  return bits
}

/** Where a run goes on behind backslashes and an `x`, if it begins with them; 0: another escape begins there. */
function behindSign(start: usize): usize {
  if (load<u8>(start) != 0x5c) return start
  let at = start
  while (load<u8>(at) == 0x5c) at++
  return load<u8>(at) == 0x78 ? at + 1 : 0
}

function hasPair(bits: usize, pair: i32): bool {
  return ((load<u8>(bits + <usize>(pair >> 3)) >> <u8>(pair & 7)) & 1) == 1
}

/** Whether the first bytes that are encoded from `at` on are those of a format. */
function mayBegin(at: usize): bool {
  const a = <usize>load<u8>(at)
  const b = <usize>load<u8>(at, 1)
  const c = <usize>load<u8>(at, 2)
  const pair =
    ((<i32>load<u8>(base64 + a) << 10) | (<i32>load<u8>(base64 + b) << 4) | (<i32>load<u8>(base64 + c) >> 2)) & 0xffff
  if (hasPair(firstPairs, pair) && (pair >> 8 != sequence || mayHaveType(at, false))) return true
  const first = byteOfHex(at)
  const second = byteOfHex(at + 2)
  if (first < 0 || second < 0 || !hasPair(firstPairs, (first << 8) | second)) return false
  return first != sequence || mayHaveType(at, true)
}

/** CMS: an object identifier behind the length of a sequence, which takes at most five bytes. */
const sequence: i32 = 0x30
const objectIdentifier: u8 = 0x06
function mayHaveType(at: usize, isHex: bool): bool {
  decode(at, isHex)
  for (let index: usize = 2; index < 8; index++) if (load<u8>(decoded + index) == objectIdentifier) return true
  return false
}

/** Below 0: they are no hexadecimal digits. */
function byteOfHex(at: usize): i32 {
  const high = <i32>load<u8>(hex + <usize>load<u8>(at))
  const low = <i32>load<u8>(hex + <usize>load<u8>(at, 1))
  return high == none || low == none ? -1 : (high << 4) | low
}

/** Whether it may hold what only begins where a run does: a bare stream of deflate, zlib behind its length, base32. */
function mayBeFirst(from: usize): bool {
  const hasSign = load<u8>(from) == 0x30 && (load<u8>(from, 1) | 0x20) == 0x78
  const start = hasSign ? from + 2 : from
  let isHex = true
  for (let at = start; at < from + leastCharacters; at++)
    if (<i32>load<u8>(hex + <usize>load<u8>(at)) == none) {
      isHex = false
      break
    }
  decode(start, isHex)
  if (mayBeDeflated() || load<u8>(decoded + lengthBytes) == 0x78) return true
  const one = <i32>load<u8>(base32 + <usize>load<u8>(from))
  const two = <i32>load<u8>(base32 + <usize>load<u8>(from, 1))
  return one != none && two != none && load<u8>(firstBytes + <usize>(((one << 3) | (two >> 2)) & 0xff)) == 1
}

/** The first bytes of what is encoded from `at` on. */
function decode(at: usize, isHex: bool): void {
  if (isHex) {
    for (let index = 0; index < decodedBytes; index++) store<u8>(decoded + <usize>index, byteOfHex(at + 2 * <usize>index))
    return
  }
  for (let group: usize = 0; group < <usize>(decodedBytes / 3); group++) {
    let bits: u32 = 0
    for (let place: usize = 0; place < 4; place++)
      bits = (bits << 6) | <u32>load<u8>(base64 + <usize>load<u8>(at + 4 * group + place))
    store<u8>(decoded + 3 * group, bits >> 16)
    store<u8>(decoded + 3 * group, bits >> 8, 1)
    store<u8>(decoded + 3 * group, bits, 2)
  }
}

/** At most 16 bits of what was decoded, the first one lowest. */
function bitsAt(at: i32, count: i32): i32 {
  return <i32>(load<u32>(decoded + <usize>(at >> 3)) >> <u32>(at & 7)) & ((1 << count) - 1)
}

/** Whether it may be the last block of deflate, with fixed or dynamic codes, and give text (RFC 1951, 3.2.3): as `bare-deflate.ts`, as far as it was decoded. */
function mayBeDeflated(): bool {
  const kind = bitsAt(0, 3)
  return kind == 3 ? mayBeginWithText() : kind == 5 && hasCodes()
}

/** Section 3.2.6. What is copied is not looked at. */
function mayBeginWithText(): bool {
  let given = 0
  let before = 0
  for (let at = 3; at + 9 <= decodedBytes * 8; given++) {
    let code = 0
    for (let bit = 0; bit < 9; bit++) code = (code << 1) | bitsAt(at + bit, 1)
    const whole = code >> 1
    if (code >> 2 < 24 || (whole >= 0xc0 && whole < 0xc8)) return given > 0
    const isShort = whole < 0xc0
    const character = isShort ? whole - 0x30 : code - 0x100
    if (character == 0x7f || character > 0xf4 || (character < 0x20 && (character < 9 || character > 13))) return false
    if (character >> 6 == 2 ? before < 0x80 : before >= 0xc0) return false
    before = character
    at += isShort ? 8 : 9
  }
  return true
}

/** Section 3.2.7: the codes for lengths of codes use up all that there are. */
function hasCodes(): bool {
  if (bitsAt(3, 5) > 29 || bitsAt(8, 5) > 29) return false
  const count = bitsAt(13, 4) + 4
  let used = 0
  for (let place = 0; place < count; place++) {
    const length = bitsAt(17 + 3 * place, 3)
    if (length > 0) used += 128 >> length
  }
  return used == 128
}
