import { avalanche, startX, startY, stepX, stepY } from './hash'
import { constants } from './memory'
import { firstHashes, secondHashes, shape } from './tokens'

/**
 * Makes the digits of numbers of 64 bits, four numbers at a time. Each becomes words of four digits, the last ones in the last of five arrays,
 * `array` bytes apart, of which `words` are written. `bytes`: of one of them.
 */
export function writeDigits(values: usize, bytes: usize, digits: usize, array: usize, words: i32): void {
  const factor = v128.load(constants, 320)
  const tenThousand = v128.load(constants, 336)
  const signs = v128.load(constants, 624)
  const lower5 = v128.load(constants, 640)
  const upper5 = v128.load(constants, 656)
  const rest5 = v128.load(constants, 672)
  const lower4 = v128.load(constants, 688)
  const upper4 = v128.load(constants, 704)
  const rest4 = v128.load(constants, 720)
  const upper3 = v128.load(constants, 736)
  const rest3 = v128.load(constants, 752)
  const upper2 = v128.load(constants, 768)
  const rest2 = v128.load(constants, 784)
  for (let at: usize = 0; at < bytes; at += 16) {
    const from = values + (at << 1)
    const to = digits + at
    const one = v128.load(from)
    const other = v128.load(from, 16)
    // Sixteen bits at a time, less 2^15, since they are multiplied as signed numbers: by what 2^16, 2^32 and 2^48 are in words of four digits.
    const lower = v128.xor(v128.shuffle<i32>(one, other, 0, 2, 4, 6), signs)
    const upper = v128.xor(v128.shuffle<i32>(one, other, 1, 3, 5, 7), signs)
    let sum = i32x4.add(
      i32x4.add(i32x4.dot_i16x8_s(lower, lower5), i32x4.dot_i16x8_s(upper, upper5)),
      rest5,
    )
    let carry = overTenThousand(sum, factor)
    sum = i32x4.sub(sum, i32x4.mul(carry, tenThousand))
    v128.store(to + 4 * array, sum)
    sum = i32x4.add(
      i32x4.add(i32x4.dot_i16x8_s(lower, lower4), i32x4.dot_i16x8_s(upper, upper4)),
      i32x4.add(carry, rest4),
    )
    carry = overTenThousand(sum, factor)
    sum = i32x4.sub(sum, i32x4.mul(carry, tenThousand))
    v128.store(to + 3 * array, sum)
    if (words < 3) continue
    sum = i32x4.add(i32x4.dot_i16x8_s(upper, upper3), i32x4.add(carry, rest3))
    carry = overTenThousand(sum, factor)
    sum = i32x4.sub(sum, i32x4.mul(carry, tenThousand))
    v128.store(to + 2 * array, sum)
    if (words < 4) continue
    sum = i32x4.add(i32x4.dot_i16x8_s(upper, upper2), i32x4.add(carry, rest2))
    carry = overTenThousand(sum, factor)
    sum = i32x4.sub(sum, i32x4.mul(carry, tenThousand))
    v128.store(to + array, sum)
    if (words < 5) continue
    v128.store(to, carry)
  }
  for (let word = 5 - max(words, 2); word < 5; word++) writeTexts(digits + <usize>word * array, bytes)
}

/** Makes texts of numbers below 10,000, in their place. */
function writeTexts(words: usize, bytes: usize): void {
  const three = v128.load(constants, 352)
  const by100 = v128.load(constants, 368)
  const hundred = v128.load(constants, 384)
  const by10 = v128.load(constants, 400)
  const ten = v128.load(constants, 416)
  const zeros = v128.load(constants, 432)
  for (let at: usize = 0; at < bytes; at += 16)
    v128.store(words + at, textOf(v128.load(words + at), three, by100, hundred, by10, ten, zeros))
}

/**
 * Writes the hashes of the digits of numbers of one length, four numbers at a time, as `hashTexts` does for texts. `digits`: what `writeDigits` wrote.
 */
export function hashDigits(digits: usize, array: usize, bytes: usize, length: i32): void {
  // The words of a shorter text than twenty digits but the last one begin so many bytes behind those that were written.
  switch (length & 3) {
    case 0:
      return hashAll(digits, array, bytes, length, 0)
    case 3:
      return hashAll(digits, array, bytes, length, 8)
    case 2:
      return hashAll(digits, array, bytes, length, 16)
    default:
      return hashAll(digits, array, bytes, length, 24)
  }
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function hashAll(digits: usize, array: usize, bytes: usize, length: i32, shift: i32): void {
  const c1 = v128.load(constants, 96)
  const c2 = v128.load(constants, 112)
  const c3 = v128.load(constants, 128)
  const c4 = v128.load(constants, 144)
  const beginX = startX(shape())
  const beginY = startY(length)
  const last = digits + 4 * array
  const begin = last - <usize>((length - 1) >> 2) * array
  const firsts = firstHashes()
  const seconds = secondHashes()
  for (let at: usize = 0; at < bytes; at += 16) {
    let x = beginX
    let y = beginY
    let next = v128.load(begin + at)
    for (let place = begin; place < last; place += array) {
      const word = next
      next = v128.load(place + array + at)
      const text = shift == 0 ? word : v128.or(i32x4.shr_u(word, shift), i32x4.shl(next, 32 - shift))
      x = stepX(x, text, c1)
      y = stepY(y, text, c2)
    }
    // Of three bytes, the fourth is none.
    if (length == 3) next = i32x4.shr_u(next, 8)
    x = i32x4.mul(v128.xor(x, next), c1)
    y = i32x4.mul(i32x4.add(y, next), c2)
    v128.store(firsts + at, avalanche(x, c3, c4))
    v128.store(seconds + at, avalanche(v128.xor(y, i32x4.shr_u(y, 13)), c3, c4))
  }
}

/** Four numbers below 2^32 by 10,000. */
// @ts-ignore: a decorator of AssemblyScript
@inline
function overTenThousand(eights: v128, factor: v128): v128 {
  const even = i64x2.shr_u(i64x2.extmul_low_i32x4_u(eights, factor), 45)
  const odd = i64x2.shr_u(i64x2.extmul_high_i32x4_u(eights, factor), 45)
  return v128.shuffle<i32>(even, odd, 0, 2, 4, 6)
}

/** The digits of four numbers below 10,000, a byte each, the first one lowest. */
// @ts-ignore: a decorator of AssemblyScript
@inline
function textOf(
  fours: v128,
  three: v128,
  by100: v128,
  hundred: v128,
  by10: v128,
  ten: v128,
  zeros: v128,
): v128 {
  // Rounds to the nearest sixteenth of a hundred, so three less makes it the one below.
  const hundreds = i16x8.shr_s(i16x8.relaxed_q15mulr_s(i16x8.sub(fours, three), by100), 4)
  const rest = i16x8.sub(fours, i16x8.mul(hundreds, hundred))
  const twos = v128.or(hundreds, i32x4.shl(rest, 16))
  const tens = i16x8.shr_u(i16x8.mul(twos, by10), 10)
  const ones = i16x8.sub(twos, i16x8.mul(tens, ten))
  return v128.or(v128.or(tens, i16x8.shl(ones, 8)), zeros)
}
