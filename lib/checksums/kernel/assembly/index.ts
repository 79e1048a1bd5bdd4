/**
 * The memory: 300 groups of 16 bytes that came before, then the bytes, group by group. Of the polynomial of CRC-32, x^300 + x^155 + x^117 +
 * x^89 + 1 is a multiple, and the same holds with x^128 instead of x, since squaring a sum modulo 2 squares its members. So a group may be taken away
 * if it is added 145, 183, 211 and 300 groups further on: the remainder stays what it is.
 */
const front: usize = 4800

/** Takes away the first `gone` groups of the bytes, a multiple of 4; they are added to what is behind them, up to `count` groups. */
export function fold(gone: i32, count: i32): void {
  const end = <usize>gone << 4
  for (let at: usize = 0; at < end; at += 64) {
    v128.store(at, v128.xor(before(at), v128.xor(v128.load(at), v128.load(at, 4800))), 4800)
    v128.store(at, v128.xor(before(at + 16), v128.xor(v128.load(at, 16), v128.load(at, 4816))), 4816)
    v128.store(at, v128.xor(before(at + 32), v128.xor(v128.load(at, 32), v128.load(at, 4832))), 4832)
    v128.store(at, v128.xor(before(at + 48), v128.xor(v128.load(at, 48), v128.load(at, 4848))), 4848)
  }
  const last = front + (<usize>count << 4)
  addBehind(front + end, 2320, last)
  addBehind(front + end, 2928, last)
  addBehind(front + end, 3376, last)
  addBehind(front + end, 4800, last)
}

/** What is added to a group of those 145, 183 and 211 groups before it. */
// @ts-ignore: a decorator of AssemblyScript
@inline
function before(at: usize): v128 {
  return v128.xor(v128.load(at, 2480), v128.xor(v128.load(at, 1872), v128.load(at, 1424)))
}

/** Adds the groups before `end` to those that are `distance` bytes behind them, as far as these stay. */
function addBehind(end: usize, distance: usize, last: usize): void {
  const to = min(end + distance, last)
  for (let at = end; at < to; at += 16) v128.store(at, v128.xor(v128.load(at), v128.load(at - distance)))
}
