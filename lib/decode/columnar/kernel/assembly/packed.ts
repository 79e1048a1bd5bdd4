/**
 * How many of `count` numbers of `width` bits (1 to 32), packed from the lowest bit of the byte at `at` on, are `wanted`; less than 0 if one of them is not below `bound`.
 *
 * Eight numbers take `width` bytes. Where a number and the bits before it fit into four bytes, four are taken at a time: their bytes are brought into
 * lanes, and a multiplication moves each to the upper end of its lane, since lanes cannot be shifted by different amounts.
 */
export function tallyPacked(at: usize, count: i32, width: u32, wanted: u32, bound: u32): i32 {
  let left = count
  let found: i32 = 0
  if (width <= 25) {
    const down = 32 - width
    const half = <usize>(4 * width) >> 3
    const halfBit = (4 * width) & 7
    const firstBytes = bytesOf(0, width)
    const secondBytes = bytesOf(halfBit, width)
    const firstFactors = factorsOf(0, width)
    const secondFactors = factorsOf(halfBit, width)
    const wanteds = i32x4.splat(<i32>wanted)
    let highest = i32x4.splat(0)
    let founds = i32x4.splat(0)
    for (; left >= 8; left -= 8, at += <usize>width) {
      const first = i32x4.shr_u(i32x4.mul(i8x16.swizzle(v128.load(at), firstBytes), firstFactors), down)
      const second = i32x4.shr_u(i32x4.mul(i8x16.swizzle(v128.load(at + half), secondBytes), secondFactors), down)
      highest = i32x4.max_u(highest, i32x4.max_u(first, second))
      founds = i32x4.sub(founds, i32x4.add(i32x4.eq(first, wanteds), i32x4.eq(second, wanteds)))
    }
    if (v128.any_true(i32x4.ge_u(highest, i32x4.splat(<i32>bound)))) return -1
    found =
      i32x4.extract_lane(founds, 0) +
      i32x4.extract_lane(founds, 1) +
      i32x4.extract_lane(founds, 2) +
      i32x4.extract_lane(founds, 3)
  }
  const mask = (<u64>1 << width) - 1
  for (let bit: usize = 0; left > 0; left--, bit += <usize>width) {
    const value = <u32>((load<u64>(at + (bit >> 3)) >> (bit & 7)) & mask)
    if (value >= bound) return -1
    if (value == wanted) found++
  }
  return found
}

/** Which bytes come into the lanes of four numbers, of which the first one begins at `bit`. */
function bytesOf(bit: u32, width: u32): v128 {
  const first = i32x4.splat(<i32>fourFrom(bit))
  const two = i32x4.replace_lane(first, 1, <i32>fourFrom(bit + width))
  const three = i32x4.replace_lane(two, 2, <i32>fourFrom(bit + 2 * width))
  return i32x4.replace_lane(three, 3, <i32>fourFrom(bit + 3 * width))
}

/** What moves each of them to the upper end of its lane. */
function factorsOf(bit: u32, width: u32): v128 {
  const first = i32x4.splat(<i32>factorAt(bit, width))
  const two = i32x4.replace_lane(first, 1, <i32>factorAt(bit + width, width))
  const three = i32x4.replace_lane(two, 2, <i32>factorAt(bit + 2 * width, width))
  return i32x4.replace_lane(three, 3, <i32>factorAt(bit + 3 * width, width))
}

function fourFrom(bit: u32): u32 {
  return (bit >> 3) * 0x01010101 + 0x03020100
}

function factorAt(bit: u32, width: u32): u32 {
  return <u32>1 << (32 - width - (bit & 7))
}
