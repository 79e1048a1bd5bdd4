import { markSigns, outside } from './classify'
import { addAnywhere, hasSecond } from './email-starts'
import { addInner, forgetWritten } from './inner-address'
import { block, byteAt, constants, isIn, masks, stops, Table, tables, tokens } from './memory'
import {
  addCandidate,
  addText,
  allowedLengths,
  batchBytes,
  candidates,
  endTokens,
  isAllowed,
  lookUp,
  lookUpUntil,
  nextToken,
  setShape,
  writeToken,
} from './tokens'

let maxLength: i32 = 0

/**
 * Collects the places of `@` in [from, to) around which the filter does not deny every address: see `openKernel`.
 */
export function scanSigns(shape: usize, from: i32, to: i32, final: bool): i32 {
  maxLength = load<i32>(shape, 8)
  setShape(shape)
  forgetWritten()
  const size = to - from
  markSigns(from, size)
  for (let word = 0; word <= size >> 6; word += wordsAtOnce) {
    const listed = listSigns(from, word, min(word + wordsAtOnce, (size >> 6) + 1))
    const others = addUsual(stops, listed, to)
    for (let at = stops; at < others; at += 4) addSign(load<i32>(at), to, final)
  }
  lookUp()
  return candidates
}

const underscore: u8 = 0x5f
/** As in `lib/scan/finders/domain-ends.ts`. */
const mostBehind: i32 = 64
const hash: u8 = 0x23
const dot: u8 = 0x2e
const hyphen: u8 = 0x2d
/** As in `../write-constants.ts`. */
const suffixFactor: u64 = 0x9e3779b97f4a7c15

/**
 * Whether a domain may have ended within the `length` bytes behind a sign: a point is behind its first one, and behind that what may be the ending of
 * a file's name, a number or a sentence, or a hyphen or several points are behind the first one.
 */
// @ts-ignore: a decorator of AssemblyScript
@inline
function mayEndBefore(sign: usize, length: i32): bool {
  const bytes = v128.load(sign, 1)
  const points = i8x16.bitmask(i8x16.eq(bytes, i8x16.splat(<i8>dot)))
  const hyphens = i8x16.bitmask(i8x16.eq(bytes, i8x16.splat(<i8>hyphen)))
  // Up to the first point, if there is one.
  const before = points ^ (points - 1)
  const rest = (points | hyphens) & ~before & ((1 << length) - 1)
  const at = ctz(rest | 0x10000)
  return rest != 0 && ((rest & ((rest - 1) | hyphens)) != 0 || mayEndName(sign + <usize>at + 2, length - at - 1))
}

/** Whether the `length` bytes may be the ending of a file's name, of which none has eight, or begin with a digit or a capital. */
// @ts-ignore: a decorator of AssemblyScript
@inline
function mayEndName(label: usize, length: i32): bool {
  const text = (load<u64>(label) | 0x2020202020202020) & ((<u64>1 << (<u64>min(length, 8) << 3)) - 1)
  const first = load<u8>(label)
  return load<u8>(tables + Table.suffixes + <usize>((text * suffixFactor) >> 54)) != 0 || first - 0x30 < 10 || first - 0x41 < 26
}

/** As many as there is room for the signs of. */
const wordsAtOnce: i32 = 64

/** Lists the signs in some words of the masks, in `stops`; returns where the list ends. */
function listSigns(from: i32, firstWord: i32, endWord: i32): usize {
  let list = stops
  for (let word = firstWord; word < endWord; word++)
    for (let signs = load<u64>(masks + (<usize>word << 3)); signs != 0; signs &= signs - 1) {
      store<i32>(list, from + (word << 6) + <i32>ctz(signs))
      list += 4
    }
  return list
}

/**
 * Adds the addresses around listed signs, as far as they are usual: less than 16 characters behind the sign, less than 32 before it, nothing that
 * may be quoting, points or hyphens in a row, or an escape, and nothing to be left out at either end. The other signs are listed in place of those that are done; returns where that list ends. A call that may
 * happen in a loop makes all of it slower.
 */
function addUsual(list: usize, listed: usize, to: i32): usize {
  const rows = v128.load(constants)
  const low = v128.load(constants, 16)
  const zero = v128.load(constants, 32)
  const local = v128.load(constants, 224)
  const plain = v128.load(constants, 240)
  const domain = v128.load(constants, 256)
  const trimmed = tables + Table.trimmed
  const mayGlue = tables + Table.mayGlue
  const localTrimmed = tables + Table.localTrimmed
  const lengths = allowedLengths()
  const limit = tokens + batchBytes
  const longest = maxLength
  let token = nextToken()
  let others = list
  for (let at = list; at < listed; ) {
    for (const until = min(listed, at + (limit - token)); at < until; at += 4) {
      const sign = load<i32>(at)
      const address = block + <usize>sign
      const behind = <i32>ctz(outside(v128.load(address, 1), domain, rows, low, zero) | 0x10000)
      const near = v128.load(address - 16)
      const far = v128.load(address - 32)
      const gaps = (outside(near, local, rows, low, zero) << 16) | outside(far, local, rows, low, zero)
      const run = <i32>clz(gaps | 1)
      const unusual = (outside(near, plain, rows, low, zero) << 16) | outside(far, plain, rows, low, zero)
      const points = (i8x16.bitmask(i8x16.eq(near, i8x16.splat(<i8>dot))) << 16) | i8x16.bitmask(i8x16.eq(far, i8x16.splat(<i8>dot)))
      const hyphens = (i8x16.bitmask(i8x16.eq(near, i8x16.splat(<i8>hyphen))) << 16) | i8x16.bitmask(i8x16.eq(far, i8x16.splat(<i8>hyphen)))
      const seconds = (points & (points << 1)) | (hyphens & (hyphens << 1))
      const length = run + 1 + behind
      const first = address - <usize>run
      const isOther =
        <i32>(behind == 0) | <i32>(behind == 16) | <i32>(sign + 1 + behind >= to) | <i32>(run == 0) | <i32>(run == 31) |
        <i32>(<i32>clz(unusual | seconds) < run) | <i32>(length > longest) |
        load<u8>(trimmed + <usize>load<u8>(address + <usize>behind)) |
        load<u8>(mayGlue + <usize>load<u8>(first - 1)) |
        load<u8>(localTrimmed + <usize>load<u8>(first)) | <i32>(load<u8>(first) == underscore) |
        <i32>mayEndBefore(address, behind)
      store<i32>(others, sign)
      others += <usize>(isOther != 0) << 2
      // The next one overwrites it unless it is usual, and its length is one that occurs.
      writeToken(token, first, length, sign, sign)
      token += <usize>(load<u8>(lengths + <usize>length) & <u8>(isOther == 0)) << 2
    }
    if (token == limit) token = lookUpUntil(token)
  }
  endTokens(token)
  return others
}

function addSign(sign: i32, to: i32, final: bool): void {
  const rows = v128.load(constants)
  const low = v128.load(constants, 16)
  const zero = v128.load(constants, 32)
  const domain = v128.load(constants, 256)

  let end = sign + 1
  let beyond: u32 = 0
  for (; end < to; end += 16) {
    beyond = outside(v128.load(block + <usize>end), domain, rows, low, zero)
    if (beyond != 0) break
  }
  end = min(end + (beyond != 0 ? ctz(beyond) : 0), to)
  // It may go on.
  if (end == to && !final) return addCandidate(sign, sign)
  // A guest's address, perhaps, which stands before the sign with another one.
  if (byteAt(sign - 1) == hash) addCandidate(sign, sign)
  const isShort = end - sign <= maxLength + mostBehind
  while (end > sign + 1 && isIn(Table.trimmed, byteAt(end - 1))) end--
  addDomain(sign, end)
  if (!isShort) return
  addInner(sign, maxLength)
  let first = sign + 2
  while (first < end && byteAt(first) != dot) first++
  // From behind: what ends there is where the name before it begins.
  let last = end
  for (let at = end - 1; at > first; at--) {
    const byte = byteAt(at)
    if (byte != dot && byte != hyphen) continue
    if (byte == hyphen || last == at + 1 || mayEndName(block + <usize>at + 1, last - at - 1)) addDomain(sign, at)
    last = at
  }
}

/** The addresses around a sign whose domain ends at `end`. */
function addDomain(sign: i32, end: i32): void {
  const rows = v128.load(constants)
  const low = v128.load(constants, 16)
  const zero = v128.load(constants, 32)
  const local = v128.load(constants, 224)
  const plain = v128.load(constants, 240)

  const earliest = max(0, end - maxLength)
  let start = sign
  let special: u32 = 0
  while (start > earliest) {
    const at = block + <usize>start - 16
    const before = outside(v128.load(at), local, rows, low, zero)
    const unusual = outside(v128.load(at), plain, rows, low, zero)
    if (before != 0) {
      const run = clz(before) - 16
      start -= run
      special |= unusual >> (16 - run)
      break
    }
    special |= unusual
    start -= 16
  }
  start = max(start, earliest)
  const last = byteAt(start - 1)
  let first = start
  while (first < sign && isIn(Table.localTrimmed, byteAt(first))) first++
  const isUnusual =
    special != 0 || hasSecond(start, sign) || byteAt(first) == underscore || isIn(Table.mayGlue, last) || isIn(Table.local, last)
  if (isUnusual) addAnywhere(start, sign, end, sign, block, false)
  else {
    start = first
    if (start < sign && isAllowed(end - start)) addText(start, end, sign, sign)
  }
}
