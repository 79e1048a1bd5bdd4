import { firsts, lengths, messageBytes, seconds, seedA, seedB } from './memory'

/**
 * Writes the halves of the hashes of the texts of four messages; the number of the first one is `row`. What is computed is said in
 * `lib/subject-index/filter.ts`; a message begins with its shape, and behind its text there are zeros.
 */
export function hashFour(message: usize, row: usize): void {
  const at0 = message + 1
  const at1 = at0 + messageBytes
  const at2 = at1 + messageBytes
  const at3 = at2 + messageBytes
  const length = v128.load(lengths + (row << 2))
  const length0 = i32x4.extract_lane(length, 0)
  const length1 = i32x4.extract_lane(length, 1)
  const length2 = i32x4.extract_lane(length, 2)
  const length3 = i32x4.extract_lane(length, 3)
  const c1 = i32x4.splat(0xcc9e2d51)
  const c2 = i32x4.splat(0x1b873593)
  let shape = i32x4.splat(load<u8>(message))
  shape = i32x4.replace_lane(shape, 1, load<u8>(message, 64))
  shape = i32x4.replace_lane(shape, 2, load<u8>(message, 128))
  shape = i32x4.replace_lane(shape, 3, load<u8>(message, 192))
  let x = v128.xor(i32x4.splat(seedA), i32x4.mul(shape, i32x4.splat(0x9e3779b1)))
  let y = i32x4.add(i32x4.splat(seedB), i32x4.mul(length, i32x4.splat(0x85ebca77)))
  // Words before the last one; a text that has no such word stays as it is.
  const end = i32x4.sub(length, i32x4.splat(4))
  const longest = max(max(length0, length1), max(length2, length3)) - 4
  for (let from: i32 = 0; from < longest; from += 4) {
    const word = wordsAt(at0 + from, at1 + from, at2 + from, at3 + from)
    const goesOn = i32x4.gt_s(end, i32x4.splat(from))
    let next = i32x4.mul(v128.xor(x, word), c1)
    x = v128.bitselect(v128.xor(next, i32x4.shr_u(next, 15)), x, goesOn)
    next = i32x4.mul(i32x4.add(y, word), c2)
    y = v128.bitselect(v128.xor(next, i32x4.shr_u(next, 13)), y, goesOn)
  }
  const last = wordsAt(
    at0 + <usize>max(length0 - 4, 0),
    at1 + <usize>max(length1 - 4, 0),
    at2 + <usize>max(length2 - 4, 0),
    at3 + <usize>max(length3 - 4, 0),
  )
  x = i32x4.mul(v128.xor(x, last), c1)
  y = i32x4.mul(i32x4.add(y, last), c2)
  v128.store(firsts + (row << 2), avalanche(x))
  v128.store(seconds + (row << 2), avalanche(v128.xor(y, i32x4.shr_u(y, 13))))
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function wordsAt(at0: usize, at1: usize, at2: usize, at3: usize): v128 {
  let words = v128.load32_zero(at0)
  words = v128.load_lane<i32>(at1, words, 1)
  words = v128.load_lane<i32>(at2, words, 2)
  return v128.load_lane<i32>(at3, words, 3)
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function avalanche(half: v128): v128 {
  let h = v128.xor(half, i32x4.shr_u(half, 16))
  h = i32x4.mul(h, i32x4.splat(0x85ebca6b))
  h = v128.xor(h, i32x4.shr_u(h, 13))
  h = i32x4.mul(h, i32x4.splat(0xc2b2ae35))
  return v128.xor(h, i32x4.shr_u(h, 16))
}
