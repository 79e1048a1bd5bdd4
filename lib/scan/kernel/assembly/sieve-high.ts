import { digitMasks, sieve } from './memory'
import { addSpot, List } from './spots'
import { byteOf, has, isWanted } from './sieve-characters'
import { isLongEnough } from './sieve-matters'

/**
 * What begins with a byte from 0x80 on, of which `high` has a bit each: the separators of thousands that are no single bytes,
 * and characters of several bytes behind which an identifier may stand.
 */
export function amongHigh(from: i32, high: u64, to: i32, word: i32): void {
  if (load<i32>(sieve, 224) != 0) {
    // Characters of identifiers are ASCII, and two of them follow.
    for (let ends = high & ~(high >> 1) & ~(high >> 2); ends != 0; ends &= ends - 1) {
      const at = from + <i32>ctz(ends)
      if (at + 2 >= to || (byteOf(at) > 0x80 && isWanted(byteOf(at + 1)) && isWanted(byteOf(at + 2)) && isLongEnough(at + 2, 0, 0)))
        addSpot(List.multibyte, at + 1)
    }
  }
  if (load<i32>(sieve, 196) == 0) return
  const place = digitMasks + (<usize>word << 3)
  const behindDigits = (load<u64>(place) << 1) | (load<u64>(place - 8) >> 63)
  for (let signs = high & behindDigits; signs != 0; signs &= signs - 1) {
    const at = from + <i32>ctz(signs)
    if (at >= to) break
    if (at + 4 > to || isSeparator(at)) addSpot(List.grouped, at - 1)
  }
}

/** Of two or three bytes, as `lib/scan/forms/numbers/group-separators.ts` has them; those of one byte are seen otherwise. */
function isSeparator(at: i32): bool {
  if (byteOf(at) == 0xc2) return byteOf(at + 1) == 0xa0 && has(byteOf(at + 2), 8)
  if (byteOf(at) != 0xe2 || byteOf(at + 1) != 0x80) return false
  const last = byteOf(at + 2)
  return (last == 0x99 || last == 0x89 || last == 0xaf) && has(byteOf(at + 3), 8)
}
