/**
 * What a byte is, a bit each, from two tables of 16: of its low and of its high half. A bit stands for bytes of one row, or of
 * two rows that are the same.
 * 1, 2, 4, 8, 16: characters of a run (`%+-/`, digits, letters and signs from 0x41 or 0x61, from 0x50, from 0x70); 32, 64: control bytes
 * that text does not have.
 */
let kindColumns: v128 = i8x16(122, 126, 126, 126, 126, 127, 126, 126, 126, 94, 92, 37, 76, 69, 36, 109)
let kindRows: v128 = i8x16(32, 64, 1, 2, 4, 8, 4, 16, 0, 0, 0, 0, 0, 0, 0, 0)

/** Behind the bytes and their padding: where runs begin and end. */
const runs: usize = 256 * 1024 + 64

let control: i32 = 0
let isAscii: bool = true
let runCount: i32 = 0

// @ts-ignore: a decorator of AssemblyScript
@inline
function maskOf(bytes: v128): u64 {
  return <u64>(<u32>i8x16.bitmask(bytes))
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function addRun(from: i32, to: i32): void {
  const place = runs + (<usize>runCount << 3)
  store<i32>(place, from)
  store<i32>(place, to, 4)
  runCount += 1
}

/**
 * Looks at the memory's bytes from 0 to `length`, 64 at a time. The bytes behind `length` are spaces. Returns how many runs
 * there are of at least `shortest` characters, from 48 to 64, that runs are made of: they are listed by their first byte and
 * the one behind their last.
 */
export function look(length: i32, shortest: i32): i32 {
  const columns = kindColumns
  const rows = kindRows
  const low = i8x16.splat(15)
  const zero = i8x16.splat(0)
  const runBits = i8x16.splat(31)
  const controlBits = i8x16.splat(96)
  let high = zero
  control = length
  runCount = 0
  /** Characters of the run that reaches up to `at`. */
  let open: i32 = 0
  for (let at: i32 = 0; at < length; at += 64) {
    let kinds = zero
    /** A bit for each byte that is no character of a run. */
    let ends: u64 = 0
    {
      const bytes = v128.load(at)
      high = v128.or(high, bytes)
      const left = v128.and(i16x8.shr_u(bytes, 4), low)
      const right = v128.and(bytes, low)
      const kind = v128.and(i8x16.relaxed_swizzle(columns, right), i8x16.relaxed_swizzle(rows, left))
      kinds = v128.or(kinds, kind)
      ends |= maskOf(i8x16.eq(v128.and(kind, runBits), zero))
    }
    {
      const bytes = v128.load(at, 16)
      high = v128.or(high, bytes)
      const left = v128.and(i16x8.shr_u(bytes, 4), low)
      const right = v128.and(bytes, low)
      const kind = v128.and(i8x16.relaxed_swizzle(columns, right), i8x16.relaxed_swizzle(rows, left))
      kinds = v128.or(kinds, kind)
      ends |= maskOf(i8x16.eq(v128.and(kind, runBits), zero)) << 16
    }
    {
      const bytes = v128.load(at, 32)
      high = v128.or(high, bytes)
      const left = v128.and(i16x8.shr_u(bytes, 4), low)
      const right = v128.and(bytes, low)
      const kind = v128.and(i8x16.relaxed_swizzle(columns, right), i8x16.relaxed_swizzle(rows, left))
      kinds = v128.or(kinds, kind)
      ends |= maskOf(i8x16.eq(v128.and(kind, runBits), zero)) << 32
    }
    {
      const bytes = v128.load(at, 48)
      high = v128.or(high, bytes)
      const left = v128.and(i16x8.shr_u(bytes, 4), low)
      const right = v128.and(bytes, low)
      const kind = v128.and(i8x16.relaxed_swizzle(columns, right), i8x16.relaxed_swizzle(rows, left))
      kinds = v128.or(kinds, kind)
      ends |= maskOf(i8x16.eq(v128.and(kind, runBits), zero)) << 48
    }
    if (v128.any_true(v128.and(kinds, controlBits))) control = min(control, at)
    if (ends == 0) {
      open += 64
      continue
    }
    const first = <i32>ctz(ends)
    if (open + first >= shortest) addRun(at - open, at + first)
    open = <i32>clz(ends)
    // A run of 48 that begins and ends within 64 bytes has the bytes from 16 to 47.
    if ((<u32>(ends >> 16)) == 0) {
      const from = 64 - <i32>clz(ends & 0xffff)
      const to = <i32>ctz(ends & ~0xffff)
      if (from > first && to < 64 - open && to - from >= shortest) addRun(at + from, at + to)
    }
  }
  isAscii = i8x16.bitmask(high) == 0
  if (open >= shortest) addRun(<i32>((length + 63) & ~63) - open, length)
  return runCount
}

/** Where the first 64 bytes begin that have a control byte that text does not have; not before the end: there is none. */
export function firstControl(): i32 {
  return control
}

/** Whether all bytes are below 0x80. */
export function wasAscii(): bool {
  return isAscii
}
