import { block, runMasks, sieve, stops } from './memory'
import { maskOf, twoWords } from './mask-of'
import { siftTwo } from './sieve-codes'
import { addSpot, List } from './spots'

/** Characters of base64 that 16 bytes have. */
const characters: i32 = 22

/** Bytes of the masks from one word to the next, which overlap: a run of so many, or of 32, that begins in the one is in it as a whole. */
const step: i32 = 4

/**
 * Where 22 characters of base64 end that may stand for 16 bytes: the last one says so, and no letter or digit follows. Of those
 * alone that end behind `from`: the others were known before. `hasGroups`: eight groups of four are looked for as well, in the same go.
 */
export function siftUuids(first: i32, size: i32, from: i32, to: i32, hasGroups: bool): void {
  let list = stops
  for (let byte = 0; byte << 3 < size; byte += 4 * step) {
    const one = sixteenFrom(byte)
    const other = sixteenFrom(byte + 2 * step)
    store<i32>(list, byte)
    const some = v128.or(v128.and(one, i64x2.shr_u(one, 6)), v128.and(other, i64x2.shr_u(other, 6)))
    list += <usize>v128.any_true(some) << 2
  }
  for (let place = stops; place < list; place += 4) {
    const byte = load<i32>(place)
    siftPair(first, byte, from, to, hasGroups)
    siftPair(first, byte + 2 * step, from, to, hasGroups)
  }
}

function siftPair(first: i32, byte: i32, from: i32, to: i32, hasGroups: bool): void {
  const runs = sixteenFrom(byte)
  const own = v128.and(runs, i64x2.shr_u(runs, 6))
  const end = first + (byte << 3) + characters
  const place = block + <usize>end
  if (v128.any_true(own)) {
    const some = <u64>(<u32>i64x2.extract_lane(own, 0)) | (i64x2.extract_lane(own, 1) << 32)
    const last = lastOf(place - 1) | (lastOf(place + 15) << 16) | (lastOf(place + 31) << 32) | (lastOf(place + 47) << 48)
    if ((some & last) != 0) siftEnds(some & last, end, from, to)
  }
  if (hasGroups) siftTwo(first, byte, v128.and(runs, i64x2.shr_u(runs, 16)), step)
}

/** Where runs of 16 characters begin in two words of the masks. */
// @ts-ignore: a decorator of AssemblyScript
@inline
function sixteenFrom(byte: i32): v128 {
  let runs = twoWords(runMasks, byte, step)
  runs = v128.and(runs, i64x2.shr_u(runs, 1))
  runs = v128.and(runs, i64x2.shr_u(runs, 2))
  runs = v128.and(runs, i64x2.shr_u(runs, 4))
  return v128.and(runs, i64x2.shr_u(runs, 8))
}

/** A bit of `last` for each of the 64 places from `end` on where so many characters end. */
function siftEnds(last: u64, end: i32, from: i32, to: i32): void {
  // Nobody knows what is behind the last byte.
  const known = to - end >= 64 ? ~(<u64>0) : to <= end ? 0 : (<u64>1 << <u64>(to - end)) - 1
  const alphanumeric = maskOf(block + <usize>end, v128.load(sieve, 320)) & known
  for (let ends = last & ~alphanumeric; ends != 0; ends &= ends - 1) {
    const next = end + <i32>ctz(ends)
    if (next > from) addSpot(List.base64Uuid, next)
  }
}

/** Of 16 characters, `A`, `Q`, `g` and `w`: the bit of 0x10 tells those of either pair apart. */
// @ts-ignore: a decorator of AssemblyScript
@inline
function lastOf(place: usize): u64 {
  const bytes = v128.and(v128.load(place), i8x16.splat(<i8>0xef))
  return <u64><u32>i8x16.bitmask(v128.or(i8x16.eq(bytes, i8x16.splat(0x41)), i8x16.eq(bytes, i8x16.splat(0x67))))
}
