import { block, digitMasks, exponentMasks, sieve } from './memory'
import { addSpot, List } from './spots'

/**
 * Where numbers may be written with separators or in scientific notation. Eight bytes of the masks are read at a time, of which
 * the first is the last one of the time before, so that a pattern of nine characters is whole.
 */
export function siftNumbers(first: i32, size: i32, to: i32): void {
  const hasGroups = load<i32>(sieve, 196) != 0
  const hasTwo = load<i32>(sieve, 196) > 1
  const least = load<i32>(sieve, 200)
  const lossy = load<i32>(sieve, 276) != 0
  const last = (size >> 3) + 1
  for (let byte = -1; byte < last; byte += 7) {
    const digits = load<u64>(digitMasks + <usize>byte)
    const before1 = digits << 1
    // Three digits behind something else behind a digit end here: that is what each group but the first is.
    let groups = digits & before1 & (digits << 2) & ~(digits << 3) & (digits << 4)
    // Of two and more groups the one before is one as well.
    if (hasTwo) groups &= groups << 4
    if (groups != 0 && hasGroups) {
      for (groups &= ~(<u64>0xff); groups != 0; groups &= groups - 1)
        addGroup(first, (byte << 3) + <i32>ctz(groups))
    }
    // Of the four characters before an exponent two neighbours are never both no digits: there is one point at most.
    const pairs = digits | before1
    let exponents = least == 0 ? 0 : load<u64>(exponentMasks + <usize>byte) & (pairs << 1)
    if (least > 2 && !lossy) exponents &= pairs << 3
    for (exponents &= ~(<u64>0xff); exponents != 0; exponents &= exponents - 1)
      addExponent(first, (byte << 3) + <i32>ctz(exponents), least, lossy, to)
  }
}

/** The digits that end at this bit of the masks, the last one on top; at least 56 are known. */
// @ts-ignore: a decorator of AssemblyScript
@inline
function digitsUntil(bit: i32): u64 {
  return load<u64>(digitMasks + <usize>((bit >> 3) - 7)) << <u64>(7 - (bit & 7))
}

/** A number has so many separators of one byte, each behind three digits more, as the shortest one that is looked for. */
function addGroup(first: i32, bit: i32): void {
  const digits = digitsUntil(bit)
  const wanted = load<u64>(sieve, 208)
  if ((digits & wanted) == wanted && (digits & load<u64>(sieve, 216)) == 0) addSpot(List.grouped, first + bit)
}

/** Before an exponent there are at least `least` digits and at most one point, and behind it a digit, perhaps behind a `+`. */
function addExponent(first: i32, bit: i32, least: i32, lossy: bool, to: i32): void {
  const digits = digitsUntil(bit - 1) >> <u64>(63 - least)
  const at = first + bit
  if (<i32>popcnt(digits) < least) {
    if (lossy && mayLackDigits(at, to)) addSpot(List.scientific, at - 1)
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
 * Whether the number before an exponent at `at` may be one of which digits are gone: a `+` or a point says that it is a number, and the
 * exponent has two digits. What lies behind the block may be anything.
 */
function mayLackDigits(at: i32, to: i32): bool {
  if (at + 3 >= to) return true
  const isSigned = load<u8>(block + <usize>at, 1) == 0x2b
  const exponent = block + <usize>at + (isSigned ? 2 : 1)
  if (<u32>load<u8>(exponent) - 0x30 > 9 || <u32>load<u8>(exponent, 1) - 0x30 > 9) return false
  if (isSigned) return true
  let before = at - 1
  while (before > 0 && <u32>load<u8>(block + <usize>before) - 0x30 <= 9) before--
  // Digits from the block's beginning on may go on before it.
  return before <= 0 || load<u8>(block + <usize>before) == 0x2e
}
