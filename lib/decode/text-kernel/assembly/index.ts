/** 16 bytes each: a byte that is not zero stands for a control byte that text does not have. */
let forbidden0: v128 = i8x16(-1, -1, -1, -1, -1, -1, -1, -1, -1, 0, 0, -1, 0, 0, -1, -1)
let forbidden1: v128 = i8x16(-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 0, -1, -1, 0, -1)

/** Whether the bytes that were looked at are below 0x80. */
let isAscii: bool = true

/**
 * Looks at the memory's bytes from 0 to `length`, 64 at a time, to the first group with a control byte that text does not
 * have; returns where that begins, or the end of the last one. The bytes behind `length` are spaces.
 */
export function look(length: i32): i32 {
  const f0 = forbidden0
  const f1 = forbidden1
  const sixteen = i8x16.splat(16)
  let high = i8x16.splat(0)
  let at: i32 = 0
  for (; at < length; at += 64) {
    const a = v128.load(at)
    const b = v128.load(at, 16)
    const c = v128.load(at, 32)
    const d = v128.load(at, 48)
    const low = v128.or(
      v128.or(
        v128.or(i8x16.swizzle(f0, a), i8x16.swizzle(f1, i8x16.sub(a, sixteen))),
        v128.or(i8x16.swizzle(f0, b), i8x16.swizzle(f1, i8x16.sub(b, sixteen))),
      ),
      v128.or(
        v128.or(i8x16.swizzle(f0, c), i8x16.swizzle(f1, i8x16.sub(c, sixteen))),
        v128.or(i8x16.swizzle(f0, d), i8x16.swizzle(f1, i8x16.sub(d, sixteen))),
      ),
    )
    high = v128.or(high, v128.or(v128.or(a, b), v128.or(c, d)))
    if (v128.any_true(low)) break
  }
  isAscii = i8x16.bitmask(high) == 0
  return at
}

/** Of the last call of `look`; only if it looked at everything. */
export function wasAscii(): bool {
  return isAscii
}
