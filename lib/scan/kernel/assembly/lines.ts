import { block } from './memory'

/** Counts the newlines in [from, to) of the block. */
export function countNewlines(from: i32, to: i32): i32 {
  const newline = i8x16.splat(10)
  let at = block + <usize>from
  const end = block + <usize>to
  let count = 0
  while (at + 16 <= end) {
    // A lane counts up to 255.
    const until = min(at + 16 * 252, at + ((end - at) & ~15))
    let lanes = i8x16.splat(0)
    for (; at + 64 <= until; at += 64) {
      const first = i8x16.add(i8x16.eq(v128.load(at), newline), i8x16.eq(v128.load(at, 16), newline))
      const second = i8x16.add(i8x16.eq(v128.load(at, 32), newline), i8x16.eq(v128.load(at, 48), newline))
      lanes = i8x16.sub(lanes, i8x16.add(first, second))
    }
    for (; at < until; at += 16) lanes = i8x16.sub(lanes, i8x16.eq(v128.load(at), newline))
    count += sumOf(lanes)
  }
  const rest = (1 << <i32>(end - at)) - 1
  return count + popcnt(i8x16.bitmask(i8x16.eq(v128.load(at), newline)) & rest)
}

/** The sum of sixteen counts. */
// @ts-ignore: a decorator of AssemblyScript
@inline
export function sumOf(lanes: v128): i32 {
  const sums = i32x4.extadd_pairwise_i16x8_u(i16x8.extadd_pairwise_i8x16_u(lanes))
  const two = i64x2.add(sums, i64x2.shr_u(sums, 32))
  return i32x4.extract_lane(two, 0) + i32x4.extract_lane(two, 2)
}
