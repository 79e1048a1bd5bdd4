import { block, digitMasks, exponentMasks, sieve, stops } from './memory'
import { twoWords } from './mask-of'
import { addSpot, List } from './spots'

/** Bytes of the masks from one word to the next, whose first byte is the last one of the word before, so that a pattern of nine characters is whole. */
const step: i32 = 7

/**
 * Where numbers may be written with separators or in scientific notation. Two words of the masks are looked at together; those with any such place
 * are listed, and looked at again.
 */
export function siftNumbers(first: i32, size: i32, to: i32): void {
  const hasGroups = load<i32>(sieve, 196) != 0
  const hasTwo = load<i32>(sieve, 196) > 1
  const least = load<i32>(sieve, 200)
  const mayLack = load<i32>(sieve, 276) != 0
  const isClose = least > 2 && !mayLack
  const last = (size >> 3) + 1
  let list = stops
  for (let byte = -1; byte < last; byte += 2 * step) {
    store<i32>(list, byte)
    const digits = twoWords(digitMasks, byte, step)
    const places = v128.or(groupsAt(digits, hasTwo), exponentsAt(digits, byte, isClose))
    list += <usize>v128.any_true(places) << 2
  }
  for (let place = stops; place < list; place += 4) {
    const byte = load<i32>(place)
    const digits = twoWords(digitMasks, byte, step)
    if (hasGroups) {
      const groups = groupsAt(digits, hasTwo)
      addGroups(first, byte, i64x2.extract_lane(groups, 0))
      addGroups(first, byte + step, i64x2.extract_lane(groups, 1))
    }
    if (least == 0) continue
    const exponents = exponentsAt(digits, byte, isClose)
    addExponents(first, byte, i64x2.extract_lane(exponents, 0), least, mayLack, to)
    addExponents(first, byte + step, i64x2.extract_lane(exponents, 1), least, mayLack, to)
  }
}

/** Where three digits behind something else behind a digit end: that is what each group but the first is. Of two and more groups the one before is one as well. */
// @ts-ignore: a decorator of AssemblyScript
@inline
function groupsAt(digits: v128, hasTwo: bool): v128 {
  const three = v128.and(v128.and(digits, i64x2.shl(digits, 1)), i64x2.shl(digits, 2))
  const groups = v128.and(v128.andnot(three, i64x2.shl(digits, 3)), i64x2.shl(digits, 4))
  if (!hasTwo) return groups
  // In India the one before has two digits.
  const two = v128.and(digits, i64x2.shl(digits, 1))
  const pairs = v128.and(v128.andnot(two, i64x2.shl(digits, 2)), i64x2.shl(digits, 3))
  return v128.and(groups, i64x2.shl(v128.or(groups, pairs), 4))
}

/** Of the four characters before an exponent two neighbours are never both no digits: there is one point at most. */
// @ts-ignore: a decorator of AssemblyScript
@inline
function exponentsAt(digits: v128, byte: i32, isClose: bool): v128 {
  const pairs = v128.or(digits, i64x2.shl(digits, 1))
  const exponents = v128.and(twoWords(exponentMasks, byte, step), i64x2.shl(pairs, 1))
  return isClose ? v128.and(exponents, i64x2.shl(pairs, 3)) : exponents
}

/** What ends in the first byte was seen in the word before. */
const seen: u64 = 0xff

function addGroups(first: i32, byte: i32, ends: u64): void {
  for (let groups = ends & ~seen; groups != 0; groups &= groups - 1) addGroup(first, (byte << 3) + <i32>ctz(groups))
}

function addExponents(first: i32, byte: i32, places: u64, least: i32, mayLack: bool, to: i32): void {
  for (let exponents = places & ~seen; exponents != 0; exponents &= exponents - 1)
    addExponent(first, (byte << 3) + <i32>ctz(exponents), least, mayLack, to)
}

/** The digits that end at this bit of the masks, the last one on top; at least 56 are known. */
// @ts-ignore: a decorator of AssemblyScript
@inline
export function digitsUntil(bit: i32): u64 {
  return load<u64>(digitMasks + <usize>((bit >> 3) - 7)) << <u64>(7 - (bit & 7))
}

/** A number has so many separators of one byte, each behind three digits more, as the shortest one that is looked for. */
function addGroup(first: i32, bit: i32): void {
  const digits = digitsUntil(bit)
  const wanted = load<u64>(sieve, 208)
  const inPairs = load<u64>(sieve, 2472)
  if (
    ((digits & wanted) == wanted && (digits & load<u64>(sieve, 216)) == 0) ||
    ((digits & inPairs) == inPairs && (digits & load<u64>(sieve, 2480)) == 0)
  )
    addSpot(List.grouped, first + bit)
}

/** Before an exponent there are at least `least` digits and at most one point, and behind it a digit, perhaps behind a `+`. */
function addExponent(first: i32, bit: i32, least: i32, mayLack: bool, to: i32): void {
  const digits = digitsUntil(bit - 1) >> <u64>(63 - least)
  const at = first + bit
  if (<i32>popcnt(digits) < least) {
    if (mayLack && mayLackDigits(at, to)) addSpot(List.scientific, at - 1)
    return
  }
  if (at + 2 < to) {
    const byte = <u32>load<u8>(block + <usize>at, 1)
    const next = byte == 0x2b ? <u32>load<u8>(block + <usize>at, 2) : byte
    if (next - 0x30 > 9) return
  }
  addSpot(List.scientific, at - 1)
}

/**
 * Whether the number before an exponent at `at` may be one of which digits are gone or many zeros are left out: a `+` and two digits, or a point, say that
 * it is a number. What lies behind the block may be anything.
 */
function mayLackDigits(at: i32, to: i32): bool {
  if (at + 3 >= to) return true
  const isSigned = load<u8>(block + <usize>at, 1) == 0x2b
  const exponent = block + <usize>at + (isSigned ? 2 : 1)
  if (<u32>load<u8>(exponent) - 0x30 > 9) return false
  if (isSigned) return <u32>load<u8>(exponent, 1) - 0x30 <= 9
  let before = at - 1
  while (before > 0 && <u32>load<u8>(block + <usize>before) - 0x30 <= 9) before--
  // Digits from the block's beginning on may go on before it.
  return before <= 0 || load<u8>(block + <usize>before) == 0x2e
}
