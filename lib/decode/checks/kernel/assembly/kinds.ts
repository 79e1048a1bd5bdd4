/** What 16 bytes are, as the tables have it. */
// @ts-ignore: a decorator of AssemblyScript
@inline
export function kindsOf(bytes: v128, columns: v128, rows: v128, low: v128): v128 {
  return v128.and(
    i8x16.relaxed_swizzle(columns, v128.and(bytes, low)),
    i8x16.relaxed_swizzle(rows, v128.and(i16x8.shr_u(bytes, 4), low)),
  )
}

/** A bit for each of 16 bytes that is no character of a run. */
export function outsideRun(at: usize): u32 {
  const kinds = kindsOf(v128.load(at), v128.load(0), v128.load(0, 16), v128.load(0, 32))
  return <u32>i8x16.bitmask(i8x16.eq(v128.and(kinds, v128.load(0, 48)), v128.load(0, 80)))
}
