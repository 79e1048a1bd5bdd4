import { outsideBytes } from './classify'
import { block, constants, sieve } from './memory'
import { digitsIn, emptyQueue, endOfQueue, enterQueue, leaveQueue, lookUpQueues, valueOf, wordBytes } from './number-queues'
import { classOf } from './sieve'
import { List } from './spots'
import { candidates, isAllowed, listCandidates, mostCandidates, setShape } from './tokens'

const integerBytes: i32 = 8
/** What `lib/scan/forms/binary-integer-form.ts` says of these: how many digits they have, and how far behind a number's beginning a byte may be that says it is no text. */
const leastDigits: i32 = 17
const mostDigits: i32 = 20
const nearBehind: i32 = 32
/** Bytes of the shortest varint but the last one. */
const goingOn: i32 = 7
const signBit: u64 = 0x8000000000000000
/** Bytes before the new ones that are looked at: those in which a number may begin, and those that say it is no text. */
const lookBehind: i32 = 64

let least: u64 = 0
let span: u64 = 0

/**
 * Where integers of 64 bits begin that end in (from, to] and that the filters do not deny, near bytes that are in no text: see
 * `lib/scan/forms/binary-integer-form.ts`. `lowest`: the first byte of the content; `numbers`: the description of their shape.
 */
export function siftIntegers(from: i32, to: i32, lowest: i32, numbers: usize): void {
  least = load<u64>(sieve, 2496)
  span = load<u64>(sieve, 2504)
  if (least == 0) return
  setShape(numbers)
  let at = from - lookBehind
  let isOdd = hasOddBytes(at)
  let wasOdd = false
  for (; at < to; at += 64) {
    const isNextOdd = hasOddBytes(at + 64)
    // What is behind the last byte is not known.
    const first = wasOdd || isOdd || isNextOdd ? lowest : max(lowest, to + 1 - nearBehind)
    wasOdd = isOdd
    isOdd = isNextOdd
    if (first >= at + 64) continue
    addFixed(at, max(first, from + 1 - integerBytes), to)
    addVarints(at, first, from, to)
    if (candidates >= mostCandidates) listCandidates(List.binaryInteger)
  }
  lookUpQueues(leastDigits, mostDigits)
  listCandidates(List.binaryInteger)
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function hasOddBytes(from: i32): bool {
  const columns = v128.load(sieve, 2512)
  const rows = v128.load(sieve, 2528)
  const low = v128.load(sieve, 32)
  const at = block + <usize>from
  const some = v128.or(
    v128.or(classOf(v128.load(at), columns, rows, low), classOf(v128.load(at, 16), columns, rows, low)),
    v128.or(classOf(v128.load(at, 32), columns, rows, low), classOf(v128.load(at, 48), columns, rows, low)),
  )
  return v128.any_true(some)
}

/** The bits from `first` on and before `end`, of 64 bytes that begin at `at`. */
// @ts-ignore: a decorator of AssemblyScript
@inline
function between(at: i32, first: i32, end: i32): u64 {
  const from = max(first - at, 0)
  const to = end - at
  if (from > 63 || to <= 0) return 0
  return (~(<u64>0) << <u64>from) & (to > 63 ? ~(<u64>0) : (<u64>1 << <u64>to) - 1)
}

/** Which of 64 bytes are in an alphabet, of which there are the columns of bytes below 0x80 and of the others. */
// @ts-ignore: a decorator of AssemblyScript
@inline
function bytesIn(at: i32, columns: v128, high: v128): u64 {
  const rows = v128.load(constants)
  const highRows = v128.load(constants, 304)
  const low = v128.load(constants, 16)
  const zero = v128.load(constants, 32)
  const from = block + <usize>at
  const a = outsideBytes(v128.load(from), columns, high, rows, highRows, low, zero)
  const b = outsideBytes(v128.load(from, 16), columns, high, rows, highRows, low, zero)
  const c = outsideBytes(v128.load(from, 32), columns, high, rows, highRows, low, zero)
  const d = outsideBytes(v128.load(from, 48), columns, high, rows, highRows, low, zero)
  return ~(<u64>(a | (b << 16)) | (<u64>(c | (d << 16)) << 32))
}

/** Numbers of 8 bytes that begin from `first` on, told by their highest byte. */
function addFixed(at: i32, first: i32, to: i32): void {
  const starts = between(at, first, to + 1 - integerBytes)
  if (starts == 0) return
  const columns = v128.load(sieve, 2544)
  const high = v128.load(sieve, 2560)
  for (let rest = starts & bytesIn(at + integerBytes - 1, columns, high); rest != 0; rest &= rest - 1) {
    const start = at + <i32>ctz(rest)
    addNumber(load<u64>(block + <usize>start), start)
  }
  for (let rest = starts & bytesIn(at, columns, high); rest != 0; rest &= rest - 1) {
    const start = at + <i32>ctz(rest)
    addNumber(bswap<u64>(load<u64>(block + <usize>start)), start)
  }
  // With the sign turned, those below 0x80 are the others.
  for (let rest = starts & bytesIn(at, v128.load(constants, 32), columns); rest != 0; rest &= rest - 1) {
    const start = at + <i32>ctz(rest)
    addNumber(bswap<u64>(load<u64>(block + <usize>start)) ^ signBit, start)
  }
}

/** Varints that end in the 64 bytes and begin from `first` on. */
function addVarints(at: i32, first: i32, from: i32, to: i32): void {
  const goes = highBits(at)
  const went = <u64>(<u32>i8x16.bitmask(v128.load(block + <usize>(at - 16)))) << 48
  const two = goes & ((goes << 1) | (went >> 63))
  const twoBefore = went & (went << 1)
  const four = two & ((two << 2) | (twoBefore >> 62))
  const fourBefore = twoBefore & (twoBefore << 2)
  const seven = four & ((four << 3) | (fourBefore >> 61))
  const sevenBefore = fourBefore & (fourBefore << 3)
  const ends = ~goes & ((seven << 1) | (sevenBefore >> 63)) & between(at, max(from, first + goingOn), to)
  for (let rest = ends; rest != 0; rest &= rest - 1) addVarint(at + <i32>ctz(rest), first)
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function highBits(at: i32): u64 {
  const from = block + <usize>at
  const lower = i8x16.bitmask(v128.load(from)) | (i8x16.bitmask(v128.load(from, 16)) << 16)
  const upper = i8x16.bitmask(v128.load(from, 32)) | (i8x16.bitmask(v128.load(from, 48)) << 16)
  return <u64>(<u32>lower) | (<u64>(<u32>upper) << 32)
}

/** All varints of enough bytes whose last byte is at `last`. */
function addVarint(last: i32, first: i32): void {
  const end = block + <usize>last
  let start = last - goingOn
  let value = sevenBits(load<u64>(end - <usize>goingOn))
  addBoth(value, start)
  start--
  if (start < first || load<i8>(end - 8) >= 0) return
  value = (value << 7) | (<u64>load<u8>(end - 8) & 0x7f)
  addBoth(value, start)
  start--
  if (start < first || load<i8>(end - 9) >= 0 || load<u8>(end) > 1) return
  addBoth((value << 7) | (<u64>load<u8>(end - 9) & 0x7f), start)
}

/** Eight groups of seven bits without what lies between. */
// @ts-ignore: a decorator of AssemblyScript
@inline
function sevenBits(groups: u64): u64 {
  let value = (groups & 0x007f007f007f007f) | ((groups & 0x7f007f007f007f00) >> 1)
  value = (value & 0x00003fff00003fff) | ((value & 0x3fff00003fff0000) >> 2)
  return (value & 0x000000000fffffff) | ((value & 0x0fffffff00000000) >> 4)
}

/** A varint, and what it is in zigzag. */
function addBoth(value: u64, start: i32): void {
  if (isHighest(<u32>(value >> 56))) addNumber(value, start)
  if ((value & 1) == 0 && isHighest(<u32>(value >> 57))) addNumber(value >> 1, start)
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function isHighest(byte: u32): bool {
  return ((load<u8>(sieve + <usize>(((byte >> 7) << 4) | (byte & 15)), 2544) >> ((byte >> 4) & 7)) & 1) != 0
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function addNumber(value: u64, start: i32): void {
  if (value - least > span) return
  const digits = digitsIn(value)
  if (!isAllowed(digits)) return
  const place = enterQueue(digits)
  const limit = endOfQueue(digits)
  store<i32>(place, start)
  store<i32>(place, start, wordBytes)
  store<u64>(valueOf(place, limit), value)
  leaveQueue(digits, place + 4 == limit ? emptyQueue(digits, place + 4) : place + 4)
}
