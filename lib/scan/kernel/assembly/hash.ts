import { constants } from './memory'

/** The hash of `lib/subject-index/filter.ts`, of four texts at a time; what it does is said there. */

let seedA: i32 = 0
let seedB: i32 = 0

export function setSeed(first: i32, second: i32): void {
  seedA = first
  seedB = second
}

/** What four hashes of texts of a shape begin with, and what those of a length do. */
// @ts-ignore: a decorator of AssemblyScript
@inline
export function startX(shape: i32): v128 {
  return i32x4.splat(seedA ^ (shape * 0x9e3779b1))
}

// @ts-ignore: a decorator of AssemblyScript
@inline
export function startY(length: i32): v128 {
  return i32x4.splat(seedB + length * 0x85ebca77)
}

/**
 * Writes the first and the second halves of the hashes of `count` texts, rounded up to a multiple of four: `places` has
 * their addresses and `lengths` their lengths (at least 3).
 * @param foldBits 0x80808080: letters in any case; 0: as they are
 */
export function hashTexts(
  places: usize,
  lengths: usize,
  count: usize,
  firsts: usize,
  seconds: usize,
  shape: i32,
  foldBits: i32,
): void {
  const bits = i32x4.splat(foldBits)
  const c1 = v128.load(constants, 96)
  const c2 = v128.load(constants, 112)
  const c3 = v128.load(constants, 128)
  const c4 = v128.load(constants, 144)
  const beforeA = v128.load(constants, 160)
  const beyondZ = v128.load(constants, 176)
  const one = v128.load(constants, 192)
  const three = v128.load(constants, 208)
  const lengthFactor = i32x4.splat(0x85ebca77)
  const beginX = startX(shape)
  const beginY = startY(0)
  const bytes = count << 2
  for (let text: usize = 0; text < bytes; text += 16) {
    const at0 = load<usize>(places + text)
    const at1 = load<usize>(places + text, 4)
    const at2 = load<usize>(places + text, 8)
    const at3 = load<usize>(places + text, 12)
    const length = v128.load(lengths + text)
    const length0 = load<i32>(lengths + text)
    const length1 = load<i32>(lengths + text, 4)
    const length2 = load<i32>(lengths + text, 8)
    const length3 = load<i32>(lengths + text, 12)
    let x = beginX
    let y = i32x4.add(beginY, i32x4.mul(length, lengthFactor))
    // Words before the last one.
    const steps = i32x4.shr_s(i32x4.sub(length, one), 2)
    const longest = max(max(length0, length1), max(length2, length3)) - 4
    let step = i32x4.sub(one, one)
    for (let from: usize = 0; <i32>from < longest; from += 16) {
      // Four words of each text become the first words of all, the second words of all and so on.
      const text0 = v128.load(at0 + from)
      const text1 = v128.load(at1 + from)
      const text2 = v128.load(at2 + from)
      const text3 = v128.load(at3 + from)
      const low01 = v128.shuffle<i32>(text0, text1, 0, 4, 1, 5)
      const low23 = v128.shuffle<i32>(text2, text3, 0, 4, 1, 5)
      const high01 = v128.shuffle<i32>(text0, text1, 2, 6, 3, 7)
      const high23 = v128.shuffle<i32>(text2, text3, 2, 6, 3, 7)
      const word0 = fold(v128.shuffle<i64>(low01, low23, 0, 2), bits, beforeA, beyondZ)
      const word1 = fold(v128.shuffle<i64>(low01, low23, 1, 3), bits, beforeA, beyondZ)
      const word2 = fold(v128.shuffle<i64>(high01, high23, 0, 2), bits, beforeA, beyondZ)
      const word3 = fold(v128.shuffle<i64>(high01, high23, 1, 3), bits, beforeA, beyondZ)
      // A text that has no such word stays as it is.
      let goesOn = i32x4.gt_s(steps, step)
      x = i32x4.relaxed_laneselect(stepX(x, word0, c1), x, goesOn)
      y = i32x4.relaxed_laneselect(stepY(y, word0, c2), y, goesOn)
      step = i32x4.add(step, one)
      goesOn = i32x4.gt_s(steps, step)
      x = i32x4.relaxed_laneselect(stepX(x, word1, c1), x, goesOn)
      y = i32x4.relaxed_laneselect(stepY(y, word1, c2), y, goesOn)
      step = i32x4.add(step, one)
      goesOn = i32x4.gt_s(steps, step)
      x = i32x4.relaxed_laneselect(stepX(x, word2, c1), x, goesOn)
      y = i32x4.relaxed_laneselect(stepY(y, word2, c2), y, goesOn)
      step = i32x4.add(step, one)
      goesOn = i32x4.gt_s(steps, step)
      x = i32x4.relaxed_laneselect(stepX(x, word3, c1), x, goesOn)
      y = i32x4.relaxed_laneselect(stepY(y, word3, c2), y, goesOn)
      step = i32x4.add(step, one)
    }
    let last = v128.load32_zero(at0 + <usize>max(length0 - 4, 0))
    last = v128.load_lane<i32>(at1 + <usize>max(length1 - 4, 0), last, 1)
    last = v128.load_lane<i32>(at2 + <usize>max(length2 - 4, 0), last, 2)
    last = v128.load_lane<i32>(at3 + <usize>max(length3 - 4, 0), last, 3)
    // Of three bytes, the fourth is none.
    const cut = i32x4.shr_u(i32x4.eq(length, three), 8)
    last = v128.bitselect(v128.and(last, cut), last, i32x4.eq(length, three))
    last = fold(last, bits, beforeA, beyondZ)
    x = i32x4.mul(v128.xor(x, last), c1)
    y = i32x4.mul(i32x4.add(y, last), c2)
    v128.store(firsts + text, avalanche(x, c3, c4))
    v128.store(seconds + text, avalanche(v128.xor(y, i32x4.shr_u(y, 13)), c3, c4))
  }
}

// @ts-ignore: a decorator of AssemblyScript
@inline
export function stepX(x: v128, word: v128, factor: v128): v128 {
  const next = i32x4.mul(v128.xor(x, word), factor)
  return v128.xor(next, i32x4.shr_u(next, 15))
}

// @ts-ignore: a decorator of AssemblyScript
@inline
export function stepY(y: v128, word: v128, factor: v128): v128 {
  const next = i32x4.mul(i32x4.add(y, word), factor)
  return v128.xor(next, i32x4.shr_u(next, 13))
}

/** Upper-case letters among ASCII characters become lower-case ones. */
// @ts-ignore: a decorator of AssemblyScript
@inline
function fold(word: v128, bits: v128, beforeA: v128, beyondZ: v128): v128 {
  // The top bit of a byte: from `A` on; and again: beyond `Z`.
  const upper = v128.and(v128.xor(i8x16.add(word, beforeA), i8x16.add(word, beyondZ)), bits)
  return v128.or(word, i32x4.shr_u(upper, 2))
}

// @ts-ignore: a decorator of AssemblyScript
@inline
export function avalanche(half: v128, c3: v128, c4: v128): v128 {
  let h = v128.xor(half, i32x4.shr_u(half, 16))
  h = i32x4.mul(h, c3)
  h = v128.xor(h, i32x4.shr_u(h, 13))
  h = i32x4.mul(h, c4)
  return v128.xor(h, i32x4.shr_u(h, 16))
}
